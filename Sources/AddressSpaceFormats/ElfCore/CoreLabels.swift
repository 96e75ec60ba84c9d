import AddressSpace

/// Calls the regions of a core what the kernel calls them in a map: a core has the names of files
/// only. What says where the stack, the heap and the kernel's own pages are is in its notes.
struct CoreLabels {
  private(set) var regions: [Region]
  private let core: ElfCoreFile
  private let notes: CoreNotes
  /// Some bytes of the process's memory, nil where the core has not all of them.
  private let read: (_ address: Address, _ count: Int) -> [UInt8]?
  /// A place in the brk heap, which is in one of these ranges; nil where malloc does not tell.
  private let placeInBreak: (_ regions: [Region], _ ranges: [AddressRange]) -> Address?

  /// Where the brk heap begins, nil where that cannot be told.
  private(set) var startOfBreak: Address?
  /// What the kernel mapped first, nil where the core does not have its headers.
  private(set) var firstMapping: AddressRange?
  /// Whether the kernel's data below its code were taken to fill a hole that the core leaves.
  private(set) var hasGuessedData = false

  init(
    _ regions: [Region], _ core: ElfCoreFile, _ notes: CoreNotes,
    read: @escaping (_ address: Address, _ count: Int) -> [UInt8]?,
    placeInBreak: @escaping (_ regions: [Region], _ ranges: [AddressRange]) -> Address?
  ) {
    self.placeInBreak = placeInBreak
    self.regions = regions
    self.core = core
    self.notes = notes
    self.read = read
    labelProgram()
    labelKernelPages()
    labelStack()
    labelThreadStacks()
    findFirstMapping()
    labelHeap()
  }

  private func index(at address: Address?) -> Int? {
    guard let address else { return nil }
    let index = regions.partitionPoint { $0.range.upper <= address }
    return index < regions.count && regions[index].range.contains(address) ? index : nil
  }

  private mutating func name(_ index: Int, _ name: String) {
    let region = regions[index]
    guard region.name.isEmpty else { return }
    regions[index] = Region(
      range: region.range, access: region.access, offset: region.offset, name: name)
  }

  /// What holds the program's first instruction may be executed, whatever the core left out.
  private mutating func labelProgram() {
    guard let index = index(at: notes.address(CoreNotes.Key.entry)) else { return }
    let region = regions[index]
    regions[index] = Region(
      range: region.range, access: region.access.union(.execute), offset: region.offset,
      name: region.name)
  }
}

extension CoreLabels {
  /// The most pages of the kernel's data (`[vvar]`, `[vvar_vclock]`) below its code.
  private static let mostData = ByteCount.kibibytes(32)
  /// The gate page of x86-64, and that of 32-bit ARM.
  private static let gate: Address = 0xFFFF_FFFF_FF60_0000
  private static let vectors: Address = 0xFFFF_0000

  /// The kernel's code by the auxiliary vector, and its data, which are directly below it: debuggers
  /// leave these out.
  private mutating func labelKernelPages() {
    let machine = core.header.machine
    if machine == .x86_64, let index = index(at: Self.gate) { name(index, "[vsyscall]") }
    if machine == .arm, let index = index(at: Self.vectors) { name(index, "[vectors]") }
    guard let index = index(at: notes.address(CoreNotes.Key.vdso)) else { return }
    name(index, "[vdso]")
    var data = index
    while data > 0, index - data < 2, isKernelData(data - 1, below: data) { data -= 1 }
    if data < index {
      name(data, "[vvar]")
      if data + 1 < index { name(data + 1, "[vvar_vclock]") }
      return
    }
    guard !notes.isKernels, machine == .i386 || machine == .x86_64, index > 0 else { return }
    // A debugger's core: a hole of that size between what was mapped before and after.
    if let hole = AddressRange(regions[index - 1].range.upper, regions[index].range.lower),
      hole.size <= Self.mostData
    {
      regions.insert(Region(range: hole, access: .read, name: "[vvar]"), at: index)
      hasGuessedData = true
    }
  }

  private func isKernelData(_ index: Int, below next: Int) -> Bool {
    let region = regions[index]
    return region.name.isEmpty && region.access == .read && region.size <= Self.mostData
      && region.range.upper == regions[next].range.lower
  }

  /// The first thread's stack: it holds what the kernel put there for the program to begin with,
  /// else what its stack pointer points into, else it is the topmost memory that can be written.
  private mutating func labelStack() {
    let strings = [CoreNotes.Key.programName, CoreNotes.Key.random, CoreNotes.Key.platform]
    let places = strings.map(notes.address) + [mainThread?.stackPointer]
    let found = places.compactMap { index(at: $0) }.first { isMemory(regions[$0]) }
    if let index = found ?? regions.lastIndex(where: isMemory) { name(index, "[stack]") }
  }

