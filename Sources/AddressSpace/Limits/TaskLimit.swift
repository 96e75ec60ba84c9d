/// A limit on the number of tasks: of threads, each process's first one among them.
public struct TaskLimit: Hashable, Sendable {
  /// Who sets it.
  public let kind: Kind
  /// How many there may be.
  public let limit: UInt64
  /// How many there are.
  public let used: UInt64

  /// Who sets a limit on the number of tasks.
  public enum Kind: CaseIterable, Sendable {
    /// The user's limit of processes (`ulimit -u`), which the superuser does not have.
    case user
    /// The control group's.
    case group
    /// The machine's.
    case machine
    /// That of the numbers that tasks have.
    case numbers

    /// The wall that it is.
    public var wall: Wall.Name {
      switch self {
      case .user: .userTasks
      case .group: .groupTasks
      case .machine: .machineTasks
      case .numbers: .taskNumbers
      }
    }
  }

  /// A limit.
  public init(_ kind: Kind, limit: UInt64, used: UInt64) {
    self.kind = kind
    self.limit = limit
    self.used = used
  }

  /// How many more there may be.
  public var left: UInt64 { limit > used ? limit - used : 0 }
}

extension ThreadFacts {
  /// The limits on tasks, as walls for further threads.
  public var walls: [Wall] {
    limits.map { Wall($0.kind.wall, limit: .count($0.limit), used: .count($0.used), fits: $0.left) }
  }
}
