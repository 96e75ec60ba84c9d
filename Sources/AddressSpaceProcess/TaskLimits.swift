import AddressSpace
import SystemPackage

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
    return ([user(), machine(all), numbers(all)].compactMap { $0 }) + groups()
  }

  /// `RLIMIT_NPROC`: not for the superuser, nor for who may override limits or administer.
  private func user() -> TaskLimit? {
    let mayExceed = status.capabilities & (1 << 24 | 1 << 21) != 0
    guard status.user != 0, !mayExceed, let limit = limitOfProcesses() else { return nil }
    var used: UInt64 = 0
    for name in SystemFile.numbers(in: "/proc") {
      guard let pid = Int32(name), let other = ProcessStatus(pid: pid), other.user == status.user
      else { continue }
      used += other.threads
    }
    return TaskLimit(.user, limit: limit, used: used)
  }

  /// The soft limit in the line `Max processes  96365  96365  processes`; nil where there is none.
  private func limitOfProcesses() -> UInt64? {
    let name = "Max processes"
    return ProcFile(pid: pid).textIfReadable("limits")?.split(separator: "\n")
      .first { $0.hasPrefix(name) }
      .flatMap { $0.dropFirst(name.count).split(separator: " ").first }
      .flatMap { UInt64($0) }
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

  /// `pids.max` of its control group and all above it: the one that leaves least.
  private func groups() -> [TaskLimit] {
    guard let text = ProcFile(pid: pid).textIfReadable("cgroup") else { return [] }
    var least: TaskLimit?
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      // Version 2 has one tree for all controllers; a hybrid system has it beside the others.
      let roots: [String]
      if fields[1].isEmpty {
        roots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"]
      } else if fields[1].split(separator: ",").contains("pids") {
        roots = ["/sys/fs/cgroup/pids"]
      } else {
        continue
      }
      for root in roots {
        for limit in Self.limits(root: root, group: fields[2])
        where least.map({ limit.left < $0.left }) ?? true { least = limit }
      }
    }
    return [least].compactMap { $0 }
  }

  private static func limits(root: String, group: Substring) -> [TaskLimit] {
    var parts = group.split(separator: "/")
    var limits: [TaskLimit] = []
    while true {
      let folder = ([root] + parts.map { String($0) }).joined(separator: "/")
      if let limit = SystemFile.number("\(folder)/pids.max"),
        let used = SystemFile.number("\(folder)/pids.current")
      {
        limits.append(TaskLimit(.group, limit: limit, used: used))
      }
      if parts.isEmpty { return limits }
      parts.removeLast()
    }
  }
}
