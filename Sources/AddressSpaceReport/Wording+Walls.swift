import AddressSpace

extension Wording {
  /// What is left before a wall.
  static func headroom(_ wall: Wall) -> String {
    switch wall.headroom {
    case .bytes(let bytes): "\(bytes)"
    case .count(let count): "\(count)"
    }
  }

  /// Which wall it is, and who sets it, behind its headroom.
  static func setter(_ wall: Wall) -> String {
    switch wall.name {
    case .addressSpace: "of addresses"
    case .resourceAddressSpace: "under RLIMIT_AS (ulimit -v of its shell)"
    case .resourceData: "under RLIMIT_DATA (ulimit -d of its shell)"
    case .mapCount: "mappings under sysctl vm.max_map_count"
    case .overcommit where wall.used == .bytes(.zero):
      "for one request: sysctl vm.overcommit_memory"
    case .overcommit: "under CommitLimit: sysctl vm.overcommit_memory"
    case .commitLimit: "of commit on the machine: a larger page file gives more"
    case .userTasks: "tasks under RLIMIT_NPROC: ulimit -u where it was started"
    case .groupTasks: "tasks under pids.max of its control group"
    case .machineTasks, .taskNumbers: "tasks under sysctl \(wall.name.rawValue)"
    case .cgroup: "in its control group"
    case .memory: "of memory and swap"
    }
  }

  /// What happens to what fits but is more than memory holds.
  static func danger(_ warning: Wall, of fits: UInt64) -> String {
    let place = warning.name == .cgroup ? "its cgroup has" : "memory has"
    return "\(place) \(headroom(warning)); more may get it killed"
  }

  /// Why a wall lets none pass, in a few words.
  static func refusal(_ wall: Wall) -> String {
    switch wall.name {
    case .mapCount: "vm.max_map_count is reached"
    case .overcommit: "not promised by the kernel"
    case .userTasks, .groupTasks, .machineTasks, .taskNumbers: "\(wall.name.rawValue) is reached"
    default: "\(wall.name.rawValue) leaves \(headroom(wall))"
    }
  }

  /// Why a wall refuses the next buffer, behind "A buffer".
  static func why(_ buffer: BufferForecast, _ wall: Wall) -> String {
    let needs = "needs \(buffer.footprint)"
    let taken = buffer.footprint.multiplied(by: buffer.fits) ?? .zero
    func left() -> ByteCount { ByteCount(wall.headroom.value).lowered(by: taken) }
    switch wall.name {
    case .resourceAddressSpace, .resourceData:
      let option = wall.name == .resourceData ? "ulimit -d" : "ulimit -v"
      let raised = wall.hard.map { ", at most \($0) without privileges" } ?? ""
      return "\(needs); \(wall.name.rawValue) is \(ByteCount(wall.limit.value)) (\(option) of "
        + "the shell that started it\(raised)), of which \(left()) would be left."
    case .mapCount:
      return "is a mapping more than vm.max_map_count (\(wall.limit.value)) allows; the process "
        + "has \(wall.used.value). sysctl vm.max_map_count sets it."
    case .overcommit where wall.used == .bytes(.zero):
      return "\(needs); the kernel refuses one request of more than memory and swap, "
        + "\(ByteCount(wall.limit.value)). sysctl vm.overcommit_memory=1 lifts that."
    case .overcommit:
      return
        "\(needs); the kernel promises \(ByteCount(wall.limit.value)) in all (CommitLimit), of "
        + "which \(left()) would be left. sysctl vm.overcommit_memory and "
        + "vm.overcommit_ratio set it."
    case .commitLimit:
      return
        "\(needs); Windows promises \(ByteCount(wall.limit.value)) to all programs together, of "
        + "which \(left()) would be left. A larger page file, or more memory, raises that."
    case .userTasks, .groupTasks, .machineTasks, .taskNumbers:
      return "would be beyond \(wall.name.rawValue): \(wall.limit.value) tasks are the most, and "
        + "there would be \(wall.used.value + buffer.fits - min(buffer.fits, buffer.heapFits ?? 0))."
    case .addressSpace, .cgroup, .memory:
      return "\(needs); \(wall.name.rawValue) would have \(left())."
    }
  }
}
