/// Counts how many more buffers of one kind fit when free spans grow together.
///
/// A class, since it is asked once for every pin and window and must not be copied each time.
final class GainCounter: Sendable {
  /// What one buffer costs.
  let footprint: Footprint
  fileprivate let capacity: SpanCapacity
  /// What the room's free spans below each hold together, and at the end all of them.
  fileprivate let below: [SpanCapacity.Count]
  /// What the other walls allow, nil where none is near.
  private let walls: WalledGain?

  init(
    _ room: Room, _ request: BufferRequest, _ allocator: Allocator
  ) throws(AllocatorError) {
    let model = FootprintModel(allocator: allocator, layout: room.layout, facts: room.facts)
    footprint = try model.footprint(of: request)
    capacity = SpanCapacity(footprint: footprint, room: room)
    var sum = SpanCapacity.Count()
    var below = [sum]
    below.reserveCapacity(room.freeSpans.count + 1)
    for span in room.freeSpans {
      let count = capacity.count(in: span.placeable)
      sum.blocks += count.blocks
      sum.chunks += count.chunks
      below.append(sum)
    }
    self.below = below
    walls = WalledGain(room, footprint: footprint, capacity: capacity, blocks: sum.blocks)
  }

  /// Whether another wall than address space may be met first: then what goes may give more than its
  /// addresses.
  var hasWalls: Bool { walls != nil }

  /// The least free bytes that one buffer, or a part of one, can use.
  var smallestUse: ByteCount { footprint.heapGrowth?.chunk ?? capacity.block.size }

  /// What is asked of the system at most for a part of one buffer, with what is given back.
  var largestAsk: ByteCount {
    capacity.block.size.adding(capacity.block.slack) ?? capacity.block.size
  }

  /// How many more fit when the free spans at `spans` become the one range `merged`.
  ///
  /// - Parameter mapped: what goes from between them, where other walls may be near.
  func gain(
    merging spans: Range<Int>, into merged: AddressRange?, without mapped: MappedMemory? = nil
  ) -> UInt64 {
    let total = below[below.count - 1]
    let after = capacity.count(in: merged)
    let blocks = total.blocks + after.blocks + below[spans.lowerBound].blocks
    let chunks = total.chunks + after.chunks + below[spans.lowerBound].chunks
    let upTo = below[spans.upperBound]
    guard blocks >= upTo.blocks, chunks >= upTo.chunks else { return 0 }
    let now = buffers(total.blocks, total.chunks, without: MappedMemory())
    let then = buffers(
      blocks - upTo.blocks, chunks - upTo.chunks, without: mapped ?? MappedMemory())
    return then - min(then, now)
  }

  private func buffers(
    _ blocks: UInt64, _ chunks: UInt64, without mapped: MappedMemory
  ) -> UInt64 {
    if let walls { return walls.count(blocks: blocks, chunks: chunks, without: mapped) }
    return blocks / UInt64(footprint.blocks.count) * footprint.buffersPerSet + chunks
  }
}

extension GainCounter {
  /// A free span that there would be, and which of the room's would be part of it.
  struct Window {
    /// Where it would lie.
    var range: AddressRange
    /// What of it could be placed in.
    var placeable: AddressRange?
    /// The free spans in it, by their indices in `Room.freeSpans`.
    var spans: Range<Int>
  }

  /// How many more fit when the free spans in each of some windows become one.
  func gain(merging windows: [Window]) -> UInt64 {
    var (more, less) = (SpanCapacity.Count(), SpanCapacity.Count())
    for window in windows {
      let after = capacity.count(in: window.placeable)
      more.blocks += after.blocks
      more.chunks += after.chunks
      less.blocks += below[window.spans.upperBound].blocks - below[window.spans.lowerBound].blocks
      less.chunks += below[window.spans.upperBound].chunks - below[window.spans.lowerBound].chunks
    }
    let after = more.blocks * footprint.buffersPerSet + more.chunks
    let before = less.blocks * footprint.buffersPerSet + less.chunks
    return after > before ? after - before : 0
  }
}
