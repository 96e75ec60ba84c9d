import AddressSpace

/// The streams of a Windows minidump: where each lies in the file (`MINIDUMP_DIRECTORY`).
struct MinidumpStreams {
  let file: any FileBytes
  private var places: [Kind: Place] = [:]
  /// What of the directory lies outside the file.
  private(set) var diagnostics: [Diagnostic] = []

  /// The kinds of streams that are read (`MINIDUMP_STREAM_TYPE`, and Breakpad's own).
  enum Kind: UInt32, CaseIterable {
    case threads = 3
    case modules = 4
    case memory = 5
    case system = 7
    case memory64 = 9
    case misc = 15
    case memoryInfo = 16
    case systemMemory = 21
    case counters = 22
    case threadNames = 24
    case linuxStatus = 0x4767_0004
    case linuxMaps = 0x4767_0009

    var name: String {
      switch self {
      case .threads: "list of threads"
      case .modules: "list of modules"
      case .memory, .memory64: "list of saved memory"
      case .system: "description of the system"
      case .misc: "description of the process"
      case .memoryInfo: "list of regions"
      case .systemMemory: "count of the system's memory"
      case .counters: "count of the process's memory"
      case .threadNames: "list of thread names"
      case .linuxStatus: "status of the process"
      case .linuxMaps: "map of the process"
      }
    }
  }

  private struct Place {
    let offset: UInt64
    let size: UInt64
    /// Whether the file ends before the stream does.
    let isCutOff: Bool
  }

  static let magic = Array("MDMP".utf8)
  /// Dumps have some twenty streams.
  private static let mostStreams: UInt64 = 4096
  /// As much of one stream is read: the regions of more than a million.
  static let largestStream: UInt64 = 1 << 26

  init(_ file: any FileBytes) {
    self.file = file
    guard var header = BinaryCursor(file, at: 0, count: 32), header.skip(8),
      let count = header.uint32(), let place = header.uint32()
    else {
      diagnostics.append(Diagnostic("the minidump ends within its header"))
      return
    }
    readDirectory(at: UInt64(place), count: UInt64(count))
  }

  private mutating func readDirectory(at place: UInt64, count: UInt64) {
    let room = place <= file.size ? (file.size - place) / 12 : 0
    let whole = min(count, room, Self.mostStreams)
    if whole < count {
      diagnostics.append(
        Diagnostic("the minidump's directory has \(count) streams, of which \(whole) can be read"))
    }
    guard var directory = BinaryCursor(file, at: place, count: Int(whole) * 12) else { return }
    while let type = directory.uint32(), let size = directory.uint32(),
      let offset = directory.uint32()
    {
      guard let kind = Kind(rawValue: type), places[kind] == nil, size > 0 else { continue }
      let offset = UInt64(offset)
      let inside = offset < file.size ? min(UInt64(size), file.size - offset) : 0
      if inside < UInt64(size) {
        diagnostics.append(
          Diagnostic(
            "the minidump's \(kind.name) lies \(inside == 0 ? "" : "partly ")outside the file"))
      }
      guard inside > 0 else { continue }
      places[kind] = Place(
        offset: offset, size: min(inside, Self.largestStream),
        isCutOff: inside < UInt64(size) || inside > Self.largestStream)
    }
  }

  /// Whether there is such a stream.
  func has(_ kind: Kind) -> Bool { places[kind] != nil }

  /// Whether not all of a stream can be read.
  func isCutOff(_ kind: Kind) -> Bool { places[kind]?.isCutOff == true }

  /// A stream's bytes from its beginning on, nil where there is no such stream.
  func cursor(_ kind: Kind) -> BinaryCursor? {
    places[kind].flatMap { BinaryCursor(file, at: $0.offset, count: Int($0.size)) }
  }

  /// A stream that is a count and so many entries of one size; some writers put four bytes between.
  ///
  /// - Returns: a cursor at the first entry, and how many are whole; nil where there is no stream.
  func list(_ kind: Kind, entry size: Int) -> (cursor: BinaryCursor, count: Int)? {
    guard var cursor = cursor(kind), let count = cursor.uint32(), let place = places[kind] else {
      return nil
    }
    if let all = Int(exactly: count).flatMap({ $0.multipliedReportingOverflow(by: size) }),
      !all.overflow, !place.isCutOff, cursor.left == all.partialValue + 4
    {
      cursor.skip(4)
    }
    return (cursor, min(Int(clamping: count), cursor.left / size))
  }

  /// A text of the dump (`MINIDUMP_STRING`): its length in bytes, then UTF-16. Control characters are
  /// left out, and what is beyond `most` bytes.
  func text(at place: UInt64, most: UInt32 = 1 << 13) -> String? {
    guard var length = BinaryCursor(file, at: place, count: 4), let bytes = length.uint32() else {
      return nil
    }
    let count = Int(min(bytes, most)) / 2
    guard var cursor = BinaryCursor(file, at: place + 4, count: count * 2) else { return nil }
    var units: [UInt16] = []
    units.reserveCapacity(count)
    while let unit = cursor.uint16(), unit != 0 { if unit >= 0x20 { units.append(unit) } }
    return String(decoding: units, as: UTF16.self)
  }
}
