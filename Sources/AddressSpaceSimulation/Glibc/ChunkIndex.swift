/// Finds a chunk's record by the address of its block: a table of pages, as a processor has.
///
/// Blocks lie at multiples of 8 or 16. What 64 KiB hold stands in a leaf; a window of 4 GiB knows its
/// leaves; a process has a few windows, a 32-bit one a single one.
struct ChunkIndex {
  private let shift: UInt64
  private let leafMask: UInt64
  private var windows: [UInt64] = []
  private var last = 0
  /// For each window, the leaf of each 64 KiB, counted from one.
  private var directory: ContiguousArray<Int32> = []
  private var leaves: ContiguousArray<ChunkID> = []

  init(alignment: UInt64) {
    shift = UInt64(alignment.trailingZeroBitCount)
    leafMask = (1 << (16 - shift)) - 1
  }

  /// The chunk whose block begins at an address, zero where there is none.
  func find(_ block: UInt64) -> ChunkID {
    let window = block >> 32
    var index = last
    if index >= windows.count || windows[index] != window {
      guard let found = windows.firstIndex(of: window) else { return 0 }
      index = found
    }
    let leaf = directory[index << 16 | Int(block >> 16 & 0xFFFF)]
    guard leaf > 0, block & ((1 << shift) - 1) == 0 else { return 0 }
    return leaves[slot(leaf, block)]
  }

  mutating func set(_ block: UInt64, to chunk: ChunkID) {
    let window = block >> 32
    if last >= windows.count || windows[last] != window {
      if let found = windows.firstIndex(of: window) {
        last = found
      } else {
        last = windows.count
        windows.append(window)
        directory.append(contentsOf: ContiguousArray(repeating: 0, count: 1 << 16))
      }
    }
    let entry = last << 16 | Int(block >> 16 & 0xFFFF)
    var leaf = directory[entry]
    if leaf == 0 {
      leaf = Int32(leaves.count >> (16 - Int(shift))) + 1
      leaves.append(contentsOf: ContiguousArray(repeating: 0, count: Int(leafMask) + 1))
      directory[entry] = leaf
    }
    leaves[slot(leaf, block)] = chunk
  }

  private func slot(_ leaf: Int32, _ block: UInt64) -> Int {
    Int(leaf - 1) << (16 - Int(shift)) | Int(block >> shift & leafMask)
  }
}