  private var mainThread: CoreThread? {
    notes.threads.first { $0.id == notes.pid }
      ?? (notes.threads.count == 1 ? notes.threads[0] : nil)
  }

  private func isMemory(_ region: Region) -> Bool {
    region.name.isEmpty && region.access.isSuperset(of: [.read, .write])
  }

  /// The largest stack that a thread is believed to have, and its largest guard.
  private static let largestStack = ByteCount.mebibytes(256)
  private static let largestGuard = ByteCount.kibibytes(64)

  /// What the other threads' stack pointers point into, where nothing that can be used lies directly
  /// below: a stack has a guard there, or a hole where the core leaves guards out.
  private mutating func labelThreadStacks() {
    for thread in notes.threads {
      guard let index = index(at: thread.stackPointer), isMemory(regions[index]),
        regions[index].kind == .anonymous, regions[index].size <= Self.largestStack
      else { continue }
      let below = index > 0 ? regions[index - 1] : nil
      let isAdjacent = below?.range.upper == regions[index].range.lower
      guard !isAdjacent || below?.kind == .reserved else { continue }
      regions[index] = regions[index].with(.stack)
      if isAdjacent, let below, below.size <= Self.largestGuard {
        regions[index - 1] = below.with(.stack)
      }
    }
  }
}

extension CoreLabels {
  /// How far above the program the kernel draws the heap's beginning.
  private var mostBreakDistance: ByteCount {
    core.header.wordSize == .bits32 ? .mebibytes(32) : .gibibytes(1)
  }

  private var programRange: (first: Int, last: Int)? {
    let inside =
      index(at: notes.address(CoreNotes.Key.programHeaders))
      ?? index(at: notes.address(CoreNotes.Key.entry))
    guard let inside, !regions[inside].name.isEmpty else { return nil }
    let name = regions[inside].name
    var (first, last) = (inside, inside)
    while first > 0, regions[first - 1].name == name { first -= 1 }
    while last + 1 < regions.count, regions[last + 1].name == name { last += 1 }
    return (first, last)
  }

  /// The dynamic loader, or a program that needs none and may lie anywhere.
  private mutating func findFirstMapping() {
    if let loader = notes.address(CoreNotes.Key.loader) {
      firstMapping = ElfImage(at: loader, read: read)?.pages
    } else if let program = programRange,
      let image = ElfImage(at: regions[program.first].range.lower, read: read),
      image.isPositionIndependent
    {
      firstMapping = image.pages
    }
  }

  /// The brk heap: writable memory above the program and its bss. Where the kernel draws its
  /// beginning it lies apart; else it goes on where the bss ends, which the program's headers tell.
  private mutating func labelHeap() {
    guard let program = programRange else { return }
    let limit = regions[program.last].range.upper
    var index = program.last + 1
    let bss = index < regions.count && regions[index].range.lower == limit ? index : nil
    if let bss {
      guard isMemory(regions[bss]) else { return }
      index += 1
    }
    var candidates: [Int] = []
    let lowest = bss.map { regions[$0].range.upper } ?? limit
    while index < regions.count, regions[index].range.lower - lowest <= mostBreakDistance,
      // Beyond the first mapping of all there are stacks, no heaps.
      firstMapping.map({ regions[index].range.lower < $0.lower || limit >= $0.upper }) ?? true
    {
      if isHeap(regions[index]) { candidates.append(index) }
      index += 1
    }
    // Programs map there too, so malloc knows better; of several places none is the likelier.
    let ranges = ([bss].compactMap { $0 } + candidates).map { regions[$0].range }
    if let place = self.index(at: placeInBreak(regions, ranges)) {
      candidates.removeAll { $0 != place }
    } else if candidates.count > 1 {
      return
    }
    if let heap = candidates.first {
      startOfBreak = regions[heap].range.lower
      name(heap, "[heap]")
    } else if let bss, isHeap(regions[bss]),
      let image = ElfImage(at: regions[program.first].range.lower, read: read),
      let end = image.end.roundedUp(to: .kibibytes(4)), end < regions[bss].range.upper
    {
      startOfBreak = end
      name(bss, "[heap]")
    }
  }

  private func isHeap(_ region: Region) -> Bool {
    isMemory(region) && region.kind == .anonymous
  }
}
