/// The address space that glibc's malloc takes, by version and word size.
package struct GlibcMalloc: Sendable {
  package let version: LibcVersion
  package let wordSize: WordSize
  package let machine: Machine
  package let page: ByteCount
  /// What the process's own malloc was told and learnt, where it was read.
  var heap: HeapFacts?

  package init(
    version: LibcVersion, wordSize: WordSize, machine: Machine, page: ByteCount,
    heap: HeapFacts? = nil
  ) {
    self.version = version
    self.wordSize = wordSize
    self.machine = machine
    self.page = page
    self.heap = heap
  }

  /// `SIZE_SZ`: the size field of a chunk.
  package var sizeField: UInt64 { wordSize.pointerBytes }

  /// `MALLOC_ALIGNMENT`: 16 on i386 from 2.26 on (bug 21120), else twice the size field.
  package var alignment: UInt64 {
    wordSize == .bits32 && machine == .i386 && version >= LibcVersion(2, 26) ? 16 : 2 * sizeField
  }

  /// `MINSIZE`, the smallest chunk.
  package var smallestChunk: UInt64 { wordSize == .bits32 ? 16 : 32 }

  /// `M_TOP_PAD` and `MINSIZE`: what a grown heap keeps behind the chunk.
  var pad: ByteCount { (heap?.topPad ?? .kibibytes(128)) + ByteCount(smallestChunk) }

  /// From this chunk size on `mmap` serves it: the one that was read, else that of a process which
  /// has freed nothing.
  var mmapThreshold: ByteCount { heap?.mmapThreshold ?? .kibibytes(128) }

  /// What the heap is extended by where the break cannot rise (`MMAP_AS_MORECORE_SIZE`).
  package static let mapping = ByteCount.mebibytes(1)

  /// As far as freeing lets the threshold rise (`DEFAULT_MMAP_THRESHOLD_MAX`).
  package var highestThreshold: ByteCount {
    wordSize == .bits32 ? .kibibytes(512) : .mebibytes(32)
  }

  /// The chunk that holds `bytes`, header included.
  package func chunk(of bytes: ByteCount) -> ByteCount {
    let padded = (bytes.value + sizeField + alignment - 1) & ~(alignment - 1)
    return ByteCount(max(padded, smallestChunk))
  }

  /// The length of the mapping that holds a chunk by itself.
  package func mapping(of chunk: ByteCount) -> ByteCount {
    let header: UInt64
    if version >= LibcVersion(2, 43) {
      header = alignment
    } else if version < LibcVersion(2, 7) || (alignment > 2 * sizeField) {
      header = sizeField + alignment - 1
    } else {
      header = sizeField
    }
    return (chunk + ByteCount(header)).roundedUp(to: page) ?? chunk
  }

  /// The footprint of one `malloc`, or `posix_memalign` where an alignment is asked.
  func footprint(bytes: ByteCount, alignment asked: ByteCount?) -> Footprint {
    let kept = chunk(of: bytes)
    var chunk = kept
    var aligned: AlignedChunk?
    if let asked, asked.value > alignment {
      // posix_memalign asks for the alignment and a smallest chunk on top.
      let alignment = max(asked, ByteCount(smallestChunk))
      chunk = self.chunk(of: kept + alignment + ByteCount(smallestChunk))
      aligned = AlignedChunk(
        alignment: alignment, kept: kept, header: ByteCount(2 * sizeField))
    }
    guard chunk >= mmapThreshold else { return packed(chunk, aligned) }
    return Footprint(
      blocks: [Block(size: mapping(of: chunk))],
      heapGrowth: HeapGrowth(
        chunk: chunk, pad: pad, smallest: ByteCount(smallestChunk), alignment: aligned),
      isExact: heap?.mmapThreshold != nil || chunk > highestThreshold)
  }

  /// Small chunks come from the brk heap; where that cannot grow, from mappings of a mebibyte in its
  /// place. In 2.35 to 2.37, where two arguments were swapped, only the first is of whole mebibytes; those
  /// after it hold one chunk and the pad, so that as many are counted as go into the first.
  private func packed(_ chunk: ByteCount, _ aligned: AlignedChunk?) -> Footprint {
    let small = (chunk + pad).roundedUp(to: page) ?? chunk
    let isSwapped = (LibcVersion(2, 35)...LibcVersion(2, 37)).contains(version)
    let refill =
      isSwapped ? small.roundedUp(to: Self.mapping) ?? small : max(small, Self.mapping)
    func chunks(in mapping: ByteCount) -> UInt64 {
      mapping.lowered(by: ByteCount(2 * smallestChunk)).value / chunk.value
    }
    return Footprint(
      blocks: [Block(size: refill)],
      buffersPerSet: isSwapped
        ? max(1, refill.value / small.value) * chunks(in: small) : chunks(in: refill),
      heapGrowth: HeapGrowth(
        chunk: chunk, pad: pad, smallest: ByteCount(smallestChunk), isFirst: true,
        alignment: aligned),
      isExact: false)
  }
}
