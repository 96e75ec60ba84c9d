/// A limit other than address space that bounds how many threads can start.
public struct TaskWall: Hashable, Sendable {
  /// Who sets it, such as `pids.max`.
  public let name: String
  /// How many tasks there may be.
  public let limit: UInt64
  /// How many there are.
  public let used: UInt64
  /// How many more threads it lets start.
  public let fits: UInt64
}

extension ThreadFacts {
  /// The limits on tasks, as walls for further threads.
  public var walls: [TaskWall] {
    limits.map { TaskWall(name: $0.kind.rawValue, limit: $0.limit, used: $0.used, fits: $0.left) }
  }
}
