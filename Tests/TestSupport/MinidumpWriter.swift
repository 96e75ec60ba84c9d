/// Writes minidumps by Microsoft's documented layout (`minidumpapiset.h`), stream by stream.
public struct MinidumpWriter {
  private var body = [UInt8](repeating: 0, count: 32)
  private var directory: [(type: UInt32, size: UInt32, place: UInt32)] = []

  /// A dump without streams.
  public init() {}

  /// The numbers of the streams.
  public enum Stream {
    /// `MINIDUMP_STREAM_TYPE`.
    public static let threads: UInt32 = 3
    /// As above.
    public static let modules: UInt32 = 4, memory: UInt32 = 5, system: UInt32 = 7
    /// As above.
    public static let memory64: UInt32 = 9, misc: UInt32 = 15, memoryInfo: UInt32 = 16
    /// As above.
    public static let systemMemory: UInt32 = 21, counters: UInt32 = 22, threadNames: UInt32 = 24
    /// Breakpad's.
    public static let linuxMaps: UInt32 = 0x4767_0009
  }

  /// One entry of the list of regions.
  public struct Row: Sendable {
    /// As in `MINIDUMP_MEMORY_INFO`.
    public var base: UInt64, size: UInt64, allocation: UInt64
    /// As above.
    public var state: UInt32, protection: UInt32, type: UInt32

    /// An entry.
    public init(
      _ base: UInt64, _ size: UInt64, in allocation: UInt64 = 0, state: UInt32,
      protection: UInt32 = 0, type: UInt32 = 0
    ) {
      (self.base, self.size, self.allocation) = (base, size, allocation)
      (self.state, self.protection, self.type) = (state, protection, type)
    }

    /// What is free.
    public static func free(_ base: UInt64, _ size: UInt64) -> Row {
      Row(base, size, state: 0x1_0000, protection: 1)
    }

    /// Private memory.
    public static func memory(
      _ base: UInt64, _ size: UInt64, in allocation: UInt64, protection: UInt32 = 4
    ) -> Row {
      Row(base, size, in: allocation, state: 0x1000, protection: protection, type: 0x2_0000)
    }

    /// Private addresses without memory.
    public static func reserve(_ base: UInt64, _ size: UInt64, in allocation: UInt64) -> Row {
      Row(base, size, in: allocation, state: 0x2000, type: 0x2_0000)
    }

    /// Part of an image.
    public static func image(
      _ base: UInt64, _ size: UInt64, in allocation: UInt64, protection: UInt32 = 0x20
    ) -> Row {
      Row(base, size, in: allocation, state: 0x1000, protection: protection, type: 0x100_0000)
    }

    /// A view of a section.
    public static func view(_ base: UInt64, _ size: UInt64, in allocation: UInt64) -> Row {
      Row(base, size, in: allocation, state: 0x1000, protection: 2, type: 0x4_0000)
    }
  }

  /// Puts bytes into the file and answers where they stand.
  public mutating func place(_ bytes: [UInt8]) -> UInt32 {
    body += [UInt8](repeating: 0, count: (4 - body.count % 4) % 4)
    let place = UInt32(body.count)
    body += bytes
    return place
  }

  /// Adds a stream.
  public mutating func add(_ type: UInt32, _ bytes: [UInt8]) {
    directory.append((type, UInt32(bytes.count), place(bytes)))
  }

  /// Puts a text into the file and answers where it stands.
  public mutating func place(text: String) -> UInt32 {
    let units = Array(text.utf16)
    return place(Self.bytes(UInt32(units.count * 2)) + units.flatMap(Self.bytes) + [0, 0])
  }

  /// The whole file.
  public var file: [UInt8] {
    var file = body
    file += [UInt8](repeating: 0, count: (4 - file.count % 4) % 4)
    let place = UInt32(file.count)
    for entry in directory {
      file += Self.bytes(entry.type) + Self.bytes(entry.size) + Self.bytes(entry.place)
    }
    let head =
      Array("MDMP".utf8) + Self.bytes(0xA793 as UInt32) + Self.bytes(UInt32(directory.count))
      + Self.bytes(place)
    file.replaceSubrange(0..<head.count, with: head)
    return file
  }

  /// A number, the lowest byte first.
  public static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
    (0..<number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
  }

  /// Numbers of 64 bits.
  public static func words(_ numbers: [UInt64]) -> [UInt8] { numbers.flatMap { bytes($0) } }
}

extension MinidumpWriter {
  /// `SystemInfoStream`.
  public mutating func addSystem(
    processor: UInt16 = 0, version: [UInt32] = [10, 0, 19045], platform: UInt32 = 2
  ) {
    add(
      Stream.system,
      Self.bytes(processor) + [UInt8](repeating: 0, count: 6)
        + (version + [platform]).flatMap { Self.bytes($0) } + [UInt8](repeating: 0, count: 32))
  }

