/// Finds what each wall that is known allows of one kind of buffer.
struct WallFinder {
  let room: Room
  let footprint: Footprint
  /// How many the target's own heap serves, which no wall forbids.
  let heapFits: UInt64

  /// All walls, address space first.
  ///
  /// What a wall allows is counted as if it stood alone; where two together allow less than either,
  /// the nearer one is said to.
  ///
  /// - Parameters:
  ///   - open: how many address space alone would hold.
  ///   - fits: how many are given.
  func walls(open: UInt64, fits: UInt64) -> [Wall] {
    let first = Wall(
      .addressSpace, limit: .bytes(room.layout.space.size), used: .bytes(room.mappedBytes),
      fits: open)
    var others = others(open: open).map { $0.with(fits: max($0.fits, fits)) }
    if open > fits, let least = others.indices.min(by: { others[$0].fits < others[$1].fits }) {
      others[least] = others[least].with(fits: fits)
    }
    return [first] + others
  }

  private func others(open: UInt64) -> [Wall] {
    guard let limits = room.facts.limits, let mapped = room.mapped, let budget = Budget(room) else {
      return []
    }
    if room.layout.system == .windows {
      guard let commit = limits.commit else { return [] }
      return [
        Wall(
          .commitLimit, limit: .bytes(commit.limit), used: .bytes(commit.used),
          fits: count(budget.promised))
      ]
    }
    var walls: [Wall] = []
    if let limit = limits.addressSpace, let soft = limit.soft {
      walls.append(
        Wall(
          .resourceAddressSpace, limit: .bytes(soft), used: .bytes(mapped.bytes),
          fits: count(budget.space), hard: limit.hard))
    }
    if let limit = limits.data, let soft = limit.soft, !limits.ignoresData {
      walls.append(
        Wall(
          .resourceData, limit: .bytes(soft), used: .bytes(mapped.data),
          fits: count(budget.data, growth: budget.growth), hard: limit.hard))
    }
    if let most = limits.mostMappings {
      let left = budget.mappings < 0 ? 0 : max(open, UInt64(budget.mappings) + 1)
      walls.append(
        Wall(
          .mapCount, limit: .count(most), used: .count(mapped.count),
          fits: max(left * footprint.buffersPerSet, heapFits)))
    }
    if let overcommit = limits.overcommit { walls += wall(of: overcommit, budget) }
    return walls
  }

  private func wall(of overcommit: Overcommit, _ budget: Budget) -> [Wall] {
    switch overcommit.mode {
    case .always: return []
    case .never:
      return [
        Wall(
          .overcommit, limit: .bytes(overcommit.limit), used: .bytes(overcommit.committed),
          fits: count(budget.promised))
      ]
    case .heuristic:
      let ask = footprint.blocks.map { $0.size.adding($0.slack) ?? $0.size }.max() ?? .zero
      guard ask > budget.largestRequest else { return [] }
      return [
        Wall(
          .overcommit, limit: .bytes(budget.largestRequest), used: .bytes(.zero), fits: heapFits)
      ]
    }
  }

  /// How many fit into so many bytes, were there no end of addresses.
  private func count(_ left: ByteCount, growth most: ByteCount = ByteCount(.max)) -> UInt64 {
    guard let block = footprint.blocks.first, footprint.blocks.count == 1, block.size > .zero else {
      return left.value / max(1, footprint.bytes.value)
    }
    let capacity = SpanCapacity(footprint: footprint, room: room)
    var left = left
    var count = heapFits
    func growHeap() {
      let growth = capacity.growth(below: Address(.max), atMost: min(left, most))
      left = left.lowered(by: growth.bytes)
      count += growth.chunks
    }
    if capacity.heapIsFirst { growHeap() }
    let blocks = left.lowered(by: block.slack).value / block.size.value
    left = left.lowered(by: ByteCount(blocks * block.size.value))
    count += blocks * footprint.buffersPerSet
    if !capacity.heapIsFirst { growHeap() }
    return count
  }
}

extension Room {
  /// The memory that would not hold `fits` buffers once they are touched, what has least first.
  func memoryWarnings(fits: UInt64, footprint: ByteCount) -> [Wall] {
    guard let limits = facts.limits, fits > 0 else { return [] }
    var walls: [Wall] = []
    if let cgroup = limits.cgroup {
      let left = cgroup.limit.lowered(by: cgroup.used)
      walls.append(
        Wall(
          .cgroup, limit: .bytes(cgroup.limit), used: .bytes(cgroup.used),
          fits: left.value / max(1, footprint.value)))
    }
    if let memory = limits.memory {
      let all = memory.total.adding(memory.swapTotal) ?? memory.total
      let left = memory.available.adding(memory.swapFree) ?? memory.available
      walls.append(
        Wall(
          .memory, limit: .bytes(all), used: .bytes(all.lowered(by: left)),
          fits: left.value / max(1, footprint.value)))
    }
    return walls.filter { $0.fits < fits }.sorted { $0.fits < $1.fits }
  }
}
