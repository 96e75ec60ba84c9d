import AddressSpace

/// A request that has a mapping of its own.
struct MappedChunk {
  /// Where its mapping begins.
  let base: UInt64
  /// How far above that the chunk begins.
  var offset: UInt64
  /// The mapping's length.
  var length: UInt64
}

extension GlibcAllocator {
  /// Maps a chunk by itself; its block, zero where the system refuses.
  mutating func mapChunk(_ size: UInt64, _ system: inout some MemorySystem) -> UInt64 {
    let length = rules.sizes.mapping(of: ByteCount(size))
    guard length.value > size,
      let range = system.map(length, Mapping(Origin.Owner.malloc.name))
    else { return 0 }
    let base = range.lower.value
    let offset = rules.misalignment(of: base)
    let block = base + offset + rules.header
    mapped[block] = MappedChunk(base: base, offset: offset, length: length.value)
    return block
  }

  /// Gives a mapped chunk back. One that is larger than the threshold, and not too large, becomes the
  /// threshold: the next of its size come from the heap.
  mutating func unmap(_ block: UInt64, _ system: inout some MemorySystem) {
    guard let chunk = mapped[block] else {
      preconditionFailure("free of \(Address(block)), which malloc has not given")
    }
    let size = self.size(chunk)
    // The flag that says it is mapped counts too.
    let flagged = size | 2
    if parameters.learns, flagged > parameters.mmapThreshold,
      flagged <= rules.sizes.highestThreshold.value
    {
      parameters.mmapThreshold = size
      parameters.trimThreshold = 2 * size
    }
    drop(block, chunk, &system)
  }

  private mutating func drop(
    _ block: UInt64, _ chunk: MappedChunk, _ system: inout some MemorySystem
  ) {
    mapped[block] = nil
    if let range = chunk.range { system.unmap(range) }
  }

  /// What the chunk's header says.
  private func size(_ chunk: MappedChunk) -> UInt64 {
    chunk.length - chunk.offset - (rules.mappedSizeHasHeader ? 0 : rules.header)
  }

  func usable(_ chunk: MappedChunk) -> UInt64 {
    size(chunk) - (rules.mappedSizeHasHeader ? rules.header : rules.sizeField)
  }

  /// Makes a mapped chunk longer or shorter (`mremap`), so that it stays one, however short; else a
  /// chunk elsewhere takes its place.
  mutating func remap(
    _ block: UInt64, _ chunk: MappedChunk, to bytes: ByteCount, size: UInt64,
    _ system: inout some MemorySystem
  ) -> Address? {
    let end = rules.mappedSizeHasHeader ? rules.sizeField : rules.header
    let length = rules.roundUp(size + chunk.offset + end)
    if length == chunk.length { return Address(block) }
    if let range = chunk.range,
      let moved = system.remap(range, to: ByteCount(length), mayMove: true)
    {
      mapped[block] = nil
      let base = moved.lower.value
      let block = base + chunk.offset + rules.header
      mapped[block] = MappedChunk(base: base, offset: chunk.offset, length: length)
      return Address(block)
    }
    if rules.mappedSizeHasHeader
      ? self.size(chunk) - rules.sizeField >= size : bytes.value <= usable(chunk)
    {
      return Address(block)
    }
    guard let other = allocate(bytes, in: &system) else { return nil }
    drop(block, chunk, &system)
    return other
  }
}

extension MappedChunk {
  var range: AddressRange? { AddressRange(Address(base), Address(base + length)) }
}
