internal import AddressSpace

/// The constants of CPython's allocator of small objects, `Objects/obmalloc.c`, for one build;
/// sources in `docs/simulation-python.md`.
public struct ObmallocRules: Hashable, Sendable {
  /// The largest request that is served from pools; larger ones go to the C library.
  public var threshold: UInt64
  /// Blocks are multiples of it.
  public var alignment: UInt64
  /// The bytes of an arena.
  public var arenaBytes: UInt64
  /// The bytes of a pool.
  public var poolBytes: UInt64
  /// The bytes at the beginning of a pool that hold no blocks.
  public var poolHeaderBytes: UInt64
  /// Where arenas come from.
  public var arenaSource: ArenaSource
  /// What becomes of an arena whose pools are all free.
  public var arenaRelease: ArenaRelease
  /// The bytes of one slot of the vector of arenas, that doubles from 16 slots.
  public var arenaSlotBytes: UInt64
  /// Whether `PyMem_Malloc` is served here too: items of lists and tables of dictionaries.
  public var servesBuffers: Bool

  /// Where arenas come from.
  public enum ArenaSource: Sendable {
    /// The C library's `malloc`.
    case heap
    /// The system: `mmap`, `VirtualAlloc`.
    case system
  }

  /// What becomes of an arena whose pools are all free.
  public enum ArenaRelease: Sendable {
    /// It stays: until 2.4.
    case never
    /// It goes back: 2.5 to 3.8.
    case always
    /// It goes back, but for the last in the list of usable ones: since 3.9.
    case allButLast
  }

  /// The rules of a build, nil where it has none by default: before 2.3 all is the C library's.
  public init?(_ build: PythonBuild) {
    guard build.isSince(2, 3) else { return nil }
    let hasWideClasses = build.isSince(3, 3) || (build.version.major == 2 && build.isSince(2, 7, 7))
    let hasLargeArenas = build.isSince(3, 10) && build.wordSize == .bits64
    threshold = hasWideClasses ? 512 : 256
    alignment = build.isAlignedBy16 ? 16 : 8
    arenaBytes = hasLargeArenas ? 1 << 20 : 256 << 10
    poolBytes = hasLargeArenas ? 16 << 10 : 4 << 10
    // Two numbers or a pointer, a block, two pools, four numbers of 4 bytes.
    poolHeaderBytes = build.word * 4 + 16
    // `mmap` came with the wide classes, `VirtualAlloc` with 3.4.
    let hasOwnArenas = build.isWindows ? build.isSince(3, 4) : hasWideClasses
    arenaSource = hasOwnArenas ? .system : .heap
    arenaRelease = build.isSince(3, 9) ? .allButLast : build.isSince(2, 5) ? .always : .never
    // An address; since 2.5 also a pool, two numbers of 4 bytes and three pointers.
    arenaSlotBytes = build.isSince(2, 5) ? build.word * 5 + 8 : build.word
    servesBuffers = build.isSince(3, 6)
  }

  /// How many size classes there are.
  var classes: Int { Int(threshold / alignment) }

  /// The class of a request, nil where the C library serves it.
  func sizeClass(of bytes: UInt64) -> Int? {
    bytes == 0 || bytes > threshold ? nil : Int((bytes - 1) / alignment)
  }

  /// The bytes of a block of a class.
  func blockBytes(_ sizeClass: Int) -> UInt64 { (UInt64(sizeClass) + 1) * alignment }

  /// How many blocks a pool of a class holds.
  func blocksPerPool(_ sizeClass: Int) -> Int {
    Int((poolBytes - poolHeaderBytes) / blockBytes(sizeClass))
  }

  /// How many pools an arena holds that begins at a multiple of `poolBytes`.
  var poolsPerArena: Int { Int(arenaBytes / poolBytes) }
}
