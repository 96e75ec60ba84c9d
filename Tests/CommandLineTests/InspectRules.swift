/// What holds between the numbers of every `addrspace.inspect/1`.
extension JSON {
  var inspectFaults: [String] {
    (totalFaults + spanFaults + bufferFaults + pinFaults).map { "\($0)" }
  }

  private var free: UInt64 { self["totals"]["freeBytes"].integer ?? 0 }

  private var totalFaults: [String] {
    let totals = self["totals"]
    let low = self["layout"]["low"].address ?? 0
    let high = self["layout"]["high"].address ?? 0
    let mapped = totals["mappedBytes"].integer ?? 0
    let kinds = self["kinds"].items
    let largest = self["freeSpans"][0]["bytes"].integer ?? 0
    let fragmentation = free == 0 ? 0 : 1 - Double(largest) / Double(free)
    return faults([
      ("space is what the layout gives", totals["spaceBytes"].integer == high - low),
      ("space is mapped and free", totals["spaceBytes"].integer == mapped &+ free),
      ("reserved is mapped", totals["reservedBytes"].integer ?? 0 <= mapped),
      ("reachable is free", totals["reachableFreeBytes"].integer ?? 0 <= free),
      ("unusable is free", totals["unusableBytes"].integer ?? .max <= free),
      ("kinds are mapped", kinds.compactMap { $0["bytes"].integer }.reduce(0, +) == mapped),
      (
        "kinds are the regions",
        kinds.compactMap { $0["regions"].integer }.reduce(0, +) == totals["regionCount"].integer
      ),
      (
        "fragmentation is 1 - largest / free",
        abs((self["fragmentation"].number ?? 9) - fragmentation) < 1e-12
      ),
    ])
  }

  private var spanFaults: [String] {
    let spans = self["freeSpans"].items
    let sizes = spans.map { ($0["bytes"].integer ?? 0, $0["low"].address ?? 0) }
    return faults([
      ("free spans are sorted", zip(sizes, sizes.dropFirst()).allSatisfy(Self.isLargerOrLower)),
      ("free spans are all that is free", sizes.map(\.0).reduce(0, +) == free),
      (
        "a span is as long as its ends say",
        spans.allSatisfy {
          ($0["high"].address ?? 0) &- ($0["low"].address ?? 0) == $0["bytes"].integer
            && $0["reachableBytes"].integer ?? .max <= $0["bytes"].integer ?? 0
        }
      ),
    ])
  }

  private static func isLargerOrLower(_ left: (UInt64, UInt64), _ right: (UInt64, UInt64)) -> Bool {
    left.0 > right.0 || left.0 == right.0 && left.1 < right.1
  }

  private var bufferFaults: [String] {
    self["buffers"].items.flatMap { buffer in
      let fits = buffer["fits"].integer ?? 0
      let contiguous = buffer["fitsIfContiguous"].integer ?? 0
      let verdict = buffer["verdict"].text
      let limits = buffer["limits"].items.compactMap { $0["fits"].integer }
      return faults([
        ("a buffer that fits is said to", (fits > 0) == (verdict == "fits")),
        ("an exhausted one fits nowhere", verdict != "exhausted" || contiguous == 0),
        ("a fragmented one would fit", verdict != "fragmented" || contiguous > 0),
        ("no more fit than in one piece", fits <= contiguous),
        ("fits is the least of the limits", limits.min() == fits),
        ("what is of no use is free", buffer["unusableFreeBytes"].integer ?? .max <= free),
        ("an exact answer knows the heap", buffer["heapFits"].integer ?? 0 <= fits),
      ])
    }
  }

  private var pinFaults: [String] {
    let pins = self["pins"].items
    let buffers = self["buffers"].items.count
    return faults([
      ("pins are sorted", zip(pins, pins.dropFirst()).allSatisfy(Self.isWorse)),
      (
        "a pin has a gain for each buffer",
        pins.allSatisfy { $0["bufferGain"].items.count == buffers }
      ),
      (
        "a pin joins at least itself",
        pins.allSatisfy { $0["joinedBytes"].integer ?? 0 >= $0["bytes"].integer ?? .max }
      ),
    ])
  }

  /// By what the largest span gains, then by what the buffers gain, both descending, then upward.
  private static func isWorse(_ left: JSON, _ right: JSON) -> Bool {
    let gains = [left, right].map { $0["largestGainBytes"].integer ?? 0 }
    if gains[0] != gains[1] { return gains[0] > gains[1] }
    let buffers = [left, right].map { $0["bufferGain"].items.compactMap(\.integer) }
    if buffers[0] != buffers[1] { return buffers[1].lexicographicallyPrecedes(buffers[0]) }
    return left["low"].address ?? 0 <= right["low"].address ?? 0
  }

  private func faults(_ rules: [(name: String, holds: Bool)]) -> [String] {
    rules.filter { !$0.holds }.map { "not so: \($0.name)" }
  }
}
