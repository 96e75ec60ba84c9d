/// Where calls that have begun return, further on in a log. No line is looked at twice.
struct StraceReturns {
  /// How far it was looked.
  private var position = 0
  /// What stands behind `resumed>` in the lines that were looked at, by process.
  private var rests: [Int32?: ArraySlice<Range<Int>>] = [:]

  /// What stands behind `resumed>` where a thread next returns, from `place` on; nil where it does
  /// not.
  mutating func next(of thread: Int32, in bytes: [UInt8], from place: Int) -> Range<Int>? {
    position = max(position, place)
    // A line has no process where only one is left.
    for pid in [thread, nil] {
      while let rest = rests[pid]?.first {
        if rest.lowerBound >= place { return rest }
        rests[pid]?.removeFirst()
      }
    }
    while let line = StraceLine.next(bytes, &position) {
      guard case .resumed(let rest) = line.content else { continue }
      rests[line.pid, default: []].append(rest)
      if line.pid == thread || line.pid == nil { return rest }
    }
    return nil
  }
}
