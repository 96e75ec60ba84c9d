import AddressSpace

/// Reads what bounds the number of a process's threads besides its address space.
struct TaskLimits {
  private let pid: Int32
  private let status: ProcessStatus

  init(of pid: Int32, _ status: ProcessStatus) {
    self.pid = pid
    self.status = status
  }

  /// All limits that could be read.
  func all() -> [TaskLimit] {
    let all = tasksOfMachine()
    return [user(), machine(all), numbers(all), group()].compactMap { $0 }
  }

  /// `RLIMIT_NPROC`: not for the superuser, nor for who may override limits or administer.
  private func user() -> TaskLimit? {
    let mayExceed = status.capabilities & (1 << 24 | 1 << 21) != 0
    guard status.user != 0, !mayExceed,
      let limits = ProcFile(pid: pid).textIfReadable("limits"),
      let limit = ResourceLimitsText(limits).limit("Max processes")?.soft?.value
    else { return nil }
    var used: UInt64 = 0
    for name in SystemFile.numbers(in: "/proc") {
      guard let pid = Int32(name), let other = ProcessStatus(pid: pid), other.user == status.user
      else { continue }
      used += other.threads
    }
    return TaskLimit(.user, limit: limit, used: used)
  }

  /// All tasks of the machine: the number behind the slash in `/proc/loadavg`.
  private func tasksOfMachine() -> UInt64? {
    guard let fields = SystemFile.text("/proc/loadavg")?.split(separator: " "), fields.count > 3
    else { return nil }
    return fields[3].split(separator: "/").last.flatMap { UInt64($0) }
  }

  private func machine(_ used: UInt64?) -> TaskLimit? {
    guard let used, let limit = SystemFile.number("/proc/sys/kernel/threads-max") else {
      return nil
    }
    return TaskLimit(.machine, limit: limit, used: used)
  }

  /// Numbers below 300 are given out once only (`RESERVED_PIDS`). Some tasks have one of these, and
  /// groups and sessions keep numbers whose task has ended: so this is not exact.
  private func numbers(_ used: UInt64?) -> TaskLimit? {
    guard let used, let limit = SystemFile.number("/proc/sys/kernel/pid_max") else { return nil }
    return TaskLimit(.numbers, limit: limit, used: 300 + used)
  }

  /// `pids.max` of its control groups.
  private func group() -> TaskLimit? {
    ControlGroups(pid: pid).nearest(.pids).map {
      TaskLimit(.group, limit: $0.limit, used: $0.used)
    }
  }
}
