extension Room {
  /// The largest single request that each allocator of the layout's system would serve now.
  public func largestRequests() -> [(allocator: Allocator.Family, bytes: ByteCount)] {
    let families: [Allocator.Family] =
      layout.system == .linux ? [.mmap, .malloc] : [.virtualalloc, .heapalloc]
    return families.map { ($0, largestRequest(by: Allocator($0))) }
  }

  /// The largest number of bytes that one request can get from `allocator`, zero where none can.
  ///
  /// What a request costs never falls as it grows, so the largest is found by halving.
  public func largestRequest(by allocator: Allocator) -> ByteCount {
    let block = largestBlock
    let model = FootprintModel(allocator: allocator, layout: layout, facts: facts)
    let budget = Budget(self)
    func isServed(_ bytes: UInt64) -> Bool {
      guard let footprint = try? model.footprint(of: BufferRequest(bytes: ByteCount(bytes))),
        let one = footprint.blocks.first
      else { return false }
      if one.size <= block, budget.map({ $0.mappings >= 0 && $0.count(of: one) > 0 }) ?? true {
        return true
      }
      return footprint.heapGrowth.map { isServedByHeap($0, budget) } == true
    }
    var low: UInt64 = 0
    var high = max(layout.space.size.value, 1)
    while low < high {
      let middle = high - (high - low) / 2
      if isServed(middle) { low = middle } else { high = middle - 1 }
    }
    return ByteCount(low)
  }

  /// The largest block that some search can place in some free span, in bytes.
  private var largestBlock: ByteCount {
    var largest = ByteCount.zero
    for span in freeSpans where span.size > largest {
      guard let placeable = span.placeable else { continue }
      for search in layout.searches {
        for part in search.parts(of: placeable) {
          guard let base = part.lower.roundedUp(to: search.alignment), base < part.upper else {
            continue
          }
          let usable =
            search.slack > .zero ? part.size.lowered(by: search.slack) : part.upper - base
          largest = max(largest, usable.roundedDown(to: layout.pageSize))
        }
      }
    }
    return largest
  }

  private func isServedByHeap(_ growth: HeapGrowth, _ budget: Budget?) -> Bool {
    guard let end = endOfBreak else { return false }
    let range = freeSpans.lazy.compactMap(\.placeable).first { $0.lower == end }
    let free = range.map { $0.size.lowered(by: layout.pageSize) } ?? .zero
    let room = budget.map { min(free, $0.heapRoom, $0.largestRequest) } ?? free
    return growth.count(room: room, heap: facts.heap, page: layout.pageSize) > 0
      || facts.heap.map { growth.count(in: $0) > 0 } == true
  }
}
