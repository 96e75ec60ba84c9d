public import AddressSpace

extension TraceReport {
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
}
