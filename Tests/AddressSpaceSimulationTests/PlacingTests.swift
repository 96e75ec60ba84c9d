import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

@testable import AddressSpace
@testable import AddressSpaceSimulation

/// The kernel's own answers to hundreds of random calls, and its map after them.
@Suite("Modelled spaces against the kernel", .serialized)
struct PlacingTests {
  /// How a program is started, and what of it the model has to know.
  struct Start: CustomTestStringConvertible, Sendable {
    var options: [String] = []
    var program = "placing"
    /// In KiB, as `ulimit -s` takes it; nil for that of the test.
    var stack: String?
    /// In MiB: with large requests the space gets full.
    var largest = 64

    var testDescription: String {
      "\(program) \(options.joined(separator: " ")) stack \(stack ?? "as it is") up to \(largest) MiB"
    }

    func facts(_ map: AddressMap) -> LayoutFacts {
      var facts = LayoutFacts()
      facts.isRead = true
      facts.wordSize = program == "placing64" ? .bits64 : .bits32
      facts.machine = program == "placing64" ? .x86_64 : .i386
      facts.kernelMachine = .x86_64
      var personality: Personality = []
      if options.contains("-R") { personality.insert(.noRandomization) }
      if options.contains("-L") { personality.insert(.legacyLayout) }
      if options.contains("-3") { personality.insert(.limit3GiB) }
      facts.personality = personality
      facts.legacySysctl = false
      facts.stackLimit =
        stack == "unlimited"
        ? LayoutFacts.unlimitedStack : stack.flatMap { UInt64($0) }.map { .kibibytes($0) }
      return facts
    }
  }

  static let starts = [
    Start(), Start(options: ["-R"]), Start(options: ["-R", "-L"]), Start(options: ["-R", "-3"]),
    Start(options: ["-R", "-3", "-L"]), Start(options: ["-R"], stack: "unlimited"),
    Start(options: ["-R"], stack: "1048576"), Start(options: ["-R"], program: "placing-nopie"),
    Start(options: ["-R"], largest: 700), Start(options: ["-R", "-L"], largest: 700),
    Start(options: ["-R", "-3"], largest: 900),
    Start(options: ["-R"], stack: "unlimited", largest: 700),
    Start(options: ["-R"], program: "placing-nopie", largest: 1500),
    Start(options: ["-R"], program: "placing64", largest: 1),
  ]

  @Test(
    "every address and the whole map",
    .enabled(if: Machine.victim("placing") != nil, "needs the victims of tools/build-victims"),
    arguments: starts)
  func everyAddress(start: Start) async throws {
    let victim = try #require(Machine.victim(start.program))
    for seed in 1...12 {
      var arguments = ["-c"]
      let limit = start.stack.map { "ulimit -s \($0); " } ?? "ulimit -s 8192; "
      arguments.append(
        limit
          + "exec setarch \(start.options.isEmpty ? "linux64" : start.options.joined(separator: " "))"
          + " \(victim) \(seed) 500 \(start.largest)")
      let result = try await run("/bin/sh", arguments)
      #expect(result.status == 0, "\(result.error)")
      let replay = try Replay(result.output, start)
      #expect(replay.firstMistake == nil, "seed \(seed)")
      guard replay.firstMistake == nil else { continue }
      #expect(
        replay.missing == [] && replay.surplus == [],
        "seed \(seed): only real \(replay.missing), only modelled \(replay.surplus)")
    }
  }
}

/// The calls of one run, made again in a model.
private struct Replay {
  private(set) var firstMistake: String?
  /// What only the kernel shows in the end, and what only the model.
  let missing: [String]
  let surplus: [String]
  private var space: ModelledSpace

