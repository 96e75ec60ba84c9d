/// A stretch of user space without any mapping.
public struct FreeSpan: Hashable, Sendable {
  /// Where it lies.
  public let range: AddressRange
  /// What is left of it for placement: without the guard gap below a stack. Nil where nothing is.
  public let placeable: AddressRange?
  /// How much of it the layout's searches can hand out at all.
  public let reachable: ByteCount
  /// The index in `Room.regions` of what lies directly above, `regions.count` at the end of space;
  /// one less is what lies directly below.
  public let above: Int

  /// How many bytes it holds.
  public var size: ByteCount { range.size }
}
