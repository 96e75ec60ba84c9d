/// Something that bounds how many more buffers a process gets.
public struct Wall: Hashable, Sendable {
  /// Which.
  public let name: Name
  /// Where it stands.
  public let limit: Amount
  /// How much of that is used.
  public let used: Amount
  /// How many more buffers it allows.
  public let fits: UInt64
  /// As far as who owns the process can move it, nil where it does not say or there is no end.
  public let hard: ByteCount?

  /// The walls that are known.
  public enum Name: String, CaseIterable, Sendable {
    /// The addresses themselves.
    case addressSpace = "address space"
    /// The bytes of all mappings.
    case resourceAddressSpace = "RLIMIT_AS"
    /// The bytes of private writable mappings.
    case resourceData = "RLIMIT_DATA"
    /// How many mappings there are.
    case mapCount = "vm.max_map_count"
    /// What the kernel promises: one request, or all of them.
    case overcommit
    /// What Windows promises to all processes together.
    case commitLimit = "commit limit"
    /// The tasks of the user; of threads only, as the three below.
    case userTasks = "RLIMIT_NPROC"
    /// The tasks of a control group.
    case groupTasks = "pids.max"
    /// The tasks of the machine.
    case machineTasks = "kernel.threads-max"
    /// The numbers of tasks.
    case taskNumbers = "kernel.pid_max"
    /// A control group's memory. A warning: what is not touched takes none.
    case cgroup = "cgroup memory"
    /// The machine's memory and swap. A warning as well.
    case memory = "available memory"
  }

  /// Bytes, or a number of mappings or tasks.
  public enum Amount: Hashable, Sendable {
    /// Bytes.
    case bytes(ByteCount)
    /// A number of mappings or tasks.
    case count(UInt64)

    /// The number.
    public var value: UInt64 {
      switch self {
      case .bytes(let bytes): bytes.value
      case .count(let count): count
      }
    }
  }

  /// What is left before it.
  public var headroom: Amount {
    let rest = limit.value - min(limit.value, used.value)
    return switch limit {
    case .bytes: .bytes(ByteCount(rest))
    case .count: .count(rest)
    }
  }

  /// A wall.
  public init(
    _ name: Name, limit: Amount, used: Amount, fits: UInt64, hard: ByteCount? = nil
  ) {
    self.name = name
    self.limit = limit
    self.used = used
    self.fits = fits
    self.hard = hard
  }

  func with(fits: UInt64) -> Wall {
    Wall(name, limit: limit, used: used, fits: fits, hard: hard)
  }
}
