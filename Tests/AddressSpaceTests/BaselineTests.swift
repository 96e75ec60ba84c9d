import TestSupport
import Testing

@testable import AddressSpace

@Suite("What is new since a baseline")
struct BaselineTests {
  /// A space of 600 pages with some regions at these pages.
  static func room(_ regions: [Region], facts: LayoutFacts = LayoutFacts()) -> Room {
    let space = ToySpace(
      style: .topDown, pages: 16..<616, pieces: [],
      passes: [.init(pages: 16..<616, isTopDown: true)])
    let map = AddressMap.assembling(regions).map.classified(with: facts)
    return Room(map: map, layout: space.layout, facts: facts)
  }

  static func region(
    _ pages: Range<Int>, _ name: String = "", _ access: Region.Access = [.read, .write]
  ) -> Region {
    Region(range: ToySpace.range(pages), access: access, inode: name.isEmpty ? 0 : 1, name: name)
  }

  /// - Parameter isMoved: whether the system's own lies elsewhere, as after another start.
  static func additions(
    _ before: [Region], _ after: [Region], isMoved: Bool = false
  ) -> Additions {
    let anchor = isMoved ? 613..<616 : 612..<615
    return Baseline(room(before + [region(612..<615, "[vdso]", .read)]))
      .additions(in: room(after + [region(anchor, "[vdso]", .read)]))
  }

  /// What something is made of, wherever it lies.
  struct Thing {
    var pages: Int
    var name = ""
    var access: Region.Access = [.read, .write]

    static func random(_ random: inout SeededGenerator) -> Thing {
      let names = ["", "", "", "/lib/liba.so", "/lib/libb.so", "[anon:cache]", "/data/table"]
      let accesses: [Region.Access] = [[.read, .write], [.read], []]
      return Thing(
        pages: Int.random(in: 1...9, using: &random),
        name: names.randomElement(using: &random) ?? "",
        access: accesses.randomElement(using: &random) ?? [])
    }
  }

  /// Things in this order, with random gaps that leave them all inside.
  static func placed(_ things: [Thing], _ random: inout SeededGenerator) -> [Region] {
    var slack = 590 - things.map(\.pages).reduce(0, +)
    var page = 16
    return things.map { thing in
      let gap = Bool.random(using: &random) ? 0 : Int.random(in: 0...min(40, slack), using: &random)
      (page, slack) = (page + gap, slack - gap)
      defer { page += thing.pages }
      return region(page..<page + thing.pages, thing.name, thing.access)
    }
  }

  static func things(_ random: inout SeededGenerator) -> [Thing] {
    (0..<Int.random(in: 0...40, using: &random)).map { _ in Thing.random(&random) }
  }

