extension Origin.Owner {
  /// All owners that the rules name, a family a line; `docs/origins.md` describes them.
  public static let known: [Origin.Owner] =
    system + glibc + python + libraries + mallocs + runtimes + windows + shared + android

  /// What the kernel and the loader make.
  static let system = [mainStack, breakHeap]

  /// The stack of the first thread.
  public static let mainStack = Origin.Owner("main stack", action: .fixed)
  /// What `brk` grows.
  public static let breakHeap = Origin.Owner("brk heap", action: .fixed)

  /// What the GNU C library makes.
  static let glibc = [threadStack, cachedStack, firstThread, glibcArena, malloc]

  /// The stack of a thread, with its guard.
  public static let threadStack = Origin.Owner("thread stack", action: .smallerStack)
  /// The stack of a thread that has ended, kept for the next one.
  public static let cachedStack = Origin.Owner("thread stack (cached)", action: .smallerStack)
  /// What the loader keeps for the first thread: `struct pthread` and its thread-local variables.
  public static let firstThread = Origin.Owner("first thread's data", action: .fixed)
  /// A heap of a thread arena, with what it reserves to grow.
  public static let glibcArena = Origin.Owner("glibc arena", action: .shrink)
  /// An allocation so large that malloc mapped it by itself.
  public static let malloc = Origin.Owner("malloc", action: .free)

  /// What CPython makes.
  static let python = [obmallocArena, pythonFrames]

  /// An arena of CPython's allocator of small objects.
  public static let obmallocArena = Origin.Owner("obmalloc arena", action: .shrink)
  /// A chunk of CPython's stack of frames.
  public static let pythonFrames = Origin.Owner("Python frames", action: .shrink)

  /// What libraries make.
  static let libraries = [openBLAS]

  /// A work buffer of OpenBLAS, one a thread.
  public static let openBLAS = Origin.Owner("OpenBLAS buffer", action: .shrink)
}
