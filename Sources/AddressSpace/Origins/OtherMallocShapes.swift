/// Memory of allocators that replace the C library's, by the library that is in the process and by
/// what such an allocator asks the kernel for. Linked into a program they show only in contents.
struct OtherMallocShapes: OriginRule {
  private let owner: Origin.Owner
  /// What its mappings begin at multiples of.
  private let alignment: ByteCount
  /// The least that it maps for blocks.
  private let least: ByteCount

  init?(_ scene: OriginScene) {
    guard scene.system == .linux else { return nil }
    let isNarrow = scene.wordSize == .bits32
    if scene.hasModule("libjemalloc") {
      owner = .jemalloc
      // `retain`, on for 64 bits, grows by 2 MiB and more at a time; else it maps single runs.
      alignment = .kibibytes(4)
      least = isNarrow ? .kibibytes(64) : .mebibytes(2)
    } else if scene.hasModule("libmimalloc") {
      owner = .mimalloc
      // `MI_SEGMENT_SIZE` of version 2: 4 and 32 MiB.
      alignment = isNarrow ? .mebibytes(4) : .mebibytes(32)
      least = .kibibytes(64)
    } else if scene.hasModule("libtcmalloc") {
      owner = .tcmalloc
      // It grows by 128 pages of 8 KiB at least, above brk's end by mmap.
      alignment = .kibibytes(4)
      least = .mebibytes(1)
    } else if scene.hasModule("ld-musl-", "libc.musl-") {
      owner = .muslMalloc
      alignment = .kibibytes(4)
      least = .kibibytes(4)
    } else {
      return nil
    }
    // What its own descriptions say is all that it has.
    let owner = owner
    if scene.facts.contents?.pieces.contains(where: { $0.origin.owner == owner }) == true {
      return nil
    }
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.isPlainMemory, region.kind == .anonymous, region.size >= least,
      region.range.lower.value % alignment.value == 0
    else { return nil }
    return Origin(owner, alignment > .kibibytes(64) ? .likely : .possible)
  }
}
