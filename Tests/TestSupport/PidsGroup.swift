import Glibc
import SystemPackage

/// A control group that bounds how many tasks there may be in it.
public struct PidsGroup {
  /// Its folder.
  public let path: String

  /// Whether one can be made here.
  public static let isPossible = root != nil

  /// Where groups of that controller are made: version 1's folder, else version 2's.
  private static let root: String? = {
    let folders = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]
    return folders.first { folder in
      guard let probe = try? PidsGroup(in: folder, most: 10) else { return false }
      probe.remove()
      return true
    }
  }()

  /// A new group with at most this many tasks.
  public init(most: UInt64) throws {
    try self.init(in: Self.root ?? "", most: most)
  }

  private init(in folder: String, most: UInt64) throws {
    path = "\(folder)/addrspace-tests-\(getpid())"
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw Errno(rawValue: errno) }
    do {
      let file = try FileDescriptor.open(FilePath("\(path)/pids.max"), .writeOnly)
      try file.closeAfter { _ = try file.writeAll(Array("\(most)\n".utf8)) }
    } catch {
      remove()
      throw error
    }
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
