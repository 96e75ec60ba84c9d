/// What besides addresses bounds how much a process can get, as its source tells it; sources in
/// `docs/limits.md`. What is nil is not known.
public struct LimitFacts: Hashable, Sendable {
  /// RLIMIT_AS: the bytes of all its mappings.
  public var addressSpace: ResourceLimit?
  /// RLIMIT_DATA: the bytes of what it alone can write to.
  public var data: ResourceLimit?
  /// The size of the program's own data, which counts where the brk heap grows (fields 45 and 46 of
  /// `/proc/PID/stat`).
  public var dataSegment: ByteCount?
  /// Whether the kernel was told to heed RLIMIT_DATA for the brk heap only
  /// (`kernel.ignore_rlimit_data`).
  public var ignoresData = false
  /// `vm.max_map_count`: one more mapping than this is the most.
  public var mostMappings: UInt64?
  /// How the machine counts memory that it has promised.
  public var overcommit: Overcommit?
  /// What Windows promises to all processes together.
  public var commit: CommitLimit?
  /// The machine's memory.
  public var memory: MachineMemory?
  /// The control group whose memory limit leaves least.
  public var cgroup: CgroupMemory?

  /// Nothing known.
  public init() {}
}

/// A limit of `setrlimit(2)`, in bytes.
public struct ResourceLimit: Hashable, Sendable {
  /// What is enforced, nil where there is none.
  public var soft: ByteCount?
  /// As far as the soft one can be raised without privileges, nil where there is no end.
  public var hard: ByteCount?

  /// A limit.
  public init(soft: ByteCount?, hard: ByteCount?) {
    self.soft = soft
    self.hard = hard
  }
}

/// The kernel's count of promised memory (`Documentation/mm/overcommit-accounting`).
public struct Overcommit: Hashable, Sendable {
  /// `vm.overcommit_memory`.
  public var mode: Mode
  /// `CommitLimit`, in bytes.
  public var limit: ByteCount
  /// `Committed_AS`: what is promised to all processes, in bytes.
  public var committed: ByteCount
  /// `vm.admin_reserve_kbytes`, in bytes.
  public var adminReserve: ByteCount
  /// `vm.user_reserve_kbytes`, in bytes.
  public var userReserve: ByteCount

  /// What is refused.
  public enum Mode: Int, Sendable {
    /// One request of more than all memory and swap.
    case heuristic = 0
    /// Nothing.
    case always = 1
    /// What goes beyond the commit limit.
    case never = 2
  }

  /// A count.
  public init(
    mode: Mode, limit: ByteCount, committed: ByteCount, adminReserve: ByteCount,
    userReserve: ByteCount
  ) {
    self.mode = mode
    self.limit = limit
    self.committed = committed
    self.adminReserve = adminReserve
    self.userReserve = userReserve
  }
}

/// Windows' count of promised memory (`PERFORMANCE_INFORMATION`), in bytes.
public struct CommitLimit: Hashable, Sendable {
  /// As much as can be promised without a larger page file.
  public var limit: ByteCount
  /// What is promised.
  public var used: ByteCount

  /// A count.
  public init(limit: ByteCount, used: ByteCount) {
    self.limit = limit
    self.used = used
  }
}

/// The machine's memory (`/proc/meminfo`), in bytes.
public struct MachineMemory: Hashable, Sendable {
  /// All of it.
  public var total: ByteCount
  /// What can be had without swapping.
  public var available: ByteCount
  /// All swap.
  public var swapTotal: ByteCount
  /// What of it is free.
  public var swapFree: ByteCount

  /// Memory.
  public init(
    total: ByteCount, available: ByteCount, swapTotal: ByteCount, swapFree: ByteCount
  ) {
    self.total = total
    self.available = available
    self.swapTotal = swapTotal
    self.swapFree = swapFree
  }
}

/// The memory of a control group, in bytes.
public struct CgroupMemory: Hashable, Sendable {
  /// `memory.max` or `memory.limit_in_bytes`.
  public var limit: ByteCount
  /// `memory.current` or `memory.usage_in_bytes`.
  public var used: ByteCount

  /// Memory of a group.
  public init(limit: ByteCount, used: ByteCount) {
    self.limit = limit
    self.used = used
  }
}

/// What a process holds of memory, in bytes; nil where it is not known.
public struct HeldMemory: Hashable, Sendable {
  /// What of its mappings is in memory (`Rss`).
  public var resident: ByteCount?
  /// What the kernel has promised it (mappings whose `VmFlags` have `ac`).
  public var committed: ByteCount?
  /// What of it is swapped out (`Swap`).
  public var swapped: ByteCount?

  /// Memory that is held.
  public init(
    resident: ByteCount? = nil, committed: ByteCount? = nil, swapped: ByteCount? = nil
  ) {
    self.resident = resident
    self.committed = committed
    self.swapped = swapped
  }
}
