import AddressSpace

/// Extents of jemalloc 5, as its own descriptions tell: these lie in blocks of 2 MiB and more that
/// begin with their size and tell how much of them is left.
struct JemallocRecognizer: ContentRecognizer {
  /// All that is jemalloc's, lowest first.
  private let ranges: [AddressRange]

  init?(_ scene: borrowing ContentScene) {
    let blocks = Self.blocks(scene)
    if blocks.isEmpty { return nil }
    ranges = Self.joined(blocks + Self.extents(in: blocks, scene))
  }

  /// `BASE_BLOCK_MIN_ALIGN`, 2 MiB (include/jemalloc/internal/base.h).
  private static let alignment: UInt64 = 2 << 20
  /// No more places are looked at for blocks.
  private static let mostPlaces = 1 << 16
  /// No more of the blocks is read.
  private static let mostWords = 1 << 22

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    ranges.map { ContentFacts.Piece($0, Origin(.jemalloc, .certain)) }
  }

  /// The blocks: each begins with its size and the next block, then a description (`edata_t`) of
  /// what is left of it, which ends where the block ends.
  private static func blocks(_ scene: borrowing ContentScene) -> [AddressRange] {
    var blocks: [AddressRange] = []
    var places = 0
    let regions = scene.map.regions
    for index in regions.indices
    where regions[index].isPlainMemory && regions[index].kind != .image {
      let range = regions[index].range
      guard var start = range.lower.roundedUp(to: ByteCount(alignment)) else { continue }
      while start < range.upper, places < mostPlaces {
        places += 1
        if let block = block(at: start, in: range, scene) {
          blocks.append(block)
          start = block.upper
        } else {
          start = start + ByteCount(alignment)
        }
      }
    }
    return blocks
  }

  private static func block(
    at start: Address, in region: AddressRange, _ scene: borrowing ContentScene
  ) -> AddressRange? {
    guard let words = scene.memory.words(at: start, count: 6) else { return nil }
    let size = words[0]
    guard size >= alignment, size % alignment == 0, size <= region.upper.value - start.value,
      words[1] == 0 || words[1] % alignment == 0 && scene.isReadable(words[1])
    else { return nil }
    // Flags of 64 bits, where what is left begins, how much that is.
    let flags = 8 / Int(scene.width)
    let (left, count) = (words[2 + flags], words[3 + flags])
    guard left > start.value, count < size, left <= start.value + size - count,
      left + count == start.value + size
    else { return nil }
    return AddressRange(start, start + ByteCount(size))
  }

  /// What the descriptions in the blocks say. One that is of no use any more still says what it
  /// described: only those count that the tree of all extents leads to.
  private static func extents(
    in blocks: [AddressRange], _ scene: borrowing ContentScene
  ) -> [AddressRange] {
    var found: [(place: UInt64, range: AddressRange)] = []
    var pointers: Set<UInt64> = []
    var left = mostWords
    let low = blocks.map(\.lower.value).min() ?? 0
    let high = blocks.map(\.upper.value).max() ?? 0
    for block in blocks {
      let count = min(left, Int(block.size.value / scene.width))
      guard count > 0, let words = scene.memory.words(at: block.lower, count: count) else {
        continue
      }
      left -= count
      let flags = 8 / Int(scene.width)
      for index in words.indices.dropLast(flags + 1) {
        if let range = extent(words, index, flags, scene) {
          found.append((block.lower.value + UInt64(index) * scene.width, range))
        }
        // The tree's leaves keep other things in the lowest and the highest bits of a pointer.
        let pointer = words[index] & 0x0000_FFFF_FFFF_FFF0
        if pointer >= low, pointer < high { pointers.insert(pointer) }
      }
    }
    return found.filter { pointers.contains($0.place) }.map(\.range)
  }

  /// What a description at `index` describes: flags, an address in the extent's first page, and a
  /// size that holds a number in its lowest bits.
  private static func extent(
    _ words: [UInt64], _ index: Int, _ flags: Int, _ scene: borrowing ContentScene
  ) -> AddressRange? {
    let start = words[index + flags] & ~4095
    let size = words[index + flags + 1] & ~4095
    guard start >= 1 << 16, start < 1 << 47, size > 0, size < 1 << 40,
      words[index + flags] % 64 == 0, words[index] != 0 || flags == 2 && words[index + 1] != 0,
      let range = AddressRange(Address(start), Address(start + size)), scene.isPlainMemory(range)
    else { return nil }
    return range
  }

  /// The same ranges, those that overlap or touch in one.
  private static func joined(_ ranges: [AddressRange]) -> [AddressRange] {
    var joined: [AddressRange] = []
    for range in ranges.sorted(by: { $0.lower < $1.lower }) {
      if let last = joined.last, range.lower <= last.upper,
        let both = AddressRange(last.lower, max(last.upper, range.upper))
      {
        joined[joined.count - 1] = both
      } else {
        joined.append(range)
      }
    }
    return joined
  }
}
