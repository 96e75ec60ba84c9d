/// The lists of free chunks.
extension GlibcAllocator {
  /// Puts a chunk at the beginning of a list.
  mutating func push(_ id: ChunkID, _ bin: Int, _ arena: Int) {
    let head = arenas[arena].head(bin)
    arenas[arena].mark(bin)
    link(id, after: head)
  }

  private mutating func link(_ id: ChunkID, after previous: ChunkID) {
    let next = table[previous].next
    table[id].state = .free
    table[id].previous = previous
    table[id].next = next
    table[id].smaller = 0
    table[previous].next = id
    table[next].previous = id
  }

  /// Takes a chunk out of its list.
  mutating func unlink(_ id: ChunkID) {
    let chunk = table[id]
    table[chunk.previous].next = chunk.next
    table[chunk.next].previous = chunk.previous
    if chunk.next == chunk.previous, table[chunk.next].state == .head {
      let arena = Int(chunk.arena)
      arenas[arena].unmark(Int(chunk.next - arenas[arena].lists))
    }
    guard chunk.smaller != 0 else { return }
    // The first of its size: the next of that size takes its place in the ring, if there is one.
    if table[chunk.next].smaller == 0 {
      if chunk.smaller == id {
        table[chunk.next].smaller = chunk.next
        table[chunk.next].larger = chunk.next
        return
      }
      table[chunk.next].smaller = chunk.smaller
      table[chunk.next].larger = chunk.larger
      table[chunk.smaller].larger = chunk.next
      table[chunk.larger].smaller = chunk.next
    } else {
      table[chunk.smaller].larger = chunk.larger
      table[chunk.larger].smaller = chunk.smaller
    }
  }

  /// Puts a chunk into the list for its size: a small one first, a large one where the list stays
  /// in descending order, behind the first of its size.
  mutating func sort(_ id: ChunkID, _ arena: Int) {
    let size = table[id].size
    let bin = rules.bin(size)
    guard size >= rules.firstLarge else { return push(id, bin, arena) }
    let head = arenas[arena].head(bin)
    arenas[arena].mark(bin)
    let first = table[head].next
    guard first != head else {
      link(id, after: head)
      table[id].smaller = id
      table[id].larger = id
      return
    }
    let last = table[head].previous
    if size < table[last].size {
      link(id, after: last)
      enterRing(id, before: first)
      return
    }
    var place = first
    while size < table[place].size { place = table[place].smaller }
    if size == table[place].size {
      link(id, after: place)
    } else {
      link(id, after: table[place].previous)
      enterRing(id, before: place)
    }
  }

  /// Enters the ring of first chunks between `next` and what was before that.
  private mutating func enterRing(_ id: ChunkID, before next: ChunkID) {
    let larger = table[next].larger
    table[id].smaller = next
    table[id].larger = larger
    table[next].larger = id
    table[larger].smaller = id
  }
}
