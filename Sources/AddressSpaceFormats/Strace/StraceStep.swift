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
  public var call: StraceCallName
  /// What came of it.
  public var outcome: Outcome
  /// The frames it was made from, innermost first, by their places in `StraceReplay.frames`; empty
  /// where the log has none (`-k`).
  public var stack: [Int]

  /// What came of a call.
  public enum Outcome: Hashable, Sendable {
    /// The space changed.
    case changed(MapChange)
    /// The call was refused with this `errno`; how much was asked for, and where, if it said so.
    case failed(errno: Int32, asked: ByteCount, at: Address?)
  }
}

/// The calls of a log that change an address space, by their names in it.
public enum StraceCallName: String, CaseIterable, Hashable, Sendable {
  case mmap
  case mmap2
  case oldMmap = "old_mmap"
  case munmap
  case mremap
  case brk
  case mprotect
  case pkeyMprotect = "pkey_mprotect"
  case shmat
  case shmdt
  /// No call: a later call shows that something was mapped all along.
  case found
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
