/// Sizes that come and go, of which the largest is asked for.
struct SizeBag {
  /// How often each size is in the bag; of sizes in `heap` also when it is not.
  private var counts: [UInt64: Int] = [:]
  /// Each size once, no child larger than its parent; also sizes that went meanwhile.
  private var heap: [UInt64] = []
  private(set) var count = 0

  mutating func add(_ size: UInt64) {
    count += 1
    if counts[size, default: -1] >= 0 {
      counts[size, default: 0] += 1
    } else {
      counts[size] = 1
      push(size)
    }
  }

  mutating func remove(_ size: UInt64) {
    count -= 1
    counts[size, default: 0] -= 1
    // What went is kept until it is the largest, but not without end.
    if heap.count > 2 * count + 64 { rebuild() }
  }

  /// The largest size in the bag, nil where it is empty.
  mutating func largest() -> UInt64? {
    while let top = heap.first {
      if counts[top, default: 0] > 0 { return top }
      counts[top] = nil
      pop()
    }
    return nil
  }

  private mutating func rebuild() {
    counts = counts.filter { $0.value > 0 }
    heap = counts.keys.sorted(by: >)
  }

  private mutating func push(_ size: UInt64) {
    var index = heap.count
    heap.append(size)
    while index > 0, heap[(index - 1) / 2] < size {
      heap[index] = heap[(index - 1) / 2]
      index = (index - 1) / 2
    }
    heap[index] = size
  }

  private mutating func pop() {
    guard let last = heap.popLast(), !heap.isEmpty else { return }
    var index = 0
    while true {
      var child = 2 * index + 1
      guard child < heap.count else { break }
      if child + 1 < heap.count, heap[child + 1] > heap[child] { child += 1 }
      guard heap[child] > last else { break }
      heap[index] = heap[child]
      index = child
    }
    heap[index] = last
  }
}
