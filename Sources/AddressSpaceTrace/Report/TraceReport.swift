public import AddressSpace

/// Everything that `report` says of one address space of a recording.
public struct TraceReport: Sendable {
  /// The program and its arguments as they were recorded; empty where a process was attached to.
  public let header: TraceHeader
  /// How the recording ended, nil where the recorder was killed.
  public let end: TraceEnd?
  /// The address space.
  public let space: TraceSpace
  /// Its place in `TraceSource.spaces`.
  public let spaceIndex: Int
  /// The layout that everything is counted under.
  public let layout: Layout
  /// What could not be read or contradicts the rest.
  public let diagnostics: Diagnostics

  /// The events of the space by call; calls without events are left out.
  public let calls: [CallCount]
  /// From the first event or snapshot of the space to its last moment.
  public let timeline: Timeline
  /// What made room fall: each new low of a buffer's count and of the largest span, in order.
  public let drops: [Drop]
  /// The calls that were refused, in order.
  public let failures: [Failure]

  /// The chosen moment, and everything that was true then.
  public let moment: Moment
  /// Who holds what at that moment: those first whose going would gain most.
  public let callers: [Caller]
  /// What callers are grouped by.
  public let grouping: CallerGrouping
  /// What keeps free space apart at that moment, worst first, with who made it.
  public let pins: [TracedPin]
  /// What to clear at that moment so that one more fits, one a buffer; nil where nothing would do.
  public let plans: [TracedPlan?]
  /// What lies in the space and is not the doing of any stack.
  public let unattributed: Unattributed
}

extension TraceReport {
  /// How often a call was made.
  public struct CallCount: Hashable, Sendable {
    /// The call.
    public var call: MapCall
    /// The events that changed the space.
    public var changes: Int
    /// Those that were refused.
    public var failures: Int
  }

  /// A moment of the space, and what was true then.
  public struct Moment: Sendable {
    /// As it was asked for.
    public var asked: TraceMoment
    /// The number of the last event of this space by then, 0 where there was none.
    public var event: Int
    /// When that was, in nanoseconds from the beginning of the recording; of the end when the space
    /// or the recording ended.
    public var time: UInt64
    /// The map with its facts.
    public var snapshot: Snapshot
    /// What is taken and what is free.
    public var room: Room
    /// How many of each buffer fit.
    public var buffers: [BufferForecast]
    /// How many stretches there are, those told apart that the kernel has merged.
    public var pieceCount: Int
  }
}
