import AddressSpace

/// Puts what a minidump of a Windows process says together: the listed regions, or where there is no
/// list what else is known to take addresses.
struct MinidumpWindows {
  private let streams: MinidumpStreams
  private let system: MinidumpSystem?
  private let modules: [MinidumpModule]
  private let threads: [MinidumpThread]
  private let memory: MinidumpMemory
  private let process: MinidumpProcess
  private let isWoW64: Bool
  private var list = WindowsRegionList(ordered: [])
  private var facts = WindowsFacts()
  /// Whether it lists all memory.
  private var isWhole = false
  private var diagnostics = Diagnostics()

  init(_ streams: MinidumpStreams, _ system: MinidumpSystem?) throws(FormatError) {
    self.streams = streams
    self.system = system
    modules = MinidumpModule.all(streams)
    threads = MinidumpThread.all(streams)
    memory = MinidumpMemory(streams, stacks: threads)
    let isWide = system?.processor?.wordSize == .bits64
    isWoW64 = isWide && modules.contains { $0.fileName == "wow64.dll" }
    process = MinidumpProcess(
      memory: memory, threads: threads, wordSize: isWide ? .bits64 : .bits32, isWoW64: isWoW64)
    for diagnostic in streams.diagnostics { diagnostics.append(diagnostic) }
    if let listed = MinidumpRegions(streams) {
      list = WindowsRegionList(ordered: listed.regions)
      facts.end = listed.isWhole ? listed.end : nil
      isWhole = listed.isWhole
      for diagnostic in listed.diagnostics { diagnostics.append(diagnostic) }
    }
    if !isWhole { gather() }
    guard !list.regions.isEmpty else {
      throw .foreign(
        "a minidump in which nothing of the process's memory can be read",
        remedy: "It may be cut off. Write it anew: procdump -ma PID, or MiniDumpWriteDump with "
          + "MiniDumpWithFullMemoryInfo.")
    }
    if !isWhole {
      diagnostics.append(
        Diagnostic(
          "not all memory is listed, so that what is free is an upper bound; a dump written with "
            + "MiniDumpWithFullMemoryInfo lists it (procdump -ma PID)"))
    }
    recognise()
  }

  /// Says of the regions what they are used for.
  private mutating func recognise() {
    list.name(modules.map { ($0.range, $0.path) })
    for stack in process.stacks {
      list.mark(
        allocationAt: stack.range.upper - 1,
        as: .stack(thread: stack.thread.label, is64Bit: stack.is64Bit))
    }
    for thread in threads where thread.stack > 0 {
      list.mark(
        allocationAt: Address(thread.stack), as: .stack(thread: thread.label, is64Bit: isWoW64))
    }
    // Of several in one region the first thread's name stands.
    for thread in threads.reversed() where thread.environment > 0 {
      list.mark(
        regionAt: Address(thread.environment), as: .threadEnvironment(thread: thread.label))
    }
    if let block = process.block { list.mark(regionAt: Address(block), as: .processEnvironment) }
    for thread in threads where thread.environment > 0 {
      list.mark(restOf: Address(thread.environment), path: "[peb and tebs]")
    }
    list.mark(regionAt: 0x7FFE_0000, as: .system, path: "[shared user data]")
    recogniseHeaps()
  }

  private mutating func recogniseHeaps() {
    for heap in process.heaps {
      list.mark(allocationAt: Address(heap), as: .heap(id: Address(heap).description))
    }
    // Reading a word of each allocation is worth it only where memory was saved.
    guard !memory.ranges.isEmpty else { return }
    for start in list.unknownAllocations {
      guard let heap = process.heap(ofSegmentAt: start) else { continue }
      list.mark(allocationAt: start, as: .heap(id: Address(heap).description))
    }
  }

  /// Where the dump lists no regions: its modules, stacks, environment blocks and what was saved.
  private mutating func gather() {
    let page = ByteCount.kibibytes(4)
    func pages(_ lower: Address, _ upper: Address) -> AddressRange? {
      upper.roundedUp(to: page).flatMap { AddressRange(lower.roundedDown(to: page), $0) }
    }
    list.fill(
      modules.compactMap { pages($0.range.lower, $0.range.upper) }, .image, .executeRead)
    list.fill(
      process.stacks.compactMap { pages($0.range.lower, $0.range.upper) }, .privateMemory,
      .readWrite)
    let blocks = threads.map(\.environment) + [process.block].compactMap { $0 }
    list.fill(
      blocks.compactMap {
        $0 > 0 && $0 < 1 << 47 ? pages(Address($0), Address($0 + 1)) : nil
      }, .privateMemory, .readWrite)
    list.fill(
      memory.ranges.compactMap { pages($0.lower, $0.upper) }, .privateMemory, .readWrite)
  }

  func snapshot(path: String?) -> Snapshot {
    let counters = MinidumpCounters(streams)
    var windows = facts
    windows.version = system?.version
    let processor = system?.processor
    let isOn64Bits =
      processor.map { $0.wordSize == .bits64 || $0 == .x86OnWindows64 } == true
      || modules.contains { $0.path.lowercased().contains("\\syswow64\\") }
      || (windows.end ?? 0) > 0xC000_0000
    windows.is64BitSystem = isOn64Bits ? true : process.runsOn64Bits
    let program = modules.first.flatMap { MinidumpProgram(at: $0.range.lower, in: memory) }
    windows.isLargeAddressAware = program?.isLargeAddressAware
    for module in modules {
      if let version = module.version { windows.versions[module.path] = version }
    }
    var facts = LayoutFacts()
    facts.windows = windows
    facts.lacksMappings = !isWhole
    facts.wordSize = isWoW64 ? .bits32 : processor?.wordSize
    facts.machine = isWoW64 ? .i386 : processor?.machine
    if !threads.isEmpty {
      facts.threads = ThreadFacts(
        count: UInt64(threads.count), defaultStack: program?.stackReserve)
    }
    if let commit = counters.commit {
      var limits = LimitFacts()
      limits.commit = commit
      facts.limits = limits
    }
    let committed = counters.committed ?? (isWhole ? list.committed : nil)
    if counters.resident != nil || committed != nil {
      facts.held = HeldMemory(resident: counters.resident, committed: committed)
    }
    var diagnostics = diagnostics
    let (map, overlapping) = AddressMap.assembling(list.regions.map(\.region))
    if !overlapping.isEmpty {
      diagnostics.append(Diagnostic("\(overlapping.count) regions overlap others; skipped"))
    }
    if !isWhole, let mapped = counters.mapped {
      diagnostics.append(
        Diagnostic("all allocations together take \(mapped) of addresses, by the dump's own count"))
    }
    let name = modules.first.map { $0.path.split(separator: "\\").last.map(String.init) ?? $0.path }
    return Snapshot(
      source: Source(kind: .minidump, pid: counters.pid, path: path, name: name),
      map: map, facts: facts, diagnostics: diagnostics)
  }
}
