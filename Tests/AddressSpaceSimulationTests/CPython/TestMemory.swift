import AddressSpace

@testable import AddressSpaceSimulation

/// Modelled memory of programs that have just begun.
enum TestMemory {
  static func make(
    _ build: PythonBuild, libc: LibcVersion = LibcVersion(2, 36)
  ) -> ProgramMemory<ModelledSpace, GlibcAllocator> {
    let isWide = build.wordSize == .bits64
    let (empty, _) = AddressMap.assembling([])
    var facts = LayoutFacts()
    facts.startOfBreak = isWide ? 0x5555_5555_6000 : 0x5655_5000
    guard
      let layout = Layout.named(
        isWide ? "linux-x86-64" : "linux-i386-4g", map: empty, facts: facts)
    else { fatalError("no layout") }
    return ProgramMemory(
      system: ModelledSpace(layout, facts: facts),
      heap: GlibcAllocator(
        version: libc, wordSize: build.wordSize, machine: isWide ? .x86_64 : .i386))
  }
}
