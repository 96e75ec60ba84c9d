/// The room that was lost between two moments of one process.
public struct RoomLoss: Sendable {
  /// How many bytes fewer are free.
  public let free: ByteCount
  /// How much smaller the largest free span is.
  public let largest: ByteCount
  /// What lies now where room was free, largest first, then lowest first.
  public let takers: [Taker]

  /// A region, or as much of it as lies where room was free.
  public struct Taker: Hashable, Sendable {
    /// The addresses that it took.
    public let range: AddressRange
    /// The index in the later room's `regions`.
    public let region: Int
  }

  /// What was lost from `before` to `after`, two rooms of one process under one layout.
  public init(from before: Room, to after: Room) {
    free = before.freeBytes.lowered(by: after.freeBytes)
    largest = (before.largestFreeSpan?.size ?? .zero)
      .lowered(by: after.largestFreeSpan?.size ?? .zero)
    takers = Self.takers(before.freeSpans.map(\.range), after.regions.map(\.range))
      .sorted { ($1.range.size, $0.range.lower) < ($0.range.size, $1.range.lower) }
  }

  /// The overlaps of two lists of ranges, both in address order.
  private static func takers(_ free: [AddressRange], _ taken: [AddressRange]) -> [Taker] {
    var takers: [Taker] = []
    var span = 0
    var region = 0
    while span < free.count, region < taken.count {
      if let range = taken[region].clamped(to: free[span]) {
        takers.append(Taker(range: range, region: region))
      }
      if taken[region].upper <= free[span].upper { region += 1 } else { span += 1 }
    }
    return takers
  }
}
