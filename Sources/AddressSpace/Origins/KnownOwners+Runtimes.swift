extension Origin.Owner {
  /// Allocators that programs bring themselves.
  package static let mallocs = [
    jemalloc, mimalloc, tcmalloc, muslMalloc, scudo, bionicMalloc, guardedMalloc, partitionAlloc,
    zendMalloc,
  ]

  /// Memory of jemalloc, with what it keeps for later.
  public static let jemalloc = Origin.Owner("jemalloc", action: .shrink)
  /// A segment or arena of mimalloc.
  public static let mimalloc = Origin.Owner("mimalloc", action: .shrink)
  /// Spans of gperftools' tcmalloc.
  public static let tcmalloc = Origin.Owner("tcmalloc", action: .shrink)
  /// Groups of slots of musl's malloc.
  public static let muslMalloc = Origin.Owner("musl malloc", action: .shrink)
  /// Memory of Scudo, the malloc of Android 11 and up.
  public static let scudo = Origin.Owner("Scudo", action: .shrink)
  /// What Android's C library calls `libc_malloc`: jemalloc, before that dlmalloc.
  public static let bionicMalloc = Origin.Owner("bionic malloc", action: .shrink)
  /// The pool of GWP-ASan: a guard beside each allocation.
  public static let guardedMalloc = Origin.Owner("GWP-ASan", action: .fixed)
  /// Memory of Chromium's PartitionAlloc.
  public static let partitionAlloc = Origin.Owner("PartitionAlloc", action: .shrink)
  /// Memory of PHP's allocator.
  public static let zendMalloc = Origin.Owner("Zend memory manager", action: .shrink)
}

extension Origin.Owner {
  /// What virtual machines of languages make.
  package static let runtimes = [
    javaHeap, javaCode, javaTables, artHeap, artCode, artImage, artTables, v8Heap, v8Code,
    wasmMemory, goHeap, goRuntime, dotnetHeap, dotnetCode,
  ]

  /// The heap of HotSpot, with what it may grow to.
  public static let javaHeap = Origin.Owner("Java heap", action: .shrink)
  /// HotSpot's compiled code, with what it may grow to.
  public static let javaCode = Origin.Owner("JVM code cache", action: .shrink)
  /// Metaspace, class space and the collector's tables of HotSpot.
  public static let javaTables = Origin.Owner("JVM metaspace and tables", action: .shrink)
  /// A space of ART's heap.
  public static let artHeap = Origin.Owner("ART heap", action: .shrink)
  /// Code that ART compiled at run time, and its data.
  public static let artCode = Origin.Owner("ART code cache", action: .shrink)
  /// A boot image of ART, or code extracted in memory.
  public static let artImage = Origin.Owner("ART image", action: .fixed)
  /// Bitmaps, mark stacks, card tables and class data of ART.
  public static let artTables = Origin.Owner("ART tables", action: .shrink)
  /// A page or a cage of V8's heap.
  public static let v8Heap = Origin.Owner("V8 heap", action: .shrink)
  /// V8's compiled code, with what it reserves for it.
  public static let v8Code = Origin.Owner("V8 code range", action: .shrink)
  /// A memory of WebAssembly, with what it may grow to.
  public static let wasmMemory = Origin.Owner("WebAssembly memory", action: .shrink)
  /// Go's arenas, with what is reserved for more.
  public static let goHeap = Origin.Owner("Go heap", action: .shrink)
  /// Tables of Go's runtime about its heap.
  public static let goRuntime = Origin.Owner("Go runtime", action: .fixed)
  /// What .NET's garbage collector has reserved.
  public static let dotnetHeap = Origin.Owner(".NET GC heap", action: .shrink)
  /// Where .NET's code and loader data come from, with what is reserved for more; since .NET 7 it is
  /// mapped twice, to write code and to run it.
  public static let dotnetCode = Origin.Owner(".NET code", action: .fixed)
}

extension Origin.Owner {
  /// What Windows or Wine makes.
  package static let windows = [
    wineReserve, windowsHeap, windowsBlocks, windowsSection, virtualAlloc, wineStack, wow64Stack,
  ]

  /// Addresses that Wine keeps for Windows: `VirtualAlloc` takes from them.
  public static let wineReserve = Origin.Owner("Wine reserve", action: .shrink)
  /// A heap of Windows, one of its segments, or a block so large that it has a view of its own.
  public static let windowsHeap = Origin.Owner("Windows heap", action: .shrink)
  /// The environment blocks of the process and its threads.
  public static let windowsBlocks = Origin.Owner("PEB and TEBs", action: .fixed)
  /// A view of a section that is no file.
  public static let windowsSection = Origin.Owner("Windows section", action: .unmap)
  /// Memory that a Windows program took by itself.
  public static let virtualAlloc = Origin.Owner("VirtualAlloc", action: .free)
  /// The stack that Wine itself runs on, above that of the Windows thread.
  public static let wineStack = Origin.Owner("Wine's own stack", action: .fixed)
  /// The 64-bit stack that each thread of a 32-bit program has on 64-bit Windows.
  public static let wow64Stack = Origin.Owner("64-bit thread stack", action: .fixed)
}

extension Origin.Owner {
  /// What drivers and servers share with a program.
  package static let shared = [gpu, audio, camera, display]

  /// A buffer that a graphics driver mapped.
  public static let gpu = Origin.Owner("GPU buffer", action: .free)
  /// A buffer shared with a sound driver or server.
  public static let audio = Origin.Owner("audio buffer", action: .unmap)
  /// A buffer of a camera or a hardware codec.
  public static let camera = Origin.Owner("video buffer", action: .unmap)
  /// Pictures or keymaps shared with a display server.
  public static let display = Origin.Owner("display buffer", action: .unmap)
}

extension Origin.Owner {
  /// What Android's C library and loader make.
  package static let android = [bionic]

  /// Small memory of Android's loader and C library.
  public static let bionic = Origin.Owner("bionic", action: .fixed)
}
