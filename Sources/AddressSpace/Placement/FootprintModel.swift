/// How each allocator turns a buffer into requests for address space; sources in
/// `docs/allocators.md`.
struct FootprintModel: Sendable {
  let allocator: Allocator
  let layout: Layout
  let facts: LayoutFacts

  /// The footprint of one buffer.
  func footprint(of request: BufferRequest) throws(AllocatorError) -> Footprint {
    guard request.bytes < ByteCount(1 << 62), (request.alignment ?? 1) < ByteCount(1 << 62) else {
      throw .tooLarge(request.text)
    }
    if request.isThread { return ThreadModel(layout: layout, facts: facts).footprint(of: request) }
    switch allocator.family {
    case .mmap:
      try require(.linux)
      return mapped(request)
    case .virtualalloc:
      try requireWindows()
      let size = pages(request.bytes)
      return Footprint(blocks: [Block(size: size, alignment: request.alignment ?? 1)])
    case .heapalloc:
      try requireWindows()
      return try ntHeap(request)
    case .malloc, .numpy:
      return try libraryHeap(request)
    case .pillow:
      return try pillow(request)
    }
  }

  private func require(_ system: Layout.System) throws(AllocatorError) {
    guard layout.system == system else { throw .foreign(allocator.family, layout: layout.name) }
  }

  private func requireWindows() throws(AllocatorError) {
    guard layout.system != .linux else { throw .foreign(allocator.family, layout: layout.name) }
  }

  private func pages(_ bytes: ByteCount) -> ByteCount {
    bytes.roundedUp(to: layout.pageSize) ?? bytes
  }

  /// `mmap`, aligned as allocators align: ask for more, give both ends back.
  private func mapped(_ request: BufferRequest) -> Footprint {
    let alignment = request.alignment ?? 1
    return Footprint(blocks: [
      Block(
        size: pages(request.bytes), slack: alignment.lowered(by: layout.pageSize),
        alignment: alignment)
    ])
  }

  /// The C library's heap: glibc's where Linux is, the NT heap's where Windows is.
  private func libraryHeap(_ request: BufferRequest) throws(AllocatorError) -> Footprint {
    guard layout.system == .linux else {
      if allocator.version != nil { throw .foreign(allocator.family, layout: layout.name) }
      return try ntHeap(request)
    }
    return glibc.footprint(bytes: request.bytes, alignment: request.alignment)
  }

  var glibc: GlibcMalloc {
    GlibcMalloc(
      version: allocator.version ?? facts.libcVersion ?? LibcVersion(2, 36),
      wordSize: layout.wordSize, machine: facts.machine ?? (layout.isArm ? .arm : .i386),
      page: layout.pageSize, heap: facts.heap)
  }

  /// `RtlAllocateHeap`: above 0x7F000 bytes a block of its own with a header of 0x20 bytes.
  private func ntHeap(_ request: BufferRequest) throws(AllocatorError) -> Footprint {
    guard request.alignment == nil else { throw .cannotAlign(allocator.family, request.text) }
    let block = ByteCount((request.bytes.value + 15) & ~7)
    if block > 0x7_F000 {
      return Footprint(blocks: [Block(size: pages(block + 24))])
    }
    // Smaller blocks share segments of at least a megabyte; how full those are is not visible.
    let segment = ByteCount.mebibytes(1)
    let usable = segment - .kibibytes(4)
    return Footprint(
      blocks: [Block(size: segment)], buffersPerSet: usable.value / block.value, isExact: false)
  }

}

/// The single lines of a picture: one buffer each.
struct LineFootprint: Sendable {
  /// What one line costs.
  let footprint: Footprint
  /// How many lines there are.
  let count: UInt64
}

extension FootprintModel {
  /// Pillow 4.3 and later: lines in blocks of at most 16 MiB, each from the C library.
  private func pillow(_ request: BufferRequest) throws(AllocatorError) -> Footprint {
    guard request.alignment == nil else { throw .cannotAlign(.pillow, request.text) }
    let lines = try pictureLines(of: request)
    var footprint = Footprint(blocks: [])
    for bytes in lines.requests(of: lines.perBlock()) {
      let one = try libraryHeap(BufferRequest(bytes: ByteCount(bytes)))
      footprint.blocks += one.blocks
      footprint.isExact = footprint.isExact && one.isExact
    }
    return footprint
  }

  /// What Pillow falls back to when a block is refused: every line by itself. Nil for others.
  func lines(of request: BufferRequest) throws(AllocatorError) -> LineFootprint? {
    guard allocator.family == .pillow else { return nil }
    let lines = try pictureLines(of: request)
    return LineFootprint(
      footprint: try libraryHeap(BufferRequest(bytes: ByteCount(lines.bytes))), count: lines.count)
  }

  private func pictureLines(of request: BufferRequest) throws(AllocatorError) -> PictureLines {
    guard let image = request.image else { throw .needsPicture(request.text) }
    switch (image.channels, image.channelBytes) {
    case (1, 1), (1, 2), (1, 4):
      return PictureLines(bytes: image.width * image.channelBytes, count: image.height)
    case (2...4, 1):
      return PictureLines(bytes: image.width * 4, count: image.height)
    default: throw .noPillowMode(request.text)
    }
  }
}

extension Layout {
  /// Whether programs here are built for 32-bit or 64-bit ARM.
  var isArm: Bool { name.hasPrefix("linux-arm") }
}
