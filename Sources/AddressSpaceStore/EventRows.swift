import AddressSpace
import AddressSpaceTrace

/// Reads the table of events and those that its columns refer to.
final class EventRows {
  /// How many there are of what events refer to.
  struct Counts {
    let spaces: Int
    let threads: Int
    let nodes: Int
  }

  private let rows: RecordingRows
  private let counts: Counts
  private let actions: [(call: MapCall, change: ChangeName)]
  private let attributes: [Attribute]

  private struct Attribute {
    let access: Region.Access
    let traits: Region.Traits
    let kind: Region.Kind?
    let file: File?
  }

  private struct File {
    let name: String
    let inode: UInt64
  }

  init(_ rows: RecordingRows, counts: Counts) throws(RecordingError) {
    self.rows = rows
    self.counts = counts
    actions = try rows.list("action", "call, change") { row throws(RecordingError) in
      guard let call = MapCall(rawValue: try row.text(1)) else {
        throw row.damage("there is no such call")
      }
      guard let change = ChangeName(rawValue: try row.text(2)) else {
        throw row.damage("there is no such change")
      }
      return (call, change)
    }
    let files = try rows.list("file", "name, inode") { row throws(RecordingError) in
      File(name: try row.text(1), inode: UInt64(bitPattern: try row.integer(2)))
    }
    attributes = try rows.list("attribute", "access, traits, kind, file") {
      row throws(RecordingError) in
      guard let access = Region.Access(letters: try row.text(1)) else {
        throw row.damage("there is no such access")
      }
      guard let traits = UInt8(exactly: try row.integer(2)) else {
        throw row.damage("there are no such traits")
      }
      let kind = try row.optionalText(3)
      if let kind, Region.Kind(rawValue: kind) == nil { throw row.damage("there is no such kind") }
      return Attribute(
        access: access, traits: Region.Traits(rawValue: traits),
        kind: kind.flatMap(Region.Kind.init),
        file: try row.optionalIndex(4, of: "file", count: files.count).map { files[$0] })
    }
  }

  private enum Column {
    static let number: Int32 = 0
    static let elapsed: Int32 = 1
    static let space: Int32 = 2
    static let thread: Int32 = 3
    static let action: Int32 = 4
    static let low: Int32 = 5
    static let size: Int32 = 6
    static let attribute: Int32 = 7
    static let other: Int32 = 8
    static let otherSize: Int32 = 9
    static let stack: Int32 = 10
  }

  /// Hands out the events of one space, with their numbers.
  func forEach(
    ofSpace wanted: Int, _ body: (_ number: Int, _ event: TraceEvent) -> Void
  ) throws(RecordingError) {
    var time: Int64 = 0
    // Times are sums, so the rows of all spaces are gone through.
    let query = """
      SELECT number, elapsed, space, thread, action, low, size, attribute, other, other_size, stack \
      FROM event ORDER BY number
      """
    try rows.forEach(query, "event") { row throws(RecordingError) in
      guard try row.integer(Column.number) == Int64(row.number) else {
        throw row.damage("an event is missing")
      }
      let (now, overflows) = time.addingReportingOverflow(try row.integer(Column.elapsed))
      guard !overflows, now >= 0 else { throw row.damage("its time is out of range") }
      time = now
      let space = try row.index(Column.space, of: "space", count: counts.spaces)
      guard space == wanted else { return }
      body(row.number, try event(row, time: UInt64(now), space: space))
    }
  }

  private func event(_ row: Row, time: UInt64, space: Int) throws(RecordingError) -> TraceEvent {
    let action = actions[try row.index(Column.action, of: "action", count: actions.count)]
    return TraceEvent(
      time: time, space: space,
      thread: try row.optionalIndex(Column.thread, of: "thread", count: counts.threads),
      call: action.call, outcome: try outcome(row, action.change),
      stack: try row.optionalIndex(Column.stack, of: "stack", count: counts.nodes)
        .map(StackID.init))
  }

  private func outcome(
    _ row: Row, _ change: ChangeName
  ) throws(RecordingError) -> MapCall.Outcome {
    if change == .failed {
      return .failed(
        errno: try row.int32(Column.other), asked: ByteCount(try row.units(Column.size)),
        at: try row.optionalUnits(Column.low).map { Address($0) })
    }
    let low = try row.units(Column.low)
    let size = try row.units(Column.size)
    let range = try range(row, low, size)
    switch change {
    case .map:
      let attribute = try attribute(row)
      return .changed(
        .map(
          Region(
            range: range, access: attribute.access,
            offset: try row.optionalUnits(Column.other) ?? 0, inode: attribute.file?.inode ?? 0,
            name: attribute.file?.name ?? "", traits: attribute.traits, kind: attribute.kind)))
    case .unmap: return .changed(.unmap(range))
    case .protect: return .changed(.protect(range, try attribute(row).access))
    case .move, .copy, .failed:
      let target = try self.range(
        row, try row.units(Column.other), try row.optionalUnits(Column.otherSize) ?? size)
      return .changed(.move(from: range, to: target, keepsSource: change == .copy))
    }
  }

  private func attribute(_ row: Row) throws(RecordingError) -> Attribute {
    attributes[try row.index(Column.attribute, of: "attribute", count: attributes.count)]
  }

  private func range(
    _ row: Row, _ low: UInt64, _ size: UInt64
  ) throws(RecordingError) -> AddressRange {
    let (high, overflows) = low.addingReportingOverflow(size)
    guard !overflows, let range = AddressRange(Address(low), Address(high)) else {
      throw row.damage("its range is empty or beyond all addresses")
    }
    return range
  }
}

extension Region.Access {
  /// The set that four letters as in `/proc/PID/maps` stand for, nil where they are none.
  init?(letters: String) {
    let bytes = Array(letters.utf8)
    guard bytes.count == 4 else { return nil }
    var access: Region.Access = []
    let bits: [Region.Access] = [.read, .write, .execute]
    for (place, letter) in "rwx".utf8.enumerated() {
      if bytes[place] == letter {
        access.formUnion(bits[place])
      } else if bytes[place] != UInt8(ascii: "-") {
        return nil
      }
    }
    switch bytes[3] {
    case UInt8(ascii: "s"): access.formUnion(.shared)
    case UInt8(ascii: "p"): break
    default: return nil
    }
    self = access
  }
}
