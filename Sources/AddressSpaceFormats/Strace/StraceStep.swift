public import AddressSpace

/// A call of the log that changed an address space or failed to.
public struct StraceStep: Sendable {
  /// When, in nanoseconds from the first time in the log; 0 where the log has no times.
  public var time: UInt64
  /// The address space, by its place in `StraceReplay.spaces`.
  public var space: Int
  /// The thread that made the call.
  public var thread: Int32
  /// The call.
  public var call: MapCall
  /// What came of it.
  public var outcome: MapCall.Outcome
  /// The frames it was made from, innermost first, by their places in `StraceReplay.frames`; empty
  /// where the log has none (`-k`).
  public var stack: [Int]
}

extension MapCall {
  /// The calls that a log is replayed by; `found` is none.
  private static let inLogs: Set<MapCall> = [
    .mmap, .mmap2, .oldMmap, .munmap, .mremap, .brk, .mprotect, .pkeyMprotect, .shmat, .shmdt,
  ]

  /// The call that a log is replayed by under this name, nil for all others.
  init?(inLog name: String) {
    guard let call = MapCall(rawValue: name), Self.inLogs.contains(call) else { return nil }
    self = call
  }
}

/// A frame of a stack as `strace -k` prints it: ` > MODULE(SYMBOL+0xDISTANCE) [0xOFFSET]`.
public struct StraceFrame: Hashable, Sendable {
  /// The file that the code lies in, nil where there is none.
  public var module: String?
  /// The function, nil where it is not known.
  public var function: String?
  /// Where in the module; the address itself where there is none.
  public var offset: UInt64
  /// Why the stack ends here, where it is no frame.
  public var note: String?
}

/// An address space in a log: one program of one process, and of those that share its memory.
public struct StraceSpace: Sendable {
  /// The process it was first seen in.
  public internal(set) var pid: Int32
  /// The program's path, nil where its beginning is not in the log.
  public internal(set) var program: String?
  /// The program and its arguments, as far as the log prints them.
  public internal(set) var arguments: [String] = []
  /// How wide its addresses are.
  public internal(set) var wordSize: WordSize = .bits32
  /// What it was built for, where a call tells.
  public internal(set) var machine: Machine?
  /// Where the brk heap begins, where the log shows it.
  public internal(set) var startOfBreak: Address?
  /// How often it changed.
  public internal(set) var changes = 0
  /// What the log shows to have been mapped when it began.
  public internal(set) var found: [Region] = []
}
