/// What one buffer costs in address space, for one allocator in one layout.
struct Footprint: Sendable {
  /// What is asked of the system for one buffer, in order. Several for a Pillow image.
  var blocks: [Block]
  /// How many buffers share one such set of blocks: more than one for what malloc packs together.
  var buffersPerSet: UInt64 = 1
  /// How the brk heap serves what `mmap` refused, nil where it cannot.
  var heapGrowth: HeapGrowth?
  /// Whether the cost is known exactly; else it is at most this.
  var isExact = true

  /// The address space of one set of blocks, in bytes.
  var bytes: ByteCount { blocks.lazy.map(\.size).total() }

  /// The address space of one buffer, in bytes: its chunk where several share a set.
  var bytesPerBuffer: ByteCount {
    buffersPerSet > 1 ? heapGrowth?.chunk ?? ByteCount(bytes.value / buffersPerSet) : bytes
  }
}
