/// What is known of a process's threads: it decides how many further ones it can start.
public struct ThreadFacts: Hashable, Sendable {
  /// How many run, the first one among them.
  public var count: UInt64
  /// The stack that a thread gets where nothing else is said, in bytes and without its guard; nil
  /// where it was not read.
  public var defaultStack: ByteCount?
  /// What malloc is asked for with each thread, in bytes: the vector that leads to its thread-local
  /// storage. Nil where it was not read.
  public var vectorBytes: ByteCount?
  /// The stacks, guards included, that ended threads left and further ones may take; nil where they
  /// were not read.
  public var idleStacks: [AddressRange]?
  /// How many threads of a Windows program there ever were at one time under Wine, by the environment
  /// blocks (TEBs) that were made for them; nil where they were not counted.
  public var environments: UInt64?
  /// What bounds the number of threads.
  public var limits: [TaskLimit]

  /// Threads of which this is known.
  public init(
    count: UInt64, defaultStack: ByteCount? = nil, vectorBytes: ByteCount? = nil,
    idleStacks: [AddressRange]? = nil, environments: UInt64? = nil, limits: [TaskLimit] = []
  ) {
    self.count = count
    self.defaultStack = defaultStack
    self.vectorBytes = vectorBytes
    self.idleStacks = idleStacks
    self.environments = environments
    self.limits = limits
  }

  /// What holds at other moments too.
  public var lasting: ThreadFacts {
    ThreadFacts(count: count, defaultStack: defaultStack, vectorBytes: vectorBytes)
  }
}

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
