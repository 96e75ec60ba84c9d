public import AddressSpace

extension TraceReport {
  /// What a report's callers are grouped by.
  public enum CallerGrouping: String, CaseIterable, Hashable, Sendable {
    /// The whole stack.
    case stack
    /// The function of the interesting frame.
    case function
    /// The module of the interesting frame.
    case module
  }

  /// A stack, function or module, and what it holds.
  public struct Caller: Sendable {
    /// The stack; of a function or module that of its largest stretch.
    public var stack: ReportStack
    /// How many different stacks it stands for: 1 where callers are grouped by stack.
    public var stacks: Int
    /// Where its stretches lie at the report's moment, lowest first.
    public var ranges: [AddressRange]
    /// How many bytes they hold.
    public var bytes: ByteCount
    /// How much larger the largest free span would be without all of them.
    public var largestGain: ByteCount
    /// How many more of each buffer would fit without all of them.
    public var bufferGain: [UInt64]
    /// The events that made what is live.
    public var events: Int

    /// How many stretches it holds; neighbours that different calls made count apart.
    public var regions: Int { ranges.count }
  }

  /// A pin and who made it.
  public struct TracedPin: Sendable {
    /// The pin; its regions are indices in `Moment.room.regions`.
    public var pin: Pin
    /// Its stretches by who made them, lowest first.
    public var makers: [MadeStretch]

    /// Who made most of it.
    public var principal: MadeStretch? { makers.principal }
  }

  /// A stretch of the map and who made it.
  public struct MadeStretch: Sendable {
    /// Where it lies.
    public var range: AddressRange
    /// Who made it.
    public var maker: Maker
  }

  /// Who made a stretch.
  public enum Maker: Sendable {
    /// It was there before the recording.
    case before
    /// An event; of a change without a call (`MapCall.found`) nobody knows who.
    case event(EventRecord)

    /// The stack that made it, nil where none is known.
    public var stack: ReportStack? {
      if case .event(let record) = self { record.stack } else { nil }
    }
  }

  /// What has to go so that one more of a buffer fits, and who made it.
  public struct TracedPlan: Sendable {
    /// What to clear; its regions are indices in `Moment.room.regions`.
    public var plan: ClearingPlan
    /// What has to go by who made it, lowest first.
    public var makers: [MadeStretch]
    /// The stacks among the makers: who has to give up most first.
    public var owners: [Owner]

    /// A stack and what of a plan it made.
    public struct Owner: Sendable {
      /// The stack, nil for all that no stack is known of.
      public var stack: ReportStack?
      /// How many stretches.
      public var regions: Int
      /// How many bytes.
      public var bytes: ByteCount
    }
  }

  /// What lies in a space without a stack.
  public struct Unattributed: Hashable, Sendable {
    /// What was there before the first event.
    public var before = Tally()
    /// What was found in the map without any call.
    public var found = Tally()
    /// What calls made of which no stack was taken.
    public var withoutStack = Tally()

    /// A number of stretches and their bytes.
    public struct Tally: Hashable, Sendable {
      /// How many stretches.
      public var regions = 0
      /// How many bytes.
      public var bytes = ByteCount.zero

      /// A number of stretches.
      public init(regions: Int = 0, bytes: ByteCount = .zero) {
        self.regions = regions
        self.bytes = bytes
      }
    }
  }
}

extension [TraceReport.MadeStretch] {
  /// The largest stretch that a stack is known of, else the largest; of equal ones the lowest.
  public var principal: TraceReport.MadeStretch? {
    let known = filter { $0.maker.stack != nil }
    return (known.isEmpty ? self : known).max {
      ($0.range.size, $1.range.lower) < ($1.range.size, $0.range.lower)
    }
  }
}
