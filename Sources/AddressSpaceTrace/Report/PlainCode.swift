/// Tells code that maps memory for whoever calls it from code that wants it: C libraries, loaders,
/// allocators. A view of one line names the caller of these.
enum PlainCode {
  /// Whether a frame only hands memory on.
  static func isPlain(_ frame: ReportFrame) -> Bool {
    if frame.origin == .note { return true }
    if frame.origin == .interpreter { return false }
    if let module = frame.module, isPlain(module: module) { return true }
    return frame.function.map(isPlain(function:)) ?? false
  }

  /// Whether all of a module hands memory on.
  static func isPlain(module path: String) -> Bool {
    let file = fileName(of: path)
    return files.contains(file) || files.contains(file.lowercased())
      || prefixes.contains(where: file.hasPrefix)
      || windowsPrefixes.contains(where: file.lowercased().hasPrefix)
  }

  /// Whether a function does, wherever it lies: C libraries and allocators may be linked in.
  static func isPlain(function name: String) -> Bool {
    let name = bareName(name)
    return functions.contains(name) || functionPrefixes.contains(where: name.hasPrefix)
  }

  /// What follows the last slash of a path, without the kernel's mark of a removed file.
  static func fileName(of path: String) -> String {
    let path = path.hasSuffix(" (deleted)") ? path.dropLast(10) : path[...]
    let slash = path.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    return String(slash.map { path[path.utf8.index(after: $0)...] } ?? path)
  }

  /// A function's name without a symbol's version, the mark of its entry in a linkage table, and the
  /// parts that a compiler splits off.
  private static func bareName(_ name: String) -> Substring {
    let end = name.utf8.firstIndex { $0 == UInt8(ascii: "@") } ?? name.endIndex
    var bare = name[..<end]
    for suffix in [".cold", ".part.0", ".constprop.0", ".isra.0"] where bare.hasSuffix(suffix) {
      bare = bare.dropLast(suffix.count)
    }
    return bare
  }

  private static let files: Set<String> = [
    "libc.so", "linker", "linker64", "[vdso]", "ntdll.so", "ntdll.dll", "kernel32.dll",
    "kernelbase.dll", "msvcrt.dll", "ucrtbase.dll", "wow64.dll", "wow64cpu.dll", "win32u.dll",
    "win32u.so", "wow64win.dll", "libwine.so.1", "libwine.so.1.0",
  ]

  private static let prefixes = [
    "libc.so.", "libc-2.", "ld-", "ld.so", "libc.musl-", "libuClibc-", "libpthread.so",
    "libpthread-2.",
    "libdl.so", "libdl-2.", "libstdc++.so", "libc++.so", "libc++abi.so", "libgcc_s.so",
    "libjemalloc.so", "libtcmalloc", "libmimalloc", "libsnmalloc", "librpmalloc", "libhoard",
    "libswiftCore.so",
  ]

  /// In lower case: Windows does not tell it from upper case.
  private static let windowsPrefixes = [
    "libstdc++-6.dll", "api-ms-win-", "vcruntime", "msvcr", "msvcp", "libgcc_s_",
  ]

  private static let functions: Set<Substring> = [
    // the calls themselves
    "mmap", "mmap64", "__mmap", "__mmap64", "mmap2", "munmap", "__munmap", "mremap", "__mremap",
    "brk",
    "__brk", "sbrk", "__sbrk", "mprotect", "__mprotect", "shmat", "__shmat", "syscall", "__syscall",
    "__kernel_vsyscall", "_dl_sysinfo_int80", "__libc_do_syscall",
    // glibc's malloc
    "malloc", "calloc", "realloc", "free", "memalign", "posix_memalign", "aligned_alloc", "valloc",
    "pvalloc", "reallocarray", "cfree", "sysmalloc", "sysmalloc_mmap", "sysmalloc_mmap_fallback",
    "systrim", "munmap_chunk", "mremap_chunk", "new_heap", "alloc_new_heap", "grow_heap",
    "shrink_heap", "heap_trim", "arena_get2", "arena_get_retry", "_int_new_arena", "_int_malloc",
    "_int_realloc", "_int_memalign", "_int_free", "_mid_memalign", "malloc_hook_ini",
    "malloc_consolidate", "tcache_init", "ptmalloc_init", "__default_morecore", "__glibc_morecore",
    "_int_free_merge_chunk", "_int_free_maybe_consolidate", "_int_free_maybe_trim",
    // others
    "strdup", "__strdup", "strndup", "__strndup", "__rust_alloc", "__rust_alloc_zeroed",
    "__rust_realloc", "__rdl_alloc", "__rg_alloc", "swift_slowAlloc", "swift_allocObject",
    "swift::swift_slowAlloc", "PyMem_Malloc", "PyMem_Calloc", "PyMem_Realloc", "PyMem_RawMalloc",
    "PyMem_RawCalloc", "PyMem_RawRealloc", "PyObject_Malloc", "PyObject_Calloc",
    "PyObject_Realloc", "new_arena", "_PyObject_ArenaMmap", "xmalloc", "xcalloc", "xrealloc",
    "g_malloc", "g_malloc0", "g_realloc", "g_slice_alloc",
  ]

  private static let functionPrefixes = [
    "operator new", "operator delete", "__libc_", "__GI_", "__malloc_", "_dl_", "__dl_", "_PyMem_",
    "_PyObject_Malloc", "_PyObject_Calloc", "_PyObject_Realloc", "je_", "tc_", "mi_",
    "std::allocator",
    "__gnu_cxx::new_allocator", "std::__new_allocator", "std::allocator_traits", "alloc::alloc::",
    "alloc::raw_vec::", "<alloc::alloc::", "<alloc::raw_vec::", "runtime.sys", "runtime.mmap",
    "runtime.(*mheap)", "runtime.(*mcache)", "runtime.(*mcentral)", "runtime.mallocgc",
    "runtime.persistentalloc", "runtime.systemstack",
  ]
}
