import AddressSpace

extension LinuxLaunch {
  /// The space as `main` finds it, with what one seed draws; nil where the program has no room.
  public func start(_ random: inout SeededRandom) -> ModelledSpace? {
    let draw = draw(&random)
    var space = ModelledSpace(layout(draw), facts: facts)
    let stackTop = flavor.stackTop.lowered(by: draw.stack)
    guard let stack = AddressRange(stackTop.lowered(by: stackSize), stackTop),
      space.map(at: stack, Mapping(file: MappedFile("[stack]"))),
      loadProgram(draw, &space), mapKernelPages(stack: stack, &space, &random)
    else { return nil }
    if let top = AddressRange(stackTop.lowered(by: program.arguments), stackTop) {
      space.touch(top)
    }
    return run(program.steps, &space) ? space : nil
  }

  /// What the kernel gives a stack at first: 128 KiB below what the arguments take, as far as the
  /// limit allows (`setup_arg_pages`).
  private var stackSize: ByteCount {
    min(program.arguments + .kibibytes(128), max(stackLimit, LinuxFlavor.page))
  }

  private func layout(_ draw: RandomDraw) -> Layout {
    let base = flavor.mmapBase(stackLimit: stackLimit, isRandomized: isRandomized)
    let isMoved = isBottomUp || flavor.randomizesFallback(on: kernel)
    return Layout(
      flavor, lowest: flavor.lowest, mmapBase: base.lowered(by: draw.base),
      unmappedBase: isMoved ? flavor.unmappedBase + draw.base : flavor.unmappedBase,
      isLegacy: isBottomUp, basis: "drawn as the kernel does", isAssumed: false)
  }

  /// What a process of this start would tell of itself.
  private var facts: LayoutFacts {
    var facts = LayoutFacts()
    facts.isRead = true
    facts.wordSize = flavor.wordSize
    facts.machine = isArm ? .arm : flavor.wordSize == .bits64 ? .x86_64 : .i386
    facts.kernelMachine = kernel
    facts.pageSize = LinuxFlavor.page
    var personality: Personality = []
    if !isRandomized { personality.insert(.noRandomization) }
    if isLegacy { personality.insert(.legacyLayout) }
    if flavor.name == "linux-i386-3g", kernel == .x86_64 { personality.insert(.limit3GiB) }
    facts.personality = personality
    facts.isRandomized = isRandomized
    facts.legacySysctl = false
    facts.stackLimit = stackLimit
    facts.lowestMapping = flavor.lowest
    facts.libcVersion = program.loader == nil ? nil : LibcVersion(2, 36)
    facts.limits = limits
    return facts
  }

  private func loadProgram(_ draw: RandomDraw, _ space: inout ModelledSpace) -> Bool {
    let image = program.image
    let base =
      image.isRelocatable
      ? flavor.programBase(isX86With64Bits: kernel == .x86_64).value + draw.program.value
      : image.pages.lower
    guard space.load(image, at: base) else { return false }
    if let loader = program.loader {
      guard let range = space.load(loader) else { return false }
      space.facts.firstMapping = range
    }
    let end = base + (image.pages.upper - image.pages.lower)
    space.startOfBreak = Address(end + draw.heap.value)
    space.programBreak = space.startOfBreak
    return true
  }

  /// Below the loader on x86; on ARM anywhere above the stack, where there is room.
  private func mapKernelPages(
    stack: AddressRange, _ space: inout ModelledSpace, _ random: inout SeededRandom
  ) -> Bool {
    if isArm, let vectors = AddressRange(0xFFFF_0000, 0xFFFF_1000) {
      space.add(
        Region(range: vectors, access: [.read, .execute], name: "[vectors]"))
    }
    let size = kernelPages.map(\.size).total()
    guard size > .zero else { return true }
    var range: AddressRange?
    if isArm, stack.upper + size <= flavor.stackTop {
      let places = (flavor.stackTop - stack.upper - size).value / LinuxFlavor.page.value + 1
      let lower = stack.upper + ByteCount(random.next(below: places) * LinuxFlavor.page.value)
      range = AddressRange(lower, lower + size)
    } else {
      range = space.map(size, Mapping(access: .read))
      if let range { space.unmap(range) }
    }
    guard var lower = range?.lower else { return false }
    for pages in kernelPages {
      guard let range = AddressRange(lower, lower + pages.size),
        space.map(at: range, Mapping(access: pages.access, file: MappedFile(pages.name)))
      else { return false }
      lower = range.upper
    }
    return true
  }

  /// Maps what a program maps; false where there is no room.
  func run(_ steps: [LinuxProgram.Step], _ space: inout ModelledSpace) -> Bool {
    var opened: [String: AddressRange] = [:]
    for step in steps {
      switch step {
      case .memory(let size, let owner):
        guard let range = space.map(size, Mapping(owner)) else { return false }
        space.touch(range)
      case .open(let path, let size):
        let file = MappedFile(path, inode: ModelledSpace.number(of: path))
        guard let range = space.map(size, Mapping(access: .read, file: file)) else { return false }
        opened[path] = range
      case .library(let image):
        guard space.load(image) != nil else { return false }
      case .close(let path):
        if let range = opened.removeValue(forKey: path) { space.unmap(range) }
      case .heap(let size):
        let start = space.programBreak
        guard space.moveBreak(to: start + size) else { return false }
        if let first = AddressRange(start, start + LinuxFlavor.page) { space.touch(first) }
      }
    }
    return true
  }
}
