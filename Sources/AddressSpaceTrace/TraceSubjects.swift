public import AddressSpace

/// An address space in a recording: one program of one process, from `execve` to its end.
public struct TraceSpace: Hashable, Sendable {
  /// The process.
  public var pid: Int32
  /// The program's name.
  public var name: String
  /// How wide its addresses are.
  public var wordSize: WordSize
  /// Whether it is the recorded program's own and not a child's that was followed.
  public var isMain: Bool

  /// An address space.
  public init(pid: Int32, name: String, wordSize: WordSize, isMain: Bool) {
    self.pid = pid
    self.name = name
    self.wordSize = wordSize
    self.isMain = isMain
  }
}

/// A thread in a recording.
public struct TraceThread: Hashable, Sendable {
  /// Its id.
  public var tid: Int32
  /// Its name when it was first seen.
  public var name: String

  /// A thread.
  public init(tid: Int32, name: String) {
    self.tid = tid
    self.name = name
  }
}

/// A whole map, read from the process while it was recorded.
public struct TraceSnapshot: Hashable, Sendable {
  /// The space, by its place in `TraceSource.spaces`.
  public var space: Int
  /// When, in nanoseconds from the beginning of the recording.
  public var time: UInt64
  /// How many events of the recording, of any space, had happened by then.
  public var events: Int
  /// Why it was read.
  public var occasion: Occasion
  /// The map with all that decides its layout, as `addrspace capture` writes it.
  public var capture: [UInt8]

  /// A snapshot.
  public init(space: Int, time: UInt64, events: Int, occasion: Occasion, capture: [UInt8]) {
    self.space = space
    self.time = time
    self.events = events
    self.occasion = occasion
    self.capture = capture
  }

  /// Why a map was read.
  public enum Occasion: String, CaseIterable, Hashable, Sendable {
    /// The space's first moment in the recording; events apply to this map.
    case start
    /// Just before the space ended or the recording did.
    case end
    /// The largest free span fell below what was asked for.
    case low
  }
}

/// What is known of a recording as a whole.
public struct TraceHeader: Hashable, Sendable {
  /// The program and its arguments; empty where a running process was recorded.
  public var command: [String]
  /// When it began, in seconds since 1970.
  public var began: UInt64
  /// Whether a running process was recorded, whose first map nobody saw grow.
  public var isAttached: Bool
  /// The release of the recorder.
  public var recorder: String

  /// A header.
  public init(command: [String], began: UInt64, isAttached: Bool, recorder: String) {
    self.command = command
    self.began = began
    self.isAttached = isAttached
    self.recorder = recorder
  }
}

/// How a recording ended.
public struct TraceEnd: Hashable, Sendable {
  /// How long it took, in nanoseconds.
  public var duration: UInt64
  /// The program's exit status, nil where it had none.
  public var status: Int32?
  /// The signal that ended the program.
  public var signal: Int32?

  /// An end.
  public init(duration: UInt64, status: Int32? = nil, signal: Int32? = nil) {
    self.duration = duration
    self.status = status
    self.signal = signal
  }
}
