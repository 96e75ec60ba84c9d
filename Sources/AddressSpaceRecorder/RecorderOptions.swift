public import AddressSpace

/// What is recorded, and how.
public struct RecorderOptions: Sendable {
  /// What is recorded.
  public var subject: Subject
  /// Whether children are recorded too; started programs' children are traced in any case.
  public var followsChildren = false
  /// Whether the replayed map is held against the kernel's after every event.
  public var verifies = false
  /// How many frames of a stack are kept.
  public var depth = 64
  /// Which unwinder takes the stacks; nil for the one that suits the program.
  public var unwinder: Unwinder?
  /// After how many nanoseconds a running process is let go; nil for never.
  public var duration: UInt64?
  /// What is minded meanwhile.
  public var watch = RecorderWatch()
  /// The release that records.
  public var release: String

  /// What is recorded.
  public enum Subject: Sendable {
    /// A program with its arguments, the first of which is its name or path.
    case program([String])
    /// A running process.
    case process(Int32)
  }

  /// What takes stacks.
  public enum Unwinder: Sendable {
    /// Only for processes of our own word size.
    case libunwind
    case libdw
    /// No unwinder: the chain of frame pointers, which may be wrong.
    case framePointers
  }

  /// The usual way to record something.
  public init(_ subject: Subject, release: String) {
    self.subject = subject
    self.release = release
  }
}

/// How a process is read; who records knows nothing of `/proc`'s files.
public struct ProcessReader {
  /// The whole map with all that decides its layout, and the same as a capture's text.
  public var snapshot: (_ pid: Int32) throws -> (snapshot: Snapshot, capture: [UInt8])
  /// The map alone.
  public var map: (_ pid: Int32) throws -> AddressMap
  /// The text of its `/tmp/perf-PID.map`, nil where it has none.
  public var perfMap: (_ pid: Int32) -> [UInt8]?

  /// A way to read processes.
  public init(
    snapshot: @escaping (_ pid: Int32) throws -> (snapshot: Snapshot, capture: [UInt8]),
    map: @escaping (_ pid: Int32) throws -> AddressMap,
    perfMap: @escaping (_ pid: Int32) -> [UInt8]?
  ) {
    self.perfMap = perfMap
    self.snapshot = snapshot
    self.map = map
  }
}

/// What is told while it is recorded.
public enum RecorderNotice: Sendable {
  /// The program has ended, but others that it started have not.
  case descendantsGoOn(count: Int)
  /// What was replayed is not what the kernel shows.
  case mismatch(event: Int, found: [MapChange])
  /// How things are, now and then.
  case progress(RecorderProgress)
  /// Fewer of a watched buffer fit than before.
  case fewerFit(RecorderProgress)
  /// The largest free span fell below what was asked for, and the recording ends.
  case stoppedBelow(RecorderProgress)
  /// A program that is setuid or setgid runs without the privileges that it would have.
  case lostPrivileges(program: String)
  /// A child could not be read and is not recorded.
  case notRecorded(pid: Int32, why: String)
}

/// How a recording ended.
public struct RecorderOutcome: Sendable {
  /// The program's exit status; nil where it ended by a signal or goes on.
  public var status: Int32?
  /// The signal that ended it.
  public var signal: Int32?
  /// How many events were recorded.
  public var events: Int
  /// How often the replayed map was not the kernel's; only counted where it is verified.
  public var mismatches: Int
  /// Whether a signal to the recorder ended it.
  public var isStopped = false
}
