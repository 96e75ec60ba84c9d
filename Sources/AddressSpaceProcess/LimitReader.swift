import AddressSpace

/// Reads what bounds a process besides its addresses. What may not be read stays unknown.
struct LimitReader {
  let pid: Int32
  private var files: ProcFile { ProcFile(pid: pid) }

  init(pid: Int32) {
    self.pid = pid
  }

  func facts() -> LimitFacts {
    var facts = LimitFacts()
    if let text = files.textIfReadable("limits") {
      let limits = ResourceLimitsText(text)
      facts.addressSpace = limits.limit("Max address space")
      facts.data = limits.limit("Max data size")
    }
    facts.dataSegment = files.textIfReadable("stat").flatMap(ProcessStat.init)?.dataSegment
    facts.ignoresData =
      SystemFile.text("/sys/module/kernel/parameters/ignore_rlimit_data")?.hasPrefix("Y") ?? false
    facts.mostMappings = Self.mostMappings
    if let text = SystemFile.text("/proc/meminfo") {
      let numbers = KilobyteTable(text)
      facts.memory = memory(numbers)
      facts.overcommit = overcommit(numbers)
    }
    facts.cgroup = ControlGroups(pid: pid).nearest(.memory).map {
      CgroupMemory(limit: ByteCount($0.limit), used: ByteCount($0.used))
    }
    return facts
  }

  /// `vm.max_map_count`.
  static var mostMappings: UInt64? { SystemFile.number("/proc/sys/vm/max_map_count") }

  /// What it holds, as the kernel counts it without looking at each mapping.
  func held() -> HeldMemory? {
    guard let text = files.textIfReadable("status") else { return nil }
    let numbers = KilobyteTable(text)
    guard let resident = numbers["VmRSS"] else { return nil }
    return HeldMemory(resident: resident, swapped: numbers["VmSwap"])
  }

  private func memory(_ numbers: KilobyteTable) -> MachineMemory? {
    guard let total = numbers["MemTotal"], let available = numbers["MemAvailable"],
      let swapTotal = numbers["SwapTotal"], let swapFree = numbers["SwapFree"]
    else { return nil }
    return MachineMemory(
      total: total, available: available, swapTotal: swapTotal, swapFree: swapFree)
  }

  private func overcommit(_ numbers: KilobyteTable) -> Overcommit? {
    guard let mode = SystemFile.number("/proc/sys/vm/overcommit_memory"),
      let mode = Overcommit.Mode(rawValue: Int(clamping: mode)),
      let limit = numbers["CommitLimit"], let committed = numbers["Committed_AS"]
    else { return nil }
    func reserve(_ name: String) -> ByteCount {
      SystemFile.number("/proc/sys/vm/\(name)")
        .flatMap { ByteCount($0).multiplied(by: 1024) } ?? .zero
    }
    return Overcommit(
      mode: mode, limit: limit, committed: committed,
      adminReserve: reserve("admin_reserve_kbytes"), userReserve: reserve("user_reserve_kbytes"))
  }
}

/// The lines of `/proc/PID/limits`: `Max data size   unlimited   unlimited   bytes`.
struct ResourceLimitsText {
  private let lines: [Substring]

  init(_ text: String) {
    lines = text.split(separator: "\n")
  }

  /// The limit whose line begins with `name`, nil where there is no such line.
  func limit(_ name: String) -> ResourceLimit? {
    guard let line = lines.first(where: { $0.hasPrefix(name) }) else { return nil }
    let words = line.dropFirst(name.count).split(separator: " ").prefix(2)
    let values = words.map { $0 == "unlimited" ? nil : UInt64($0) }
    guard values.count == 2,
      zip(words, values).allSatisfy({ $0 == "unlimited" || $1 != nil })
    else { return nil }
    // More than any machine has is no limit.
    let sizes = values.map { value in value.flatMap { $0 < 1 << 62 ? ByteCount($0) : nil } }
    return ResourceLimit(soft: sizes[0], hard: sizes[1])
  }
}

/// Lines of the form `MemTotal:   24683012 kB`.
struct KilobyteTable {
  private var numbers: [Substring: ByteCount] = [:]

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard let colon = line.firstIndex(of: ":"), line.hasSuffix(" kB"),
        let number = UInt64(
          line[line.index(after: colon)...].dropLast(3).drop { " \t".contains($0) }),
        let bytes = ByteCount(number).multiplied(by: 1024)
      else { continue }
      numbers[line[..<colon]] = bytes
    }
  }

  subscript(name: Substring) -> ByteCount? { numbers[name] }
}
