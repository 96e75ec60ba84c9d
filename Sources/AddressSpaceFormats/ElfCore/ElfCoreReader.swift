import AddressSpace

/// Reads ELF cores, as kernels and debuggers write them; `docs/cores.md` says what they tell.
enum ElfCoreReader: SavedReader {
  static func recognises(_ head: [UInt8]) -> Bool { ElfCoreFile.recognises(head) }

  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot {
    let core = try ElfCoreFile(file)
    let notes = CoreNotes(core)
    let memory = CoreMemory(core, file)
    let united = CoreRegions(core, notes)
    let labels = CoreLabels(united.regions, core, notes) {
      memory.bytes(at: $0, count: $1)
    } placeInBreak: {
      heap(in: AddressMap.assembling($0).map, LayoutFacts(), core)
        .placeInBreak(among: $1, memory)
    }
    guard !labels.regions.isEmpty else {
      throw .foreign(
        "an ELF core in which no memory is told of",
        remedy: "Have the kernel write one (ulimit -c unlimited), or use gcore.")
    }
    let map = AddressMap.assembling(labels.regions).map
    var facts = self.facts(core, notes, labels, map)
    let source = Source(kind: .core, pid: notes.pid, path: options.path, name: notes.name)
    if !map.showsWine { facts.heap = heap(in: map, facts, core).facts(in: memory) }
    return Snapshot(
      source: source, map: map, facts: facts,
      diagnostics: diagnostics(core, notes, united, labels))
  }

  /// The heap is looked for in what is known to be a program's data.
  private static func heap(
    in map: AddressMap, _ facts: LayoutFacts, _ core: ElfCoreFile
  ) -> GlibcHeap {
    GlibcHeap(
      map: map.classified(with: facts), wordSize: core.header.wordSize,
      version: libcVersion(in: map), startOfBreak: facts.startOfBreak)
  }

  private static func facts(
    _ core: ElfCoreFile, _ notes: CoreNotes, _ labels: CoreLabels, _ map: AddressMap
  ) -> LayoutFacts {
    var facts = LayoutFacts()
    facts.wordSize = core.header.wordSize
    facts.machine = core.header.machine
    facts.kernelMachine = kernel(core, notes, map)
    facts.pageSize = notes.pageSize
    facts.startOfBreak = labels.startOfBreak
    facts.firstMapping = labels.firstMapping
    facts.libcVersion = libcVersion(in: map)
    facts.lacksMappings = !notes.isKernels || core.isCut
    if !notes.threads.isEmpty { facts.threads = ThreadFacts(count: UInt64(notes.threads.count)) }
    return facts
  }

  /// What the kernel was built for: a 64-bit program has one of its own kind.
  private static func kernel(
    _ core: ElfCoreFile, _ notes: CoreNotes, _ map: AddressMap
  ) -> Machine? {
    switch core.header.machine {
    case .x86_64, .arm64: return core.header.machine
    case .i386: return notes.threads.lazy.compactMap(\.kernel).first
    case .arm:
      let stack = map.first { $0 == "[stack]" }
      return stack.map { $0.range.upper > 0xC000_0000 ? .arm64 : .arm }
    case .other: return nil
    }
  }

  /// The version that the library's file name has; before 2.34 it had one.
  private static func libcVersion(in map: AddressMap) -> LibcVersion? {
    let library = map.first { fileName($0).hasPrefix("libc-2.") && $0.hasSuffix(".so") }
    return library.flatMap { LibcVersion(text: fileName($0.name).dropFirst(5).dropLast(3)) }
  }

  private static func fileName(_ path: String) -> Substring {
    path.utf8.lastIndex(of: UInt8(ascii: "/")).map { path[path.index(after: $0)...] } ?? path[...]
  }

  private static func diagnostics(
    _ core: ElfCoreFile, _ notes: CoreNotes, _ united: CoreRegions, _ labels: CoreLabels
  ) -> Diagnostics {
    var diagnostics = Diagnostics()
    for part in [core.diagnostics, notes.diagnostics, united.diagnostics] {
      diagnostics.append(part)
    }
    if !notes.isKernels {
      diagnostics.append(
        Diagnostic(
          "not the kernel but a debugger or another program wrote this core; mappings that it left "
            + "out may lie in what looks free"))
    }
    if united.withoutAccess > 0 {
      diagnostics.append(
        Diagnostic(
          "of \(united.withoutAccess) mapped files the core has only the names; they were taken to "
            + "be readable"))
    }
    if united.hasGuessedReserves {
      diagnostics.append(
        Diagnostic(
          "memory without a file that can only be read was taken for reserved addresses: debuggers "
            + "write down both alike"))
    }
    if labels.hasGuessedData {
      diagnostics.append(
        Diagnostic("the hole below [vdso] was taken for the kernel's data, [vvar]"))
    }
    return diagnostics
  }
}
