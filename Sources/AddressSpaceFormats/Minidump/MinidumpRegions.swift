import AddressSpace

/// The regions of a process as a minidump lists them (`MINIDUMP_MEMORY_INFO`), lowest first.
struct MinidumpRegions {
  /// What is taken.
  var regions: [WindowsRegion] = []
  /// Where the list ends, nil where it does not tell what is free.
  private(set) var end: Address?
  /// Whether nothing that is taken can be missing.
  private(set) var isWhole = true
  /// What of it could not be read.
  private(set) var diagnostics: [Diagnostic] = []

  /// A region, or a hole among them.
  private struct Row {
    let range: AddressRange
    let allocation: UInt64
    let state: UInt32
    let protection: UInt32
    let type: UInt32
  }

  private static let committed: UInt32 = 0x1000
  private static let reserved: UInt32 = 0x2000
  private static let free: UInt32 = 0x1_0000

  /// Nil where the dump has no such list.
  init?(_ streams: MinidumpStreams) {
    guard let rows = readRows(streams) else { return nil }
    let ordered = zip(rows, rows.dropFirst()).allSatisfy { $0.range.upper <= $1.range.lower }
    take(ordered ? rows : rows.sorted { $0.range.lower < $1.range.lower })
    if streams.isCutOff(.memoryInfo) { isWhole = false }
  }

  private mutating func readRows(_ streams: MinidumpStreams) -> [Row]? {
    guard var cursor = streams.cursor(.memoryInfo), let header = cursor.uint32(),
      let step = cursor.uint32(), let count = cursor.uint64()
    else { return nil }
    // The sizes are the writer's: later ones may have more to say.
    guard (16...4096).contains(header), (44...4096).contains(step), cursor.seek(to: Int(header))
    else {
      diagnostics.append(Diagnostic("the list of regions has entries of \(step) bytes; ignored"))
      return nil
    }
    let whole = min(Int(clamping: count), cursor.left / Int(step))
    if UInt64(whole) < count {
      diagnostics.append(Diagnostic("\(whole) of \(count) regions can be read"))
      isWhole = false
    }
    var rows: [Row] = []
    rows.reserveCapacity(whole)
    var bad = 0
    for _ in 0..<whole {
      guard let base = cursor.uint64(), let allocation = cursor.uint64(), cursor.skip(8),
        let size = cursor.uint64(), let state = cursor.uint32(), let protection = cursor.uint32(),
        let type = cursor.uint32(), cursor.skip(Int(step) - 44)
      else { break }
      let (end, overflow) = base.addingReportingOverflow(size)
      guard !overflow, let range = AddressRange(Address(base), Address(end)),
        [Self.committed, Self.reserved, Self.free].contains(state)
      else {
        bad += 1
        continue
      }
      rows.append(
        Row(
          range: range, allocation: allocation, state: state, protection: protection, type: type))
    }
    if bad > 0 {
      isWhole = false
      diagnostics.append(Diagnostic("\(bad) of the listed regions make no sense; skipped"))
    }
    return rows
  }

  /// Keeps what is taken. Where the list tells what is free, what it leaves out in between is not.
  private mutating func take(_ rows: [Row]) {
    let listsFree = rows.contains { $0.state == Self.free }
    var next: Address = 0
    var overlapping = 0
    regions.reserveCapacity(rows.count)
    for row in rows {
      if row.range.lower < next {
        overlapping += 1
        continue
      }
      if listsFree, let gap = AddressRange(next, row.range.lower) {
        regions.append(
          WindowsRegion(range: gap, state: .reserved, path: "[not listed]", use: .system))
      }
      next = row.range.upper
      if row.state != Self.free { regions.append(Self.region(row)) }
    }
    if listsFree { end = next }
    if overlapping > 0 {
      diagnostics.append(Diagnostic("\(overlapping) listed regions overlap others; skipped"))
    }
  }

  private static func region(_ row: Row) -> WindowsRegion {
    WindowsRegion(
      range: row.range,
      allocationBase: row.allocation <= row.range.lower.value ? Address(row.allocation) : nil,
      state: row.state == committed ? .committed : .reserved,
      protection: WindowsProtection(rawValue: row.protection),
      type: row.type == 0x100_0000
        ? .image : row.type == 0x4_0000 ? .mapped : row.type == 0x2_0000 ? .privateMemory : nil)
  }
}
