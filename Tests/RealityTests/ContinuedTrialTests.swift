import AddressSpace
import AddressSpaceProcess
import AddressSpaceSimulation
import SystemPackage
import TestSupport
import Testing

/// Scenarios that go on from 32-bit processes, which then really do the same.
@Suite("Scenarios that go on from programs of this machine", .serialized)
struct ContinuedTrialTests {
  @Test(
    "every buffer lies where it was said, and as many more fit",
    .enabled(if: Machine.victim("victim-pie") != nil, LinuxTrialTests.missing),
    arguments: LinuxTrialTests.personalities, ["victim-pie", "victim-nopie"])
  func goesOn(personality: [String], kind: String) async throws {
    let victim = try #require(Machine.victim(kind))
    for seed in 1...6 as ClosedRange<UInt64> {
      let size = ByteCount([384_000_000, 48_000_000, 9_000_000][Int(seed % 3)])
      let arguments = personality + [victim.string, "--seed", "\(seed)", "--allocator", "mmap"]
      let talk = Conversation(
        personality.isEmpty ? victim : "/usr/bin/setarch",
        personality.isEmpty ? Array(arguments.dropFirst()) : arguments)
      let ((outcomes, spaces), reality) = try await talk.held(bytes: size) { pid in
        let (snapshot, _) = try LiveProcess(pid: pid).snapshot()
        let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
        let runner = try ScenarioRunner(
          Self.scenario(layout.name, size),
          from: Room(map: snapshot.map, layout: layout, facts: snapshot.facts),
          catalogue: ImageCatalogue(images: [:], groups: [:], programs: [], sources: [:]), seed: 1)
        return (try runner.outcomes(ofRun: 1), try runner.spaces(ofRun: 1))
      }
      let comment: Comment = "seed \(seed), \(size), \(personality)"
      let taken = UInt64(Self.count)
      #expect(outcomes[0].fits == [reality.count], comment)
      #expect(outcomes[2].fits == [reality.count], comment)
      guard reality.count >= taken else {
        #expect(outcomes[1].failure == StepOutcome.Failure("buffer", size), comment)
        continue
      }
      #expect(outcomes[1].failure == nil && outcomes[1].fits == [reality.count - taken], comment)
      // The very places: what is new in the model is what the process then got.
      let before = Set(spaces[0].freeRanges)
      #expect(spaces[2].freeRanges == spaces[0].freeRanges, comment)
      let gone = reality.ranges.prefix(Self.count)
      for range in gone {
        #expect(before.contains { $0.lower <= range.lower && range.upper <= $0.upper }, comment)
        #expect(!spaces[1].freeRanges.contains { $0.overlaps(range) }, comment)
      }
      let rest = spaces[0].freeBytes - gone.map(\.size).reduce(.zero, +)
      #expect(spaces[1].freeBytes == rest, comment)
    }
  }

  private static let count = 2

  private static func scenario(_ layout: String, _ size: ByteCount) -> Scenario {
    Scenario(
      name: "more", about: "more buffers", settings: .init(system: layout, program: "hello"),
      buffers: [BufferRequest(bytes: size)], allocator: Allocator(.mmap),
      steps: [
        Scenario.Step("as it is", []),
        Scenario.Step(
          "more",
          [.allocate(BufferRequest(bytes: size), count: count, by: .mmap, as: "buffer")]),
        Scenario.Step("dropped", [.drop(["buffer"])]),
      ])
  }
}
