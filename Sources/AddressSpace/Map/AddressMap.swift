/// The mappings of one address space: in address order, none overlapping another.
public struct AddressMap: Sendable {
  /// All mappings, lowest first.
  public let regions: [Region]
  /// Those of them that have a name, as indices: few of many, and what layouts are told by.
  let named: [Int]
  /// The parts of programs and libraries, few of many too.
  private let imageIndices: [Int]

  /// The map of `regions`, which may come in any order, and those that overlapped one before them.
  ///
  /// `/proc` never reports an overlap, but files that were pasted together have them.
  public static func assembling(_ regions: [Region]) -> (map: AddressMap, overlapping: [Region]) {
    let ordered = zip(regions, regions.dropFirst()).allSatisfy { $0.range.upper <= $1.range.lower }
    if ordered { return (AddressMap(ordered: regions), []) }
    var kept: [Region] = []
    var overlapping: [Region] = []
    for region in regions.sorted(by: { $0.range.lower < $1.range.lower }) {
      if let last = kept.last, region.range.lower < last.range.upper {
        overlapping.append(region)
      } else {
        kept.append(region)
      }
    }
    return (AddressMap(ordered: kept), overlapping)
  }

  private init(ordered regions: [Region]) {
    self.regions = regions
    named = regions.indices.filter { !regions[$0].name.isEmpty }
    imageIndices = regions.indices.filter { regions[$0].kind == .image }
  }

  /// The lowest region whose name answers yes.
  public func first(named answers: (String) -> Bool) -> Region? {
    named.first { answers(regions[$0].name) }.map { regions[$0] }
  }

  /// The regions whose name answers yes, lowest first.
  public func all(named answers: (String) -> Bool) -> [Region] {
    named.filter { answers(regions[$0].name) }.map { regions[$0] }
  }

  /// The parts of programs and libraries, lowest first.
  public var images: [Region] { imageIndices.map { regions[$0] } }

  /// The same mappings with kinds that take their neighbours and `facts` into account.
  public consuming func classified(with facts: LayoutFacts) -> AddressMap {
    var classifier = RegionClassifier(regions: regions, facts: facts)
    _ = consume self
    classifier.classify()
    return AddressMap(ordered: classifier.regions)
  }

  /// The same mappings, those at these ranges of these kinds.
  consuming func marked(with kinds: [AddressRange: Region.Kind]) -> AddressMap {
    if kinds.isEmpty { return self }
    return AddressMap(
      ordered: regions.map { region in kinds[region.range].map(region.with) ?? region })
  }

  /// The bytes of all mappings, without the gate page above user space, which belongs to nobody.
  public var mappedBytes: ByteCount {
    var total = ByteCount.zero
    for region in regions where region.name != "[vsyscall]" { total += region.size }
    return total
  }

  /// The index of the first region that ends above `address`, `regions.count` where none does.
  public func index(above address: Address) -> Int {
    regions.partitioningIndex { $0.range.upper > address }
  }

  /// The region that holds `address`.
  public func region(at address: Address) -> Region? {
    let index = index(above: address)
    guard index < regions.count, regions[index].range.contains(address) else { return nil }
    return regions[index]
  }

  /// How much is mapped without a gap from `address` on, at most `limit`.
  public func mappedBytes(from address: Address, atMost limit: ByteCount) -> ByteCount {
    var end = address
    var index = index(above: address)
    while index < regions.count, regions[index].range.lower <= end, end - address < limit {
      end = regions[index].range.upper
      index += 1
    }
    return min(end - address, limit)
  }
}

extension RandomAccessCollection where Index == Int {
  /// The first index whose element answers yes, where every later one does too.
  @inlinable
  package func partitioningIndex(where answers: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = low + (high - low) / 2
      if answers(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