  /// `MiscInfoStream`.
  public mutating func addPid(_ pid: UInt32) {
    add(
      Stream.misc,
      Self.bytes(24 as UInt32) + Self.bytes(1 as UInt32) + Self.bytes(pid)
        + [UInt8](repeating: 0, count: 12))
  }

  /// `MemoryInfoListStream`.
  public mutating func addRegions(_ rows: [Row], entry size: UInt32 = 48, header: UInt32 = 16) {
    var bytes = Self.bytes(header) + Self.bytes(size) + Self.bytes(UInt64(rows.count))
    bytes += [UInt8](repeating: 0, count: Int(header) - 16)
    bytes.reserveCapacity(rows.count * Int(size))
    let padding = [UInt8](repeating: 0xEE, count: Int(size) - 44)
    for row in rows {
      bytes += Self.words([row.base, row.allocation]) + Self.bytes(row.protection)
      bytes += [0, 0, 0, 0] + Self.bytes(row.size)
      bytes += Self.bytes(row.state) + Self.bytes(row.protection) + Self.bytes(row.type) + padding
    }
    add(Stream.memoryInfo, bytes)
  }

  /// `ModuleListStream`; `padded` as some writers do, with four bytes behind the count.
  public mutating func addModules(
    _ modules: [(base: UInt64, size: UInt32, path: String, version: [UInt16])],
    padded: Bool = false
  ) {
    var bytes = Self.bytes(UInt32(modules.count)) + (padded ? [0, 0, 0, 0] : [])
    for module in modules {
      let version = module.version.map { UInt32($0) }
      bytes += Self.bytes(module.base) + Self.bytes(module.size) + Self.words([0])
      bytes += Self.bytes(place(text: module.path))
      bytes +=
        Self.bytes((version.isEmpty ? 0 : 0xFEEF_04BD) as UInt32) + Self.bytes(1 << 16 as UInt32)
      bytes +=
        version.count == 4
        ? Self.bytes(version[0] << 16 | version[1]) + Self.bytes(version[2] << 16 | version[3])
        : Self.words([0])
      bytes += [UInt8](repeating: 0, count: 36 + 16 + 16)
    }
    add(Stream.modules, bytes)
  }

  /// `ThreadListStream`: each with its block and what of its stack is in use.
  public mutating func addThreads(
    _ threads: [(id: UInt32, environment: UInt64, stack: UInt64, bytes: [UInt8])]
  ) {
    var bytes = Self.bytes(UInt32(threads.count))
    for thread in threads {
      bytes += Self.bytes(thread.id) + [UInt8](repeating: 0, count: 12)
      bytes += Self.words([thread.environment, thread.stack])
      bytes += Self.bytes(UInt32(thread.bytes.count)) + Self.bytes(place(thread.bytes))
      bytes += Self.words([0])
    }
    add(Stream.threads, bytes)
  }

  /// `ThreadNamesStream`.
  public mutating func addThreadNames(_ names: [(id: UInt32, name: String)]) {
    var bytes = Self.bytes(UInt32(names.count))
    for (id, name) in names {
      bytes += Self.bytes(id) + Self.bytes(UInt64(place(text: name)))
    }
    add(Stream.threadNames, bytes)
  }

  /// `MemoryListStream`.
  public mutating func addMemory(_ memory: [(start: UInt64, bytes: [UInt8])]) {
    var bytes = Self.bytes(UInt32(memory.count))
    for (start, content) in memory {
      bytes += Self.bytes(start) + Self.bytes(UInt32(content.count)) + Self.bytes(place(content))
    }
    add(Stream.memory, bytes)
  }

  /// `Memory64ListStream`.
  public mutating func addMemory64(_ memory: [(start: UInt64, bytes: [UInt8])]) {
    let place = place(memory.flatMap(\.bytes))
    let list = memory.flatMap { [$0.start, UInt64($0.bytes.count)] }
    add(Stream.memory64, Self.words([UInt64(memory.count), UInt64(place)] + list))
  }

  /// `SystemMemoryInfoStream`: in pages of 4 KiB.
  public mutating func addCommit(limit: UInt64, used: UInt64) {
    var bytes = [UInt8](repeating: 0, count: 492)
    bytes.replaceSubrange(8..<12, with: Self.bytes(4096 as UInt32))
    bytes.replaceSubrange(116..<148, with: Self.words([1000, used, limit, limit]))
    add(Stream.systemMemory, bytes)
  }

  /// `ProcessVmCountersStream`, revision 2.
  public mutating func addCounters(resident: UInt64, mapped: UInt64, committed: UInt64) {
    add(
      Stream.counters,
      Self.bytes(2 as UInt16) + Self.bytes(15 as UInt16) + Self.bytes(0 as UInt32)
        + Self.words([
          resident, resident, 0, 0, 0, 0, committed, committed, mapped, mapped, committed,
          0, 0, 0, 0, 0, 0, 0,
        ]))
  }
}
