/// The names that runtimes and allocators give their memory (`PR_SET_VMA_ANON_NAME`), of which
/// hundreds belong to few owners. Sources: docs/origins.md.
enum RuntimeNames {
  /// The owner that such a name stands for, nil where it is not one of these.
  static func owner(of name: String) -> Origin.Owner? {
    if name.hasPrefix("dalvik-") { return art(name.dropFirst(7)) }
    return table.first { name.hasPrefix($0.prefix) }?.owner
  }

  private static let table: [(prefix: String, owner: Origin.Owner)] = [
    ("scudo:", .scudo), ("libc_malloc", .bionicMalloc), ("GWP-ASan", .guardedMalloc),
    ("jemalloc_pg", .jemalloc), ("partition_alloc", .partitionAlloc), ("zend_alloc", .zendMalloc),
    ("v8", .v8Heap), ("Go: heap", .goHeap), ("Go: ", .goRuntime),
    ("stack_and_tls:", .threadStack), ("thread signal stack", .threadStack),
    ("thread stack guard", .threadStack), ("zend_fiber_stack", .threadStack),
    ("bionic", .bionic), ("linker_alloc", .bionic), ("atexit handlers", .bionic),
    ("arc4random", .bionic), ("System property", .bionic), ("cfi shadow", .bionic),
    (".bss", .bionic),
  ]

  /// What ART calls its memory: the spaces of its heap, its code cache, its images; the rest are
  /// tables about these.
  private static func art(_ name: Substring) -> Origin.Owner {
    if name.hasPrefix("/") || name.contains(".dex") || name.hasSuffix(".art") { return .artImage }
    if codeCaches.contains(where: name.hasPrefix) { return .artCode }
    if ["bitmap", "table", " map", "stack", "buffer"].contains(where: name.contains) {
      return .artTables
    }
    return heapSpaces.contains(where: name.hasPrefix) ? .artHeap : .artTables
  }

  private static let codeCaches = [
    "jit-code-cache", "data-code-cache", "zygote-jit-code-cache", "zygote-data-code-cache",
    "jit-zygote-cache",
  ]

  private static let heapSpaces = [
    "main space", "alloc space", "zygote space", "non moving space", "region space", "heap",
    "bump pointer space", "Bump pointer space", "large object space",
    "free list large object space", "main rosalloc space", "main dlmalloc space",
  ]
}
