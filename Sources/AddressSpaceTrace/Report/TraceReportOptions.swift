public import AddressSpace

/// What a report is asked for.
public struct TraceReportOptions: Sendable {
  /// The moment whose callers, pins and plans are wanted.
  public var moment: TraceMoment
  /// The space, by its place in `TraceSource.spaces`; nil for the last of the recorded program.
  public var space: Int?
  /// The buffers to ask for; none asks for the usual one.
  public var requests: [BufferRequest]
  /// Who asks; nil for the layout's usual one.
  public var allocator: Allocator?
  /// What callers are grouped by.
  public var grouping: TraceReport.CallerGrouping
  /// How many points the timeline may have, at least 50.
  public var mostPoints: Int

  /// What is asked for where nothing else is said.
  public init(
    moment: TraceMoment = .end, space: Int? = nil, requests: [BufferRequest] = [],
    allocator: Allocator? = nil, grouping: TraceReport.CallerGrouping = .stack,
    mostPoints: Int = 2000
  ) {
    self.moment = moment
    self.space = space
    self.requests = requests
    self.allocator = allocator
    self.grouping = grouping
    self.mostPoints = mostPoints
  }
}
