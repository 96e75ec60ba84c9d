/// Who is to blame for a broken rule.
extension PolicyChecker {
  /// With what keeps the largest span from being larger.
  func blaming(_ answer: RuleAnswer, _ owners: CountedOwners) -> RuleAnswer {
    guard answer.verdict == .broken, let ranking = try? PinRanking(room, for: []) else {
      return answer
    }
    var answer = answer
    answer.pins = ranking.worstPins(for: []).filter { $0.regions.allSatisfy(owners.counts) }
    return answer
  }

  /// With the groups that hold most of `parts`, what can go first.
  func blaming(
    _ answer: RuleAnswer, _ parts: [(index: Int, bytes: ByteCount)]
  ) -> RuleAnswer {
    guard answer.verdict == .broken else { return answer }
    var bytes: [Int: ByteCount] = [:]
    for part in parts {
      let group = groups.partitioningIndex { $0.indices.upperBound > part.index }
      guard group < groups.count else { continue }
      bytes[group, default: .zero] += part.bytes
    }
    let order = bytes.sorted { left, right in
      let (one, other) = (groups[left.key], groups[right.key])
      if one.isMovable != other.isMovable { return one.isMovable }
      if left.value != right.value { return left.value > right.value }
      return left.key < right.key
    }
    var answer = answer
    answer.pins = order.map { pin(of: groups[$0.key].indices, action: groups[$0.key].action) }
    return answer
  }

  /// The pins that these stretches of regions are, those that join most first.
  func pins(_ runs: [Range<Int>]) -> [Pin] {
    runs.map { run in
      let first = groups.partitioningIndex { $0.indices.upperBound > run.lowerBound }
      let members = groups[first...].prefix { $0.indices.lowerBound < run.upperBound }
      let fixed = members.first { !$0.isMovable }?.action
      let largest = members.max { $0.range.size < $1.range.size }?.action
      return pin(of: run, action: fixed ?? largest ?? .free)
    }
    .sorted { ($1.joined, $0.range.lower) < ($0.joined, $1.range.lower) }
  }

  private func pin(of indices: Range<Int>, action: Pin.Action) -> Pin {
    let gap = room.gap(without: indices).range
    let largest = room.largestFreeSpan?.size ?? .zero
    let first = room.regions[indices.lowerBound].range
    let last = room.regions[indices.upperBound - 1].range
    return Pin(
      range: AddressRange(first.lower, last.upper) ?? first, regions: indices, action: action,
      joined: gap.size, largestGain: gap.size.lowered(by: largest), bufferGain: [])
  }
}
