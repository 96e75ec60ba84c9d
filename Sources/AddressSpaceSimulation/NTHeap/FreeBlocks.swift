import AddressSpace

/// The free blocks of a heap that are committed: the smallest that is large enough is found, and of
/// small ones that which was freed last.
struct FreeBlocks: Sendable {
  /// The size of each, by where it begins.
  private var sizes: [UInt64: UInt64] = [:]
  /// Where each begins, by where it ends.
  private var starts: [UInt64: UInt64] = [:]
  /// Small ones by their size in units, those that are taken since among them.
  private var small: [[UInt64]] = Array(repeating: [], count: Self.smallSizes)
  /// Which of `small` have any, a bit each.
  private var some: [UInt64] = [0, 0]
  /// The others, by size and then address.
  private var large = SortedChunks<Large>()
  /// How many bytes they are.
  private(set) var bytes: UInt64 = 0

  private struct Large: Comparable {
    let size: UInt64
    let start: UInt64

    static func < (left: Large, right: Large) -> Bool {
      (left.size, left.start) < (right.size, right.start)
    }
  }

  private static let smallSizes = 128
  /// Of 64-bit programs every second list stays empty.
  private static let unit: UInt64 = 8

  /// The size of the block that begins there, nil where none does.
  func size(at start: UInt64) -> UInt64? { sizes[start] }

  /// Adds a block that touches none of them unless the two lie in different segments.
  mutating func insert(_ start: UInt64, _ size: UInt64) {
    guard size > 0 else { return }
    let (lower, upper) = joined(start, size)
    let whole = upper - lower
    sizes[lower] = whole
    starts[upper] = lower
    bytes += whole
    let index = Int(whole / Self.unit)
    if index < Self.smallSizes {
      small[index].append(lower)
      some[index >> 6] |= 1 << UInt64(index & 63)
    } else {
      large.insert(Large(size: whole, start: lower))
    }
  }

  /// Takes out the blocks that touch a stretch, and says what they are together.
  mutating func joined(_ start: UInt64, _ size: UInt64) -> (lower: UInt64, upper: UInt64) {
    var (lower, upper) = (start, start + size)
    if let before = starts[lower], remove(before) != nil { lower = before }
    if let size = remove(upper) { upper += size }
    return (lower, upper)
  }

  /// Takes out the block that begins there, and says how large it is.
  @discardableResult
  mutating func remove(_ start: UInt64) -> UInt64? {
    guard let size = sizes.removeValue(forKey: start) else { return nil }
    starts.removeValue(forKey: start + size)
    bytes -= size
    if Int(size / Self.unit) >= Self.smallSizes {
      large.remove(Large(size: size, start: start))
    }
    return size
  }

  /// Takes out the smallest block of at least this size.
  mutating func take(atLeast size: UInt64) -> (start: UInt64, size: UInt64)? {
    var index = Int(min(size / Self.unit, UInt64(Self.smallSizes)))
    while let next = nextSmall(from: index) {
      let wanted = UInt64(next) * Self.unit
      while let start = small[next].popLast() {
        guard sizes[start] == wanted else { continue }
        remove(start)
        return (start, wanted)
      }
      some[next >> 6] &= ~(1 << UInt64(next & 63))
      index = next
    }
    guard let found = large.first(where: { $0.size >= size }) else { return nil }
    remove(found.start)
    return (found.start, found.size)
  }

  private func nextSmall(from index: Int) -> Int? {
    guard index < Self.smallSizes else { return nil }
    let word = index >> 6
    let rest = some[word] & (UInt64.max << UInt64(index & 63))
    if rest != 0 { return word << 6 + rest.trailingZeroBitCount }
    return word == 0 && some[1] != 0 ? 64 + some[1].trailingZeroBitCount : nil
  }
}
