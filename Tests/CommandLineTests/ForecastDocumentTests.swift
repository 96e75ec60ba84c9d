import TestSupport
import Testing

@Suite("The document addrspace.forecast/1", .needsProgram)
struct ForecastDocumentTests {
  private func document(_ options: String..., of map: String) async throws -> JSON {
    let result = try await Program()(["forecast", "-", "--json"] + options, input: map)
    #expect(result.status == 0, "\(result.error)")
    return try JSON(result.output)
  }

  @Test(
    "has every key in its type",
    arguments: [
      SmallMap.usual, SmallMap.pinned, SmallMap.fragmented, SmallMap.exhausted, SmallMap.wide,
      SmallMap.usual + "nonsense\n",
    ])
  func shape(map: String) async throws {
    let document = try await document("--buffer", "48MiB", "--buffer", "1G@4M", of: map)
    #expect(Shape.forecast.faults(of: document) == [])
    #expect(document["buffers"].items.map { $0["request"].text } == ["48MiB", "1G@4M"])
    #expect(document["buffers"][0]["alignmentBytes"] == .null)
    #expect(document["buffers"][1]["alignmentBytes"] == .integer(4 << 20))
  }

  @Test("without --buffer asks for the usual picture")
  func usual() async throws {
    let document = try await document(of: SmallMap.usual)
    #expect(document["buffers"].items.map { $0["request"].text } == ["8000x6000x4x2"])
  }

  @Test("placements are as many as fit, whole and apart")
  func placements() async throws {
    let document = try await document(
      "--buffer", "8000x6000x4x2", "--allocator", "mmap", of: SmallMap.pinned)
    let buffer = document["buffers"][0]
    let places = buffer["placements"].items.map {
      ($0["low"].address ?? 0, $0["high"].address ?? 0)
    }
    #expect(UInt64(places.count) == buffer["fits"].integer)
    #expect(places.allSatisfy { $0.1 - $0.0 == buffer["footprintBytes"].integer })
    let ordered = places.sorted { $0.0 < $1.0 }
    #expect(zip(ordered, ordered.dropFirst()).allSatisfy { $0.1 <= $1.0 })
  }

  @Test("placements end at a thousand unless --top says otherwise")
  func top() async throws {
    let small = ["forecast", "-", "--json", "--buffer", "1MiB", "--allocator", "mmap"]
    func count(_ options: String...) async throws -> (UInt64?, Int) {
      let buffer = try JSON(
        try await Program()(small + options, input: SmallMap.usual).output)["buffers"][0]
      return (buffer["fits"].integer, buffer["placements"].items.count)
    }
    let (fits, shown) = try await count()
    #expect(fits ?? 0 > 2000 && shown == 1000)
    #expect(try await count("--top", "7") == (fits, 7))
    let (again, all) = try await count("--top", "0")
    #expect(again == fits && fits == UInt64(all))
  }

  @Test("why names the size and the free bytes; nextFit says what to clear")
  func nextFit() async throws {
    let map = SmallMap.fragmented
    let buffer = try await document(of: map)["buffers"][0]
    let why = try #require(buffer["why"].text)
    #expect(why.contains("366.2 MiB") && why.hasSuffix("."))
    let next = buffer["nextFit"]
    #expect(next["gain"].integer ?? 0 >= 1)
    let cleared = next["clear"].items
    #expect(cleared.compactMap { $0["bytes"].integer }.reduce(0, +) == next["clearBytes"].integer)
    let low = try #require(next["low"].address)
    let high = try #require(next["high"].address)
    #expect(high - low >= 384_004_096)
    #expect(
      cleared.allSatisfy { $0["low"].address ?? 0 >= low && $0["high"].address ?? .max <= high })
    #expect(cleared.allSatisfy { $0["action"] != .text("fixed") })
  }

  @Test("nextFit is null where nothing that can go would help")
  func noNextFit() async throws {
    let buffer = try await document("--buffer", "4G", of: SmallMap.usual)["buffers"][0]
    #expect(buffer["fits"] == .integer(0) && buffer["nextFit"] == .null)
    #expect(buffer["placements"] == .list([]))
  }

  @Test("a sequence ends with the first that is refused")
  func sequence() async throws {
    let document = try await document(
      "--sequence", "--buffer", "1G*2", "--buffer", "512M", "--buffer", "1G*3", "--buffer", "1M",
      of: SmallMap.usual)
    #expect(Shape.forecast.with(["sequence": Shape.sequence]).faults(of: document) == [])
    let steps = document["sequence"].items
    #expect(steps.map { $0["request"].text } == ["1G", "1G", "512M", "1G"])
    #expect(steps.dropLast().allSatisfy { $0["placed"] == .flag(true) && $0["low"].address != nil })
    let last = try #require(steps.last)
    #expect(last["placed"] == .flag(false) && last["low"] == .null && last["high"] == .null)
  }
}
