import AddressSpace

/// The lines of a capture that keep a process's limits: sizes in bytes, `-` for what is not known.
enum LimitText {
  /// The lines for `limits`.
  static func fields(of limits: LimitFacts) -> [(CaptureHeader.Field, String?)] {
    [
      (.limitAddressSpace, limits.addressSpace.map(text)),
      (.limitData, limits.data.map(text)),
      (.dataSegment, limits.dataSegment.map { "\($0.value)" }),
      (.ignoresData, limits.ignoresData ? "yes" : nil),
      (.mostMappings, limits.mostMappings.map { "\($0)" }),
      (.overcommit, limits.overcommit.map(text)),
      (.commit, limits.commit.map { "\($0.limit.value) \($0.used.value)" }),
      (.memory, limits.memory.map(text)),
      (.cgroup, limits.cgroup.map { "\($0.limit.value) \($0.used.value)" }),
    ]
  }

  /// `RESIDENT COMMITTED SWAPPED`.
  static func text(_ held: HeldMemory) -> String {
    [held.resident, held.committed, held.swapped].map { $0.map { "\($0.value)" } ?? "-" }
      .joined(separator: " ")
  }

  private static func text(_ limit: ResourceLimit) -> String {
    [limit.soft, limit.hard].map { $0.map { "\($0.value)" } ?? "unlimited" }
      .joined(separator: " ")
  }

  private static func text(_ overcommit: Overcommit) -> String {
    let sizes = [
      overcommit.limit, overcommit.committed, overcommit.adminReserve, overcommit.userReserve,
    ]
    return "\(overcommit.mode.rawValue) " + sizes.map { "\($0.value)" }.joined(separator: " ")
  }

  private static func text(_ memory: MachineMemory) -> String {
    [memory.total, memory.available, memory.swapTotal, memory.swapFree].map { "\($0.value)" }
      .joined(separator: " ")
  }
}

extension LimitText {
  /// Reads one line into `limits`; answers whether it makes sense.
  static func read(
    _ field: CaptureHeader.Field, _ value: String, into limits: inout LimitFacts?
  ) -> Bool {
    var read = limits ?? LimitFacts()
    let isRead: Bool
    switch field {
    case .limitAddressSpace: isRead = set(&read.addressSpace, limit(value))
    case .limitData: isRead = set(&read.data, limit(value))
    case .dataSegment: isRead = set(&read.dataSegment, size(value))
    case .ignoresData:
      isRead = value == "yes" || value == "no"
      read.ignoresData = value == "yes"
    case .mostMappings: isRead = set(&read.mostMappings, size(value)?.value)
    case .overcommit: isRead = set(&read.overcommit, overcommit(value))
    case .commit:
      let sizes = sizes(value, count: 2).map { CommitLimit(limit: $0[0], used: $0[1]) }
      isRead = set(&read.commit, sizes)
    case .memory: isRead = set(&read.memory, memory(value))
    case .cgroup: isRead = set(&read.cgroup, cgroup(value))
    default: isRead = false
    }
    if isRead { limits = read }
    return isRead
  }

  /// Reads `RESIDENT COMMITTED SWAPPED`.
  static func held(_ text: String) -> HeldMemory? {
    let words = text.split(separator: " ")
    let sizes = words.map { $0 == "-" ? nil : size($0) }
    guard words.count == 3, zip(words, sizes).allSatisfy({ $0 == "-" || $1 != nil }) else {
      return nil
    }
    return HeldMemory(resident: sizes[0], committed: sizes[1], swapped: sizes[2])
  }

  private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
    guard let value else { return false }
    field = value
    return true
  }

  /// No size is larger than what any machine counts, so that sums of some have room.
  private static func size(_ text: some StringProtocol) -> ByteCount? {
    UInt64(digits: text).flatMap { $0 < 1 << 62 ? ByteCount($0) : nil }
  }

  private static func sizes(_ text: some StringProtocol, count: Int) -> [ByteCount]? {
    let sizes = text.split(separator: " ").map { size($0) }
    let known = sizes.compactMap { $0 }
    return sizes.count == count && known.count == count ? known : nil
  }

  private static func limit(_ text: String) -> ResourceLimit? {
    let words = text.split(separator: " ")
    let sizes = words.map { $0 == "unlimited" ? nil : size($0) }
    guard words.count == 2, zip(words, sizes).allSatisfy({ $0 == "unlimited" || $1 != nil })
    else { return nil }
    return ResourceLimit(soft: sizes[0], hard: sizes[1])
  }

  private static func overcommit(_ text: String) -> Overcommit? {
    let parts = text.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, let mode = Int(digits: parts[0]).flatMap(Overcommit.Mode.init),
      let sizes = sizes(parts[1], count: 4)
    else { return nil }
    return Overcommit(
      mode: mode, limit: sizes[0], committed: sizes[1], adminReserve: sizes[2],
      userReserve: sizes[3])
  }

  private static func memory(_ text: String) -> MachineMemory? {
    sizes(text, count: 4).map {
      MachineMemory(total: $0[0], available: $0[1], swapTotal: $0[2], swapFree: $0[3])
    }
  }

  private static func cgroup(_ text: String) -> CgroupMemory? {
    sizes(text, count: 2).map { CgroupMemory(limit: $0[0], used: $0[1]) }
  }
}
