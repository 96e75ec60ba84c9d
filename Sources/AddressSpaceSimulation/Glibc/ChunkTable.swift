/// The chunks of all heaps of one process: their records, found by address, linked to their
/// neighbours.
struct ChunkTable {
  private(set) var records: ContiguousArray<Chunk>
  private var index: ChunkIndex
  private let header: UInt64
  /// The first of the records that are not used, linked by `next`.
  private var spare: ChunkID = 0

  init(rules: GlibcRules) {
    header = rules.header
    index = ChunkIndex(alignment: rules.alignment)
    // Record zero is none.
    records = [Chunk(start: 0, size: 0, below: 0, above: 0, arena: 0, state: .fence)]
  }

  subscript(id: ChunkID) -> Chunk {
    get { records[Int(id)] }
    _modify { yield &records[Int(id)] }
  }

  /// The chunk of a block, zero where there is none.
  func find(_ block: UInt64) -> ChunkID { index.find(block) }

  /// A chunk between two neighbours, which then know it.
  mutating func make(
    _ start: UInt64, _ size: UInt64, below: ChunkID, above: ChunkID, arena: UInt16,
    _ state: Chunk.State
  ) -> ChunkID {
    let chunk = Chunk(
      start: start, size: size, below: below, above: above, arena: arena, state: state)
    var id = spare
    if id != 0 {
      spare = self[id].next
      self[id] = chunk
    } else {
      id = ChunkID(records.count)
      records.append(chunk)
    }
    if below != 0 { self[below].above = id }
    if above != 0 { self[above].below = id }
    index.set(start + header, to: id)
    return id
  }

  /// Heads of so many empty lists, in a row; returns the first.
  mutating func makeHeads(_ count: Int, arena: UInt16) -> ChunkID {
    let first = ChunkID(records.count)
    for id in first..<first + ChunkID(count) {
      var head = Chunk(start: 0, size: 0, below: 0, above: 0, arena: arena, state: .head)
      (head.next, head.previous, head.smaller) = (id, id, id)
      records.append(head)
    }
    return first
  }

  /// Cuts a chunk off after `size` bytes; what lies behind becomes a chunk of its own.
  mutating func split(_ id: ChunkID, after size: UInt64, _ state: Chunk.State) -> ChunkID {
    let chunk = self[id]
    self[id].size = size
    return make(
      chunk.start + size, chunk.size - size, below: id, above: chunk.above, arena: chunk.arena,
      state)
  }

  /// Joins a chunk with the one above it, which ceases to be.
  mutating func absorbAbove(_ id: ChunkID) {
    let above = self[id].above
    self[id].size += self[above].size
    remove(above)
  }

  /// Forgets a chunk; its neighbours become each other's.
  mutating func remove(_ id: ChunkID) {
    let chunk = self[id]
    if chunk.below != 0 { self[chunk.below].above = chunk.above }
    if chunk.above != 0 { self[chunk.above].below = chunk.below }
    index.set(chunk.start + header, to: 0)
    self[id].state = .fence
    self[id].next = spare
    spare = id
  }
}
