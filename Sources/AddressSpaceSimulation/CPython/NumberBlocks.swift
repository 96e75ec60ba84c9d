internal import AddressSpace

/// The blocks of numbers of one kind (`block_list`, `free_list` in `Objects/intobject.c`).
struct NumberBlocks: Sendable {
  private let capacity: Int32
  private let bytes: UInt64
  private var blocks: [Block] = []
  /// Places in `blocks` that hold none.
  private var unused: [Int32] = []
  /// The blocks there are, the first of the list last.
  private var order: [Int32] = []
  /// Dead numbers: the next to be used last.
  private var dead: [BlockRun] = []

  private struct Block: Sendable {
    var address: Address
    var live: Int32
  }

  init(_ kind: BlockKind, in build: PythonBuild) {
    let block = kind.block(in: build)
    capacity = Int32(block.count)
    bytes = block.bytes
  }

  /// How many numbers can be had of the block that is next.
  var available: Int { Int(dead.last?.count ?? 0) }

  /// Takes numbers of one block; nil where there is no room for a new one.
  mutating func take<System, Heap>(
    atMost count: Int, in memory: inout ProgramMemory<System, Heap>
  ) -> BlockRun? {
    if dead.isEmpty {
      guard let address = memory.allocate(bytes) else { return nil }
      memory.touch(address, bytes)
      let index = unused.popLast() ?? Int32(blocks.count)
      let block = Block(address: address, live: 0)
      if Int(index) < blocks.count { blocks[Int(index)] = block } else { blocks.append(block) }
      order.append(index)
      dead.append(BlockRun(source: index, count: capacity))
    }
    let last = dead.count - 1
    let taken = min(dead[last].count, Int32(clamping: count))
    let source = dead[last].source
    dead[last].count -= taken
    if dead[last].count == 0 { dead.removeLast() }
    blocks[Int(source)].live += taken
    return BlockRun(source: source, count: taken)
  }

  /// Takes dead numbers back; their block stays.
  mutating func give(_ source: Int32, _ count: Int32) {
    blocks[Int(source)].live -= count
    if let last = dead.last, last.source == source {
      dead[dead.count - 1].count += count
    } else {
      dead.append(BlockRun(source: source, count: count))
    }
  }

  /// Frees the blocks that hold no live number (`PyInt_ClearFreeList`, 2.6 and later).
  mutating func clear<System, Heap>(in memory: inout ProgramMemory<System, Heap>) {
    dead.removeAll()
    var kept: [Int32] = []
    for index in order.reversed() {
      let block = blocks[Int(index)]
      if block.live == 0 {
        memory.free(block.address)
        unused.append(index)
      } else {
        kept.append(index)
        if block.live < capacity {
          dead.append(BlockRun(source: index, count: capacity - block.live))
        }
      }
    }
    order = kept
  }
}
