import AddressSpace
import AddressSpaceSimulation
import Foundation

/// `PlaceTimes LAYOUT REGIONS RUNS`: makes a space of so many regions with holes between them, gives
/// some up and maps as many others until that were a hundred thousand, and prints the nanoseconds of
/// mapping one and of giving one up.
@main
struct PlaceTimes {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let regions = Int(arguments[2]), let runs = Int(arguments[3]),
      let layout = LayoutPreset.all.first(where: { $0.layout.name == arguments[1] })?.layout
    else {
      FileHandle.standardError.write(Data("usage: PlaceTimes LAYOUT REGIONS RUNS\n".utf8))
      exit(64)
    }
    var churn = Churn(layout, regions: regions)
    let clock = ContinuousClock()
    for _ in 0..<runs {
      var (mapping, giving) = (Duration.zero, Duration.zero)
      for _ in 0..<100_000 / Churn.batch {
        giving += clock.measure { churn.give() }
        mapping += clock.measure { churn.take() }
      }
      let each = { (time: Duration) in Int(time / .nanoseconds(1)) / 100_000 }
      print(churn.space.regionCount, each(mapping), each(giving))
    }
    // A copy for each run of a scenario, which changes one thing at once.
    let start = clock.now
    for _ in 0..<1000 { churn.copy() }
    print("copy", Int((clock.now - start) / .nanoseconds(1)) / 1000)
  }
}

/// A space in which mappings of a few pages come and go.
private struct Churn {
  var space: ModelledSpace
  private var live: [AddressRange] = []
  private var random = SeededRandom(seed: 1)
  private let mappings = ["thumbnail", "", "Python arena"].flatMap { owner in
    [Mapping(owner), Mapping(owner, access: .read), Mapping(owner, access: [.read, .execute])]
  }

  init(_ layout: Layout, regions: Int) {
    space = ModelledSpace(layout)
    while true {
      for _ in 0..<regions / 4 + 1 where space.regionCount < regions { map() }
      guard space.regionCount < regions else { return }
      for _ in 0..<regions / 8 { unmap() }
    }
  }

  private mutating func map() {
    let size = ByteCount((random.next(below: 12) + 1) * 4096)
    let mapping = mappings[Int(random.next(below: UInt64(mappings.count)))]
    if let range = space.map(size, mapping) { live.append(range) }
  }

  private mutating func unmap() {
    guard !live.isEmpty else { return }
    let place = Int(random.next(below: UInt64(live.count)))
    live.swapAt(place, live.count - 1)
    space.unmap(live.removeLast())
  }

  /// So few that the number of regions stays about the same.
  static let batch = 25

  mutating func give() { for _ in 0..<Self.batch { unmap() } }

  mutating func take() { for _ in 0..<Self.batch { map() } }

  func copy() {
    var other = space
    _ = other.map(4096, mappings[0])
  }
}
