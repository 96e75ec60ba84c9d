public import AddressSpace

/// Why nothing, or no more, can be recorded.
public enum RecorderError: Error {
  /// The program cannot be executed; `errno` says why.
  case cannotExecute(program: String, errno: Int32)
  /// There is no such program.
  case noSuchProgram(String)
  /// There is no such process.
  case noSuchProcess(Int32)
  /// The process may not be traced.
  case notPermitted(Int32)
  /// Another program traces the process already.
  case isTraced(Int32, by: Int32?)
  /// The kernel refuses the filter that stops a program at the calls that matter.
  case noFilter(errno: Int32)
  /// The unwinder that was asked for does not know programs of this width.
  case noUnwinder(RecorderOptions.Unwinder, WordSize)
  /// Tracing failed in a way that nobody expected.
  case failed(what: String, errno: Int32)
  /// The process's map could not be read.
  case unreadable(any Error)
  /// The recording could not be written.
  case notWritten(any Error)
}

extension RecorderError: CustomStringConvertible {
  /// What is wrong and what to do, in a sentence.
  public var description: String {
    switch self {
    case .cannotExecute(let program, let errno):
      "\(program) cannot be executed: \(Errno(errno))."
    case .noSuchProgram(let program):
      "there is no program \(program). A program in this folder is ./\(program)."
    case .noSuchProcess(let pid): "no process \(pid)."
    case .notPermitted(let pid):
      "cannot trace \(pid): not permitted. Run as root or as the process's user; where "
        + "kernel.yama.ptrace_scope is not 0, start the program with 'addrspace record -- ...'."
    case .isTraced(let pid, let tracer):
      "cannot trace \(pid): \(tracer.map { "process \($0) traces it" } ?? "it is traced") already. "
        + "End the debugger or strace that does."
    case .noFilter(let errno):
      "the kernel refuses a seccomp filter (\(Errno(errno))), which recording needs to start a "
        + "program. Attach to a running one with --pid."
    case .noUnwinder(let unwinder, let wordSize):
      "\(unwinder) does not know \(wordSize.rawValue)-bit programs here. Leave --unwinder out: what "
        + "suits the program is taken."
    case .failed(let what, let errno): "\(what) failed: \(Errno(errno))."
    case .unreadable(let error): "\(error)"
    case .notWritten(let error): "\(error)"
    }
  }
}