  init(_ output: String, _ start: PlacingTests.Start) throws {
    let parts = output.split(separator: "\n\n", maxSplits: 1, omittingEmptySubsequences: false)
    let map = try MapsParser.parse(Array(parts[0].utf8) + [0x0A], path: nil).map
    let lines = parts[1].split(separator: "\n", omittingEmptySubsequences: true)
    let numbers = lines.map { line in
      line.split(separator: " ").dropFirst().map { UInt64($0, radix: 16) ?? 0 }
    }
    let calls = lines.prefix { $0 != "end" }
    var facts = start.facts(map)
    facts.startOfBreak = Address(numbers[0][0])
    let layout = Layout.inferred(from: map, facts: facts)
    space = ModelledSpace(Room(map: map, layout: layout, facts: facts))
    var mistake: String?
    var isCut = false
    for (place, line) in calls.enumerated() {
      // What is whole huge pages a 64-bit kernel aligns to them, which is not modelled.
      isCut = isCut || layout.wordSize == .bits64 && Self.isHuge(numbers[place], line)
      if isCut { break }
      let answer = Self.answer(String(line.prefix { $0 != " " }), numbers[place], &space)
      guard let answer, answer != numbers[place].last else { continue }
      mistake =
        "call \(place) \(line): model \(String(answer, radix: 16)), layout \(layout.searches)"
      break
    }
    firstMistake = mistake
    guard !isCut else {
      (missing, surplus) = ([], [])
      return
    }
    let last = lines[(calls.endIndex + 1)...].map { Array($0.utf8) }
    let end = try MapsParser.parse(Array(last.joined(separator: [0x0A])) + [0x0A], path: nil).map
    let real = end.regions.map(Self.text)
    let modelled = space.snapshot().map.regions.map(Self.text)
    missing = real.filter { !modelled.contains($0) }
    surplus = modelled.filter { !real.contains($0) }
  }

  private static func isHuge(_ numbers: [UInt64], _ line: Substring) -> Bool {
    line.hasPrefix("map ") && numbers[0] % (2 << 20) == 0
      || line.hasPrefix("remap ") && numbers[2] % (2 << 20) == 0
  }

  private static func text(_ region: Region) -> String {
    "\(region.range) \(region.access.letters) \(region.offset) \(region.name)"
  }

  /// What the model answers, nil for a line that is no call.
  private static func answer(
    _ call: String, _ numbers: [UInt64], _ space: inout ModelledSpace
  ) -> UInt64? {
    let failed = UInt64(space.layout.wordSize == .bits32 ? UInt64(UInt32.max) : .max)
    func range(_ place: Int = 0) -> AddressRange {
      AddressRange(Address(numbers[place]), Address(numbers[place] + numbers[place + 1]))
        ?? .everything(below: 1)
    }
    switch call {
    case "map":
      var mapping = Mapping(access: access(numbers[1]))
      if numbers[2] & 0x4000 != 0 { mapping.traits.insert(.noReserve) }
      if numbers[2] & 0x100 != 0 { mapping.traits.insert(.growsDown) }
      return space.map(ByteCount(numbers[0]), mapping)?.lower.value ?? failed
    case "map-at":
      return space.map(at: range(), Mapping(access: access(numbers[2]))) ? 1 : 0
    case "unmap":
      space.unmap(range())
      return 1
    case "protect":
      return space.protect(range(), access(numbers[2])) ? 1 : 0
    case "remap":
      let moved = space.remap(range(), to: ByteCount(numbers[2]), mayMove: numbers[3] == 1)
      return moved?.lower.value ?? failed
    case "brk":
      let isMoved = space.moveBreak(to: Address(numbers[0]))
      return isMoved ? numbers[0] : space.programBreak.value
    case "touch":
      guard let page = AddressRange(Address(numbers[0]), Address(numbers[0] + 4096)) else {
        return nil
      }
      space.touch(page)
      return space.access(at: page.lower)?.contains(.write) == true ? 1 : 0
    default: return nil
    }
  }

  private static func access(_ bits: UInt64) -> Region.Access {
    MapRules().access(bits)
  }
}
