import Glibc
import SystemPackage

/// A control group that bounds what the processes in it may have.
public struct ControlGroup {
  /// Its folder.
  public let path: String

  /// What is bounded.
  public enum Controller: Sendable {
    /// The number of tasks.
    case tasks
    /// Their memory, in bytes.
    case memory

    /// Where its groups are made, and its limit's file: version 1's, then version 2's.
    fileprivate var places: [(folder: String, file: String)] {
      switch self {
      case .tasks: [("/sys/fs/cgroup/pids", "pids.max"), ("/sys/fs/cgroup", "pids.max")]
      case .memory:
        [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"), ("/sys/fs/cgroup", "memory.max")]
      }
    }
  }

  /// Whether one can be made here.
  public static func isPossible(_ controller: Controller) -> Bool {
    guard let probe = try? ControlGroup(controller, most: 1 << 30) else { return false }
    probe.remove()
    return true
  }

  /// A new group with at most so much.
  public init(_ controller: Controller, most: UInt64) throws {
    var failure = Errno.noSuchFileOrDirectory
    for (folder, file) in controller.places {
      let path = "\(folder)/addrspace-\(controller)-\(getpid())-\(most)"
      guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
        failure = Errno(rawValue: errno)
        continue
      }
      do {
        let file = try FileDescriptor.open(FilePath("\(path)/\(file)"), .writeOnly)
        try file.closeAfter { _ = try file.writeAll(Array("\(most)\n".utf8)) }
        self.path = path
        return
      } catch {
        rmdir(path)
        failure = error as? Errno ?? failure
      }
    }
    throw failure
  }

  /// Removes it, once nothing is in it.
  public func remove() {
    for _ in 0..<100 where rmdir(path) != 0 { usleep(20_000) }
  }
}

extension Machine {
  /// Whether the tests run as the superuser.
  public static let isRoot = geteuid() == 0
}