  @Test("a space against itself, and against the same things elsewhere, has nothing new")
  func nothing() throws {
    for seed in 0..<250 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let things = Self.things(&random)
      let before = Self.placed(things, &random)
      let same = Self.additions(before, before)
      try #require(same.parts.isEmpty && same.pins(between: .zero).isEmpty, "seed \(seed)")
      let other = Self.additions(
        before, Self.placed(things.shuffled(using: &random), &random), isMoved: true)
      try #require(other.parts.isEmpty && other.pins(between: .zero).isEmpty, "seed \(seed)")
    }
  }

  @Test("one region more is what is new, wherever the rest lies")
  func one() throws {
    for seed in 0..<250 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      var things = Self.things(&random)
      let before = Self.placed(things, &random)
      // No other is as large.
      let more = Thing(pages: 10 + Int.random(in: 0...20, using: &random))
      let place = Int.random(in: 0...things.count, using: &random)
      if Bool.random(using: &random) {
        // In its place, where it fits: nothing has moved.
        let free = Self.room(before).freeSpans.filter { $0.size >= ToySpace.bytes(more.pages) }
        guard let span = free.randomElement(using: &random) else { continue }
        let page = Int(span.range.lower.value / ToySpace.page)
        let added = Self.region(page..<page + more.pages)
        let additions = Self.additions(before, (before + [added]).shuffled(using: &random))
        let room = Self.room(before + [added])
        try #require(
          additions.parts.map { room.regions[$0.region].range } == [added.range], "seed \(seed)")
        try #require(additions.bytes == added.size)
      } else {
        things.insert(more, at: place)
        let after = Self.placed(things, &random)
        let additions = Self.additions(before, after, isMoved: true)
        try #require(additions.parts.map(\.region) == [place], "seed \(seed)")
        try #require(additions.bytes == ToySpace.bytes(more.pages), "seed \(seed)")
      }
    }
  }

  @Test("of any two spaces: what is new of each sort is what it has more of")
  func sums() throws {
    for seed in 0..<500 as Range<UInt64> {
      var random = SeededGenerator(seed: seed)
      let before = Self.placed(Self.things(&random), &random)
      let after = Self.placed(Self.things(&random), &random)
      let isMoved = Bool.random(using: &random)
      let additions = Self.additions(before, after, isMoved: isMoved)
      var more: [String: Int] = [:]
      for (regions, sign) in [(before, -1), (after, 1)] {
        for region in regions {
          more[Self.sort(region), default: 0] += sign * Int(region.size.value)
        }
      }
      // Memory of which nobody is seen to use it may be somebody's.
      let (unseen, seen) = (more["", default: 0], more["[anon:cache]", default: 0])
      if unseen.signum() != seen.signum() {
        more[""] = unseen > 0 ? max(0, unseen + seen) : 0
        more["[anon:cache]"] = seen > 0 ? max(0, unseen + seen) : 0
      }
      var found: [String: Int] = [:]
      for part in additions.parts {
        let region = after[part.region]
        try #require(part.bytes > .zero && part.bytes <= region.size, "seed \(seed)")
        found[Self.sort(region), default: 0] += Int(part.bytes.value)
      }
      if !isMoved {
        // In its place memory is the same, whoever uses it now.
        let memory = ["", "[anon:cache]"].map { found.removeValue(forKey: $0) ?? 0 }.reduce(0, +)
        try #require(memory >= max(0, unseen + seen), "seed \(seed)")
        (more[""], more["[anon:cache]"]) = (nil, nil)
      }
      try #require(found == more.filter { $0.value > 0 }, "seed \(seed)")
      let regions = additions.parts.map(\.region)
      try #require(regions == Array(Set(regions)).sorted(), "seed \(seed)")
    }
  }

  private static func sort(_ region: Region) -> String { region.name }

  @Test("what grew is new by its growth only")
  func growth() {
    let before = [Self.region(20..<30), Self.region(40..<47), Self.region(90..<100, "/lib/a.so")]
    let grown = Self.additions(
      before, [Self.region(20..<30), Self.region(40..<52), Self.region(90..<100, "/lib/a.so")])
    #expect(grown.parts == [Additions.Part(region: 1, bytes: ToySpace.bytes(5))])
    // Elsewhere, and cut by where it lies otherwise.
    let moved = Self.additions(
      before, [Self.region(60..<72), Self.region(100..<110), Self.region(190..<200, "/lib/a.so")])
    #expect(moved.parts == [Additions.Part(region: 0, bytes: ToySpace.bytes(5))])
    let cut = Self.additions(
      [Self.region(20..<200)],
      [Self.region(20..<30), Self.region(40..<210), Self.region(300..<333)])
    #expect(cut.parts == [Additions.Part(region: 2, bytes: ToySpace.bytes(33))])
  }

  @Test("of five alike where there were three, those are new that pin most")
  func alike() {
    let before = [20..<24, 30..<34, 40..<44].map { Self.region($0) }
    let after = [20..<24, 26..<30, 150..<154, 400..<404, 406..<410].map { Self.region($0) }
    #expect(Self.additions(before, after).parts.map(\.region) == [2, 3])
  }

  @Test("a file of another name and the same size is the same, a library is not")
  func renamed() {
    let names = ["/tmp/cache-1Z8", "/tmp/cache-9aQ"]
    #expect(
      Self.additions(
        [Self.region(20..<30, names[0], .read)], [Self.region(50..<60, names[1], .read)]
      ).parts.isEmpty)
    let library = Self.additions(
      [Self.region(20..<30, "/a.so.1", .read)], [Self.region(50..<60, "/a.so.2", .read)])
    #expect(library.bytes == ToySpace.bytes(10))
    #expect(
      Self.additions(
        [Self.region(20..<30, "/one/a.so", .read)],
        [Self.region(50..<60, "/two/a.so (deleted)", .read)]
      ).parts.isEmpty)
  }

  @Test("the first stack may be larger by what the kernel draws, and by no more")
  func stack() {
    func new(_ pages: Int, isMoved: Bool = true) -> ByteCount {
      let stack = { Self.region(570 - $0..<570, "[stack]") }
      return Self.additions([stack(33)], [stack(pages)], isMoved: isMoved).bytes
    }
    #expect(new(31) == .zero && new(33) == .zero && new(35) == .zero)
    #expect(new(36) == ToySpace.bytes(3))
    #expect(new(34, isMoved: false) == ToySpace.bytes(1))
  }

  @Test("a heap is compared without what its mapping has merged with")
  func heap() {
    func room(_ regions: [Region], start: Int) -> Room {
      var facts = LayoutFacts()
      facts.startOfBreak = ToySpace.range(start..<start + 1).lower
      return Self.room(regions, facts: facts)
    }
    let apart = room([Self.region(20..<24), Self.heap(40..<50)], start: 40)
    let merged = room([Self.heap(20..<34)], start: 24)
    #expect(Baseline(apart).additions(in: merged).parts.isEmpty)
    #expect(Baseline(merged).additions(in: apart).parts.isEmpty)
    let grown = room([Self.heap(20..<37)], start: 24)
    #expect(Baseline(apart).additions(in: grown).bytes == ToySpace.bytes(3))
    // More heap is new even where as much other memory is gone.
    let exchanged = room([Self.heap(40..<54)], start: 40)
    #expect(Baseline(apart).additions(in: exchanged).bytes == ToySpace.bytes(4))
  }

  private static func heap(_ pages: Range<Int>) -> Region {
    Region(range: ToySpace.range(pages), access: [.read, .write], name: "[heap]")
  }
}
