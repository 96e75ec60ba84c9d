public import AddressSpace

/// Everything that `forecast` answers of one room.
public struct ForecastReport: Sendable {
  /// One buffer's forecast and what would make more of it fit.
  public struct Answer: Sendable {
    /// How many fit, and where.
    public let buffer: BufferForecast
    /// What to clear so that more fit, nil where nothing helps.
    public let nextFit: ClearingPlan?
    /// The fewest and the most over other draws of randomisation, nil where it has no part.
    public let range: ClosedRange<UInt64>?
  }

  let source: Source
  let diagnostics: Diagnostics
  let room: Room
  /// One for each buffer.
  public let answers: [Answer]
  let sequence: SequenceForecast?
  /// How many more the plans are for.
  let more: UInt64
  /// What was changed before it was asked, nil where nothing was.
  public var changed: ChangedSpace?
  /// What would help, nil where it was not asked.
  public var advice: [Advice]?
  /// How its regions are called.
  let wording: Wording

  /// A report on what was answered.
  public init(
    source: Source, diagnostics: Diagnostics, room: Room, answers: [Answer],
    sequence: SequenceForecast?, more: UInt64
  ) {
    self.source = source
    self.diagnostics = diagnostics
    self.room = room
    wording = Wording(room: room)
    self.answers = answers
    self.sequence = sequence
    self.more = more
  }
}

extension ForecastReport {
  /// Whether at least this many of each kind fit, or the whole sequence where one was asked.
  public func holds(atLeast count: UInt64) -> Bool {
    sequence.map(\.isComplete) ?? answers.allSatisfy { $0.buffer.fits >= count }
  }

  /// Only why the next of each kind does not fit, a sentence a line.
  public func reasons() -> String {
    answers.map { wording.why($0.buffer) + "\n" }.joined()
  }
}

extension ForecastReport.Answer {
  /// An answer.
  public init(
    _ buffer: BufferForecast, nextFit: ClearingPlan?, range: ClosedRange<UInt64>? = nil
  ) {
    self.buffer = buffer
    self.nextFit = nextFit
    self.range = range
  }
}
