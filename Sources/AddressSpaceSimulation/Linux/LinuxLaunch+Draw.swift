import AddressSpace

extension LinuxLaunch {
  /// What the kernel draws for one start; sources in `docs/simulation.md`.
  func draw(_ random: inout SeededRandom) -> RandomDraw {
    guard isRandomized else { return RandomDraw() }
    let page = LinuxFlavor.page.value
    func pages(_ count: UInt64) -> ByteCount { ByteCount(count * page) }
    // The mapping base and the program are drawn apart, of the same number of bits.
    let base = random.next(bits: randomBits)
    let program = random.next(bits: randomBits)
    // Up to 8 KiB below, x86 kernels set the stack's first word at a random place
    // (`arch_align_stack`): every other time that takes the page above it.
    let stack = random.next(below: flavor.stackRandomPages + 1)
    let further = isArm ? 0 : random.next(below: 2)
    let heap = random.next(below: heapPages) + (leavesHeapGap ? 1 : 0)
    return RandomDraw(
      base: pages(base), program: pages(program), heap: pages(heap),
      stack: pages(stack + further))
  }

  /// How many places the heap can begin at: 32 MiB of pages, 1 GiB for 64-bit programs
  /// (`arch_randomize_brk`).
  private var heapPages: UInt64 { flavor.wordSize == .bits64 ? 1 << 18 : 1 << 13 }
}
