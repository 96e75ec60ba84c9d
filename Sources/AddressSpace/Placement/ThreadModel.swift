/// What a thread costs; sources and measurements in `docs/allocators.md`.
struct ThreadModel: Sendable {
  let layout: Layout
  let facts: LayoutFacts

  /// A thread's stack, in bytes.
  struct Stack {
    /// What was asked, or what a thread gets by default; without a guard.
    let bytes: ByteCount
    /// Whether it was asked or read, not assumed.
    let isKnown: Bool
  }

  /// The stack of a thread that asks for `bytes`, zero for none.
  func stack(_ bytes: ByteCount) -> Stack {
    if bytes > .zero { return Stack(bytes: bytes, isKnown: true) }
    if let size = facts.threads?.defaultStack { return Stack(bytes: size, isKnown: true) }
    guard layout.system == .linux else {
      return Stack(bytes: Self.usualWindowsStack, isKnown: false)
    }
    return Stack(bytes: defaultStack, isKnown: false)
  }

  /// What glibc takes from the limit of the stack at the program's start; 8 MiB is the usual limit.
  private var defaultStack: ByteCount {
    guard let limit = facts.stackLimit else { return .mebibytes(8) }
    // Without a limit, or with one that the program's own type has no number for.
    if limit >= ByteCount(layout.wordSize == .bits32 ? 0xFFFF_FFFF : 1 << 62) {
      return .mebibytes(2)
    }
    let size = max(limit, BufferRequest.smallestStack)
    return size.roundedUp(to: layout.pageSize) ?? size
  }

  /// What is asked of the system for one thread.
  func footprint(of request: BufferRequest) -> Footprint {
    let stack = stack(request.bytes)
    switch layout.system {
    case .linux:
      let size = block(for: stack.bytes)
      return Footprint(
        blocks: [Block(size: size.roundedUp(to: layout.pageSize) ?? size)],
        isExact: stack.isKnown && facts.libcVersion != nil)
    case .windows:
      // The 64-bit stack comes first: the thread starts on it.
      let wow64 = isWoW64 ? [Block(size: Self.wow64Stack)] : []
      return Footprint(
        blocks: wow64 + [reserve(for: stack.bytes), Block(size: Self.teb)], isExact: false)
    case .wine:
      // With new WoW64 Wine's own stack is a 64-bit one, above these addresses.
      let isNew = layout.name.hasPrefix("wine-new")
      var block = reserve(for: max(stack.bytes, Self.smallestWineStack))
      if !isNew { block.size = block.size.adding(Self.wineStack) ?? block.size }
      return Footprint(
        blocks: [block, Block(size: Self.wineTeb)],
        isExact: !isNew && stack.isKnown && facts.threads != nil)
    }
  }

  /// What pthread_create maps for a stack of this size, to the byte: from glibc 2.27 on the guard
  /// comes on top (bug 22637), before it was part of the stack.
  func block(for stack: ByteCount) -> ByteCount {
    // The storage of thread-local variables, which is aligned to 64 bytes, stands at its end.
    let stack = stack.roundedDown(to: 64)
    return (facts.libcVersion ?? LibcVersion(2, 27)) < LibcVersion(2, 27)
      ? stack : stack + guardSize
  }

  /// A page; on AArch64 at least 64 KiB (`ARCH_MIN_GUARD_SIZE`).
  private var guardSize: ByteCount {
    layout.wordSize == .bits64 && layout.isArm ? .kibibytes(64) : layout.pageSize
  }

  /// Whether a 32-bit program runs on 64-bit Windows, or may: then a thread costs more.
  private var isWoW64: Bool {
    layout.wordSize == .bits32 && facts.windows?.is64BitSystem != false
      && layout.name != "windows-3g"
  }

  private func reserve(for stack: ByteCount) -> Block {
    Block(size: stack.roundedUp(to: Layout.windowsGranularity) ?? stack)
  }

  /// What a program's header usually says.
  static let usualWindowsStack = ByteCount.mebibytes(1)
  /// The 64-bit stack that each thread has besides, on 64-bit Windows.
  private static let wow64Stack = ByteCount.kibibytes(256)
  /// Its thread environment blocks, which are counted as if they could not share a slot of 64 KiB.
  private static let teb = ByteCount.kibibytes(12)

  /// Wine makes no stack smaller than this.
  private static let smallestWineStack = ByteCount.mebibytes(1)
  /// The stack on which Wine's own code runs, in one piece with the program's.
  private static let wineStack = ByteCount.mebibytes(1)
  /// What a thread's environment block takes of a block for 32 of them.
  static let wineTeb = ByteCount.kibibytes(64)
  /// How many of them a block holds; the first has the process's block too.
  static let wineTebs: UInt64 = 32
}

extension ThreadModel {
  /// The stacks that ended threads left and that a thread takes in place of a new one: glibc takes
  /// one of the very size, else the smallest that is large enough and not above four times as large.
  func reusable(for request: BufferRequest, among idle: [AddressRange]) -> [AddressRange] {
    guard layout.system == .linux else { return [] }
    let wanted = block(for: stack(request.bytes).bytes)
    let most = wanted.multiplied(by: 4) ?? wanted
    let fitting = idle.filter { $0.size >= wanted && $0.size <= most }
    return fitting.filter { $0.size == wanted }
      + fitting.filter { $0.size > wanted }.sorted { $0.size < $1.size }
  }

  /// The chunk of malloc's heap that each thread takes besides its stack, nil where there is none.
  var vector: HeapGrowth? {
    guard layout.system == .linux else { return nil }
    let machine = facts.machine ?? (layout.isArm ? .arm : .i386)
    let malloc = GlibcMalloc(
      version: facts.libcVersion ?? LibcVersion(2, 36), wordSize: layout.wordSize,
      machine: machine, page: layout.pageSize)
    return HeapGrowth(
      chunk: malloc.chunk(of: facts.threads?.vectorBytes ?? usualVector), pad: malloc.pad,
      smallest: ByteCount(malloc.smallestChunk))
  }

  /// Entries for one module with thread-local storage, 14 more to come and two that count: two
  /// words each.
  private var usualVector: ByteCount { ByteCount(17 * 2 * layout.wordSize.pointerBytes) }
}
