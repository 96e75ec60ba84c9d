import AddressSpace
import AddressSpaceProcess
import AddressSpaceSimulation
import SystemPackage
import TestSupport
import Testing

/// A Windows program that takes and gives back regions: the model says each address before Wine does.
@Suite("Series of VirtualAlloc under Wine", .serialized)
struct WineSeriesTests {
  static let isPossible = Machine.testbed != nil && Machine.victim("vseries.exe") != nil

  /// One call of the series, and where the region of it lay, nil where it was refused.
  struct Call {
    let letter: Substring
    let size: ByteCount
    let address: Address?

    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard words.count > 1, ["+", "^", "-"].contains(words[0]), let last = words.last,
        let number = UInt64(last, radix: 16)
      else { return nil }
      letter = words[0]
      size = ByteCount(UInt64(words[1]) ?? 0)
      address = number == 0 ? nil : Address(number)
    }
  }

  @Test(
    "call for call", .enabled(if: isPossible, TestbedTrialTests.missing),
    arguments: ["vseries.exe", "vseries-laa.exe"], 1...4)
  func series(program: String, seed: Int) async throws {
    let root = try #require(Machine.testbed)
    let victim = try Fixtures.bytes(#require(Machine.victim(program)))
    try put(victim, at: root.appending("root").appending(program))
    let talk = Conversation(
      TestbedTrialTests.tool, ["run", "wine", "/root/\(program)", "\(seed)", "1500"])
    var (space, told) = try await talk.heard(bytes: 1) { pid, _ in
      let snapshot = try LiveProcess(pid: pid).snapshot().snapshot
      let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      return ModelledSpace(Room(map: snapshot.map, layout: layout, facts: snapshot.facts))
    }
    let calls = told.split(separator: "\n").compactMap(Call.init)
    #expect(calls.count == 1500)
    var taken: [Address: AddressRange] = [:]
    for (index, call) in calls.enumerated() {
      if call.letter == "-" {
        let range = call.address.flatMap { taken.removeValue(forKey: $0) }
        space.unmap(try #require(range))
        continue
      }
      let mapping = Mapping(access: [], isReserved: true, isTopDown: call.letter == "^")
      let range = space.map(call.size, mapping)
      #expect(
        range?.lower == call.address,
        "\(program), seed \(seed), call \(index): \(call.letter) \(call.size.value)")
      // One other address changes all that follow.
      guard range?.lower == call.address else { return }
      if let range { taken[range.lower] = range }
    }
  }
}
