/// Numbers, and the largest of every half, quarter and so on of them: which is the next that is large
/// enough is found without looking at all.
struct MaximumTree: Sendable {
  /// Level by level from the root at 1; the leaves are the second half.
  private var values: [UInt64]
  /// How many numbers there are.
  private var count: Int
  private var firstLeaf: Int { values.count / 2 }

  /// The tree of some numbers.
  init(_ leaves: [UInt64]) {
    count = leaves.count
    var size = 1
    while size < leaves.count { size *= 2 }
    values = Array(repeating: 0, count: size) + leaves
    values += Array(repeating: 0, count: size - leaves.count)
    for index in stride(from: size - 1, to: 0, by: -1) {
      values[index] = max(values[2 * index], values[2 * index + 1])
    }
  }

  /// Makes room for a number before the one at `place`; it is zero until it is set.
  mutating func insert(at place: Int) {
    var leaves = Array(values[firstLeaf..<firstLeaf + count])
    leaves.insert(0, at: place)
    self = MaximumTree(leaves)
  }

  /// Removes the number at a place.
  mutating func remove(at place: Int) {
    var leaves = Array(values[firstLeaf..<firstLeaf + count])
    leaves.remove(at: place)
    self = MaximumTree(leaves)
  }

  /// The largest of all, zero where there are none.
  var largest: UInt64 { values[1] }

  /// The number at a place.
  subscript(place: Int) -> UInt64 {
    get { values[firstLeaf + place] }
    set {
      var index = firstLeaf + place
      values[index] = newValue
      while index > 1 {
        index /= 2
        let largest = max(values[2 * index], values[2 * index + 1])
        if values[index] == largest { return }
        values[index] = largest
      }
    }
  }

  /// The first place from `start` on whose number is at least `least`, which is above zero.
  func first(from start: Int, atLeast least: UInt64) -> Int? {
    var index = firstLeaf + start
    guard index < values.count else { return nil }
    while values[index] < least {
      // Up, until there is something on the right that was not looked at.
      while index & 1 == 1 { index /= 2 }
      if index == 0 { return nil }
      index += 1
    }
    while index < firstLeaf { index = values[2 * index] >= least ? 2 * index : 2 * index + 1 }
    return index - firstLeaf
  }

  /// The last place up to `end`, which is in it, whose number is at least `least`.
  func last(through end: Int, atLeast least: UInt64) -> Int? {
    guard end >= 0 else { return nil }
    var index = firstLeaf + end
    while values[index] < least {
      while index & 1 == 0 { index /= 2 }
      if index == 1 { return nil }
      index -= 1
    }
    while index < firstLeaf { index = values[2 * index + 1] >= least ? 2 * index + 1 : 2 * index }
    return index - firstLeaf
  }
}
