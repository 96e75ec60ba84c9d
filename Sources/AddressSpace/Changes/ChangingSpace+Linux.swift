extension ChangingSpace {
  /// Starts the Linux program anew, as all of `changes` say.
  mutating func restart(_ changes: [Change]) throws(ChangeError) {
    guard let first = changes.first else { return }
    guard layout.system == .linux else { throw .doesNotApply(first, Self.notLinux(first)) }
    guard layout.wordSize == .bits32 else {
      throw .doesNotApply(first, "address space is not what a 64-bit process runs out of.")
    }
    guard let anatomy = LinuxAnatomy(map: map, facts: facts, layout: layout) else {
      throw .doesNotApply(first, "the bounds of \(layout.name) are not the preset's.")
    }
    var restart = LinuxRestart(like: anatomy)
    for change in changes { try ask(change, of: anatomy, &restart) }
    if let draw, restart.isRandomized { restart.draw = draw }
    let basis = layout.basis + "; after " + changes.map(\.description).joined(separator: ", ")
    guard let outcome = restart.outcome(of: anatomy, facts: facts, basis: basis) else {
      throw .doesNotApply(first, "what is mapped now would not fit in \(restart.flavor.name).")
    }
    note(of: anatomy)
    restarts(drawing: restart.isRandomized)
    become(outcome)
  }

  private static func notLinux(_ change: Change) -> String {
    switch change {
    case .threadStack, .resourceLimit:
      "a Windows program's stacks are as large as its header and its own calls say."
    default: "this is no Linux program's space."
    }
  }

  /// Holes and what was placed on purpose make another order of things possible.
  private mutating func note(of anatomy: LinuxAnatomy) {
    guard anatomy.hasHoles else { return }
    mayBeOffByOne = true
    note("holes between mappings are taken to be as they are now: one more or less may fit")
  }

  private mutating func ask(
    _ change: Change, of anatomy: LinuxAnatomy, _ restart: inout LinuxRestart
  ) throws(ChangeError) {
    switch change {
    case .layout(let name): try use(name, change, of: anatomy, &restart)
    case .topDown: try useTopDown(change, of: anatomy, &restart)
    case .withoutRandomization:
      guard restart.isRandomized else {
        throw .doesNotApply(change, "its addresses are not randomised.")
      }
      restart.isRandomized = false
      restart.draw = RandomDraw()
      facts.personality = facts.personality?.union(.noRandomization)
    case .threadStack(let size): try use(size, change, of: anatomy, &restart)
    case .resourceLimit(.stack, let size): useLimit(size, of: anatomy, &restart)
    default: break
    }
  }

  private mutating func use(
    _ name: String, _ change: Change, of anatomy: LinuxAnatomy, _ restart: inout LinuxRestart
  ) throws(ChangeError) {
    guard let flavor = LinuxFlavor.all.first(where: { $0.name == name }),
      flavor.wordSize == .bits32, flavor.isArm == anatomy.flavor.isArm
    else {
      throw .doesNotApply(
        change, "a program of \(anatomy.flavor.name) cannot have it; it would be another program.")
    }
    guard flavor.name != anatomy.flavor.name else {
      throw .doesNotApply(change, "it has that layout already.")
    }
    restart.flavor = flavor
    let proved = ["linux-i386-4g", "linux-i386-3g"]
    let isSameKernel = facts.kernelMachine == .x86_64
    if name == "linux-i386-3g", isSameKernel {
      facts.personality = (facts.personality ?? []).union(.limit3GiB)
    } else {
      facts.personality?.remove(.limit3GiB)
    }
    if name == "linux-i386-4g" { facts.kernelMachine = .x86_64 }
    if !proved.contains(name) || !proved.contains(anatomy.flavor.name) || !isSameKernel {
      models("\(name) is another kernel's; its rules are applied, it was not tried")
    }
  }

  private mutating func useTopDown(
    _ change: Change, of anatomy: LinuxAnatomy, _ restart: inout LinuxRestart
  ) throws(ChangeError) {
    guard anatomy.finding.isLegacy else {
      throw .doesNotApply(change, "its placement is top-down already.")
    }
    restart.isLegacy = false
    facts.personality?.remove(.legacyLayout)
    if facts.legacySysctl == true {
      facts.legacySysctl = false
      note("vm.legacy_va_layout is 1: it is what asks for the legacy layout")
    }
    if anatomy.flavor.isArm, facts.stackLimit == LayoutFacts.unlimitedStack {
      restart.stackLimit = .mebibytes(8)
      note("an unlimited stack is what asks for the legacy layout on ARM; 8 MiB is taken instead")
    }
    if anatomy.flavor.isArm { models("not tried on ARM") }
  }

  private mutating func use(
    _ size: ByteCount, _ change: Change, of anatomy: LinuxAnatomy, _ restart: inout LinuxRestart
  ) throws(ChangeError) {
    let size = Self.stack(size)
    let stacks = anatomy.regions.indices.count { anatomy.isDefaultThreadStack($0) }
    guard stacks > 0 else {
      throw .doesNotApply(
        change, "no thread has a stack of the default size, \(anatomy.defaultThreadStack).")
    }
    restart.threadStack = size
    restart.stackLimit = size
  }

  private mutating func useLimit(
    _ size: ByteCount?, of anatomy: LinuxAnatomy, _ restart: inout LinuxRestart
  ) {
    restart.stackLimit = size ?? LayoutFacts.unlimitedStack
    restart.threadStack = size.map(Self.stack) ?? .mebibytes(2)
    if size == nil, anatomy.flavor.isArm {
      restart.isLegacy = true
      models("an unlimited stack gives ARM programs the legacy layout; not tried")
    }
  }

  /// A stack as glibc makes it: at least `PTHREAD_STACK_MIN`, whole pages.
  private static func stack(_ size: ByteCount) -> ByteCount {
    max(size, .kibibytes(16)).roundedUp(to: LinuxFlavor.page) ?? size
  }
}

extension LinuxFlavor {
  var isArm: Bool { name.hasPrefix("linux-arm") }
}
