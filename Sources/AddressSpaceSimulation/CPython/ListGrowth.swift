/// How much room lists leave for what will be appended (`list_resize`).
struct ListGrowth: Sendable {
  private let build: PythonBuild

  init(_ build: PythonBuild) {
    self.build = build
  }

  /// The room of a list that has to grow to `count` items by one.
  func capacity(for count: Int) -> Int {
    if build.isSince(3, 9) { return (count + count >> 3 + 6) & ~3 }
    if build.isSince(2, 4) { return count + count >> 3 + (count < 9 ? 3 : 6) }
    // Room was not remembered, but computed from the length each time.
    var shift = 0
    var rest = count >> 5
    repeat {
      rest >>= 3
      shift += 3
    } while rest > 0
    return (count >> shift + 1) << shift
  }

  /// The rooms that a list goes through until it holds `count` items, one appended after another.
  func capacities(upTo count: Int) -> [Int] {
    var capacities: [Int] = []
    var capacity = 0
    while capacity < count {
      capacity = self.capacity(for: capacity + 1)
      capacities.append(capacity)
    }
    return capacities
  }
}
