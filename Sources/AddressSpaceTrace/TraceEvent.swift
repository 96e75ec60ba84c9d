public import AddressSpace

/// One thing that happened to an address space: a system call that changed it or failed to, or a
/// change that was found without a call.
///
/// A call that changes more than one stretch is several events of one time, thread and stack.
public struct TraceEvent: Hashable, Sendable {
  /// When the call returned, in nanoseconds from the beginning of the recording.
  public var time: UInt64
  /// The address space, by its place in `TraceSource.spaces`.
  public var space: Int
  /// The thread that made the call, by its place in `TraceSource.threads`; nil where none did.
  public var thread: Int?
  /// The call.
  public var call: MapCall
  /// What came of it.
  public var outcome: MapCall.Outcome
  /// The stack it was made from, nil where none was taken.
  public var stack: StackID?

  /// An event.
  public init(
    time: UInt64, space: Int, thread: Int?, call: MapCall, outcome: MapCall.Outcome,
    stack: StackID? = nil
  ) {
    self.time = time
    self.space = space
    self.thread = thread
    self.call = call
    self.outcome = outcome
    self.stack = stack
  }
}
