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

  /// One event, and who made it.
  public struct EventRecord: Sendable {
    /// Its number in the recording, from 1.
    public var number: Int
    /// What happened, when.
    public var event: TraceEvent
    /// The thread, nil where none made it or it is not known.
    public var thread: TraceThread?
    /// The stack, nil where none was taken.
    public var stack: ReportStack?

    /// Where the event took or gave up room: of a move where the memory lies afterwards; nil for a
    /// refused call that named no address.
    public var range: AddressRange? {
      switch event.outcome {
      case .changed(.map(let region)): region.range
      case .changed(.unmap(let range)), .changed(.protect(let range, _)): range
      case .changed(.move(_, let to, _)): to
      case .failed(_, let asked, let address):
        address.flatMap { base in
          base.value.addingReportingOverflow(asked.value).overflow
            ? nil : AddressRange(base, base + asked)
        }
      }
    }

    /// How many bytes it was about.
    public var bytes: ByteCount {
      if case .failed(_, let asked, _) = event.outcome { return asked }
      return range?.size ?? .zero
    }
  }

  /// A fall of the room below everything before it.
  public struct Drop: Sendable {
    /// What fell.
    public var subject: Subject
    /// What it was at the drop before, or at the beginning: bytes of the largest span, or a count.
    public var from: UInt64
    /// What it was after the event.
    public var to: UInt64
    /// The part of the fall that is this event's: falls too small to be told one by one are in
    /// `from` and not in here.
    public var step: UInt64
    /// The largest free span after the event.
    public var largestFree: ByteCount
    /// The event, its thread and its stack.
    public var cause: EventRecord
    /// How much of what the event mapped is still there at the report's moment.
    public var liveBytes: ByteCount

    /// What falls.
    public enum Subject: Hashable, Sendable {
      /// The largest free span, in bytes.
      case largestSpan
      /// How many more of a buffer fit, by its place in `Moment.buffers`.
      case buffer(Int)
    }
  }

  /// New lows of the largest free span: those drops that are about it.
  public var lows: [Drop] { drops.filter { $0.subject == .largestSpan } }

  /// A call that was refused.
  public struct Failure: Sendable {
    /// The event, its thread and its stack.
    public var cause: EventRecord
    /// The `errno`.
    public var errno: Int32
    /// How many bytes were asked for.
    public var asked: ByteCount
    /// The largest free span then.
    public var largestFree: ByteCount
    /// All free bytes then.
    public var freeBytes: ByteCount
    /// What stood in the way, as far as can be known.
    public var wall: Wall
  }

  /// What stands in the way of a mapping.
  public enum Wall: Hashable, Sendable {
    /// No free span is large enough.
    case addressSpace(Shortage)
    /// What had to grow in its place met this mapping: the brk heap, or what may not be moved.
    case neighbor(Region)
    /// The process has as many mappings as the kernel allows (`vm.max_map_count`).
    case mappingCount(Int)
    /// There is room for it: another limit, such as RLIMIT_AS, RLIMIT_DATA or the kernel's count of
    /// memory that it has promised.
    case otherLimit
    /// `RLIMIT_MEMLOCK`.
    case lockedMemory
    /// The call insists on an address where something lies already.
    case addressTaken
    /// The address or what was asked of it is not permitted, such as below `vm.mmap_min_addr`.
    case notPermitted
    /// What was asked for makes no sense to the kernel, or the file does not allow it.
    case request

    /// Whether all free bytes together would have done.
    public enum Shortage: String, Hashable, Sendable {
      /// They would.
      case fragmented
      /// They would not.
      case exhausted
    }
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
