public import SystemPackage

/// Why a live process cannot be read. Each prints as a sentence with the remedy.
public enum ProcessError: Error, Equatable, Sendable {
  /// No process has this id.
  case noSuchProcess(Int32)
  /// It has no user space: a kernel thread, or a process that has ended but was not waited for.
  case hasNoUserSpace(Int32)
  /// The kernel does not let us look.
  case notPermitted(Int32)
  /// It changed its mappings during every reading.
  case keepsChanging(Int32)
  /// Reading failed.
  case failed(Int32, file: String, Errno)
  /// Its map was not understood.
  case unreadableMap(Int32, String)
}

extension ProcessError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .noSuchProcess(let pid):
      "no process \(pid). See 'ps' for those that run; a file of that name is ./\(pid)."
    case .hasNoUserSpace(let pid):
      "process \(pid) has no user address space: it has ended, or it is a kernel thread."
    case .notPermitted(let pid):
      "process \(pid) may not be read: not permitted. Run as its owner or as root."
    case .keepsChanging(let pid):
      "process \(pid) changed its mappings during every reading. Stop it for a moment: "
        + "kill -STOP \(pid)."
    case .failed(let pid, let file, let errno):
      "/proc/\(pid)/\(file) cannot be read: \(errno)."
    case .unreadableMap(let pid, let reason):
      "/proc/\(pid)/maps was not understood: \(reason)"
    }
  }
}
