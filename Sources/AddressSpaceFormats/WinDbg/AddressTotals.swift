import AddressSpace

/// What the tables of a summary come to.
struct AddressTotals {
  let free: ByteCount
  let busy: ByteCount
  let reserved: ByteCount?
  /// Regions in use and free ones; nil where there is no such column.
  let regions: Int?
  let freeSpans: Int?
  let kinds: [KindUsage]
  let largestFree: AddressRange?
  /// Of the process, where the names tell it.
  let wordSize: WordSize?

  /// More than any user space, so that sums of what a file claims stay numbers.
  private static let largest: UInt64 = 1 << 57

  /// The totals; nil where no table tells how much is free.
  init?(_ summary: AddressSummary) {
    let uses = summary.uses.filter { $0.bytes < Self.largest }
    let states = summary.states.filter { $0.bytes < Self.largest }
    guard let table = [uses, states].first(where: { $0.contains(where: Self.isFree) }),
      table.count < 1000
    else { return nil }
    let (free, busy) = (table.filter(Self.isFree), table.filter { !Self.isFree($0) })
    self.free = Self.bytes(free)
    self.busy = Self.bytes(busy)
    freeSpans = Self.count(free)
    regions = Self.count(busy)
    reserved = states.first { $0.name == "MEM_RESERVE" }.map { ByteCount($0.bytes) }
    kinds = Self.kinds(uses.filter { !Self.isFree($0) })
    largestFree = summary.largestFree
    wordSize = uses.contains { $0.wordSize == .bits32 } ? .bits32 : nil
  }

  /// All that the summary counts, free or not.
  var total: ByteCount { free + busy }

  private static func isFree(_ total: AddressSummary.Total) -> Bool {
    ["Free", "MEM_FREE", "<free>"].contains(total.name)
  }

  private static func bytes(_ totals: [AddressSummary.Total]) -> ByteCount {
    ByteCount(totals.reduce(0) { min($0 + $1.bytes, largest) })
  }

  private static func count(_ totals: [AddressSummary.Total]) -> Int? {
    var sum = 0
    for total in totals {
      guard let count = total.count, count < 1 << 40 else { return nil }
      sum += Int(count)
    }
    return sum
  }

  private static func kinds(_ uses: [AddressSummary.Total]) -> [KindUsage] {
    var bytes: [Region.Kind: ByteCount] = [:]
    var regions: [Region.Kind: Int] = [:]
    for use in uses where use.bytes > 0 {
      guard let count = count([use]) else { return [] }
      let kind = use.kind?.ofRegion ?? .anonymous
      bytes[kind] = min(
        (bytes[kind] ?? .zero).adding(ByteCount(use.bytes)) ?? ByteCount(largest),
        ByteCount(largest))
      regions[kind, default: 0] += count
    }
    return bytes.map { KindUsage(kind: $0, regions: regions[$0] ?? 0, bytes: $1) }
      .sorted { ($1.bytes, $0.kind.rawValue) < ($0.bytes, $1.kind.rawValue) }
  }
}
