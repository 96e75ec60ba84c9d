public import AddressSpace

/// How a space's room went over time: few points of many, with all that rises or falls kept.
public struct Timeline: Sendable {
  /// In order; the first is before the first event, the last after the last.
  public internal(set) var points: [Point] = []

  /// The room just after an event.
  public struct Point: Hashable, Sendable {
    /// When, in nanoseconds from the beginning of the recording.
    public var time: UInt64
    /// The event's number, 0 before the first.
    public var event: Int
    /// The largest free span.
    public var largestFree: ByteCount
    /// All free bytes.
    public var freeBytes: ByteCount
    /// How many stretches are mapped, those told apart that the kernel has merged.
    public var pieces: Int
    /// How many more of each buffer fit, in the order in which they were asked for; malloc's unused
    /// memory is not counted, which is known only where the heap was read.
    public var fits: [UInt64]
  }
}
