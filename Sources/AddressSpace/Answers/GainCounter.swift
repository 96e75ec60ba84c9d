/// Counts how many more buffers of one kind fit when free spans grow together.
struct GainCounter: Sendable {
  /// What one buffer costs.
  let footprint: Footprint
  private let capacity: SpanCapacity
  /// What each of the room's free spans holds now.
  private let counts: [SpanCapacity.Count]
  private let total: SpanCapacity.Count

  init(
    _ room: Room, _ request: BufferRequest, _ allocator: Allocator
  ) throws(AllocatorError) {
    let model = FootprintModel(allocator: allocator, layout: room.layout, facts: room.facts)
    footprint = try model.footprint(of: request)
    let capacity = SpanCapacity(footprint: footprint, room: room)
    self.capacity = capacity
    counts = room.freeSpans.map { capacity.count(in: $0.placeable) }
    total = counts.reduce(into: SpanCapacity.Count()) { sum, count in
      sum.blocks += count.blocks
      sum.chunks += count.chunks
    }
  }

  /// The least free bytes that one buffer, or a part of one, can use.
  var smallestUse: ByteCount { footprint.heapGrowth?.chunk ?? capacity.block.size }

  /// How many more fit when the free spans at `spans` become the one range `merged`.
  func gain(merging spans: Range<Int>, into merged: AddressRange?) -> UInt64 {
    let after = capacity.count(in: merged)
    var before = SpanCapacity.Count()
    for span in spans {
      before.blocks += counts[span].blocks
      before.chunks += counts[span].chunks
    }
    let blocks = total.blocks + after.blocks
    let chunks = total.chunks + after.chunks
    guard blocks >= before.blocks, chunks >= before.chunks else { return 0 }
    let now = buffers(total.blocks, total.chunks)
    let then = buffers(blocks - before.blocks, chunks - before.chunks)
    return then - min(then, now)
  }

  private func buffers(_ blocks: UInt64, _ chunks: UInt64) -> UInt64 {
    blocks / UInt64(footprint.blocks.count) * footprint.buffersPerSet + chunks
  }
}
