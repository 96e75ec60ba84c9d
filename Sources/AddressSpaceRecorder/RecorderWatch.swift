public import AddressSpace

/// What is minded about the room of the main program while it is recorded.
public struct RecorderWatch: Sendable {
  /// The buffers of which it is followed how many fit, by the layout's usual allocator.
  public var buffers: [BufferRequest] = []
  /// The recording ends when the largest free span falls below this.
  public var stopBelow: ByteCount?
  /// A whole map is kept each time the largest free span falls below this.
  public var snapshotBelow: ByteCount?
  /// Whether progress is told.
  public var tellsProgress = false

  /// Nothing is minded.
  public init() {}

  var isNeeded: Bool {
    !buffers.isEmpty || stopBelow != nil || snapshotBelow != nil || tellsProgress
  }
}

/// How things are with the main program while it is recorded.
public struct RecorderProgress: Sendable {
  /// Nanoseconds since the recording began.
  public var time: UInt64
  /// How many events were recorded.
  public var events: Int
  /// How many mappings there are.
  public var regions: Int
  /// The largest free span.
  public var largestFree: ByteCount
  /// How many of each watched buffer fit.
  public var fits: [UInt64]
}
