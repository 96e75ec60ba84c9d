import Testing

@testable import AddressSpace

/// What other draws of randomisation would make of rules.
@Suite("Other draws")
struct OtherDrawsTests {
  /// A program under a 64-bit kernel with so many MiB below its library.
  private static func room(_ mebibytes: UInt64) throws -> Room {
    func region(_ lower: Address, _ size: ByteCount, _ name: String = "", inode: UInt64 = 0) throws
      -> Region
    {
      let range = try #require(AddressRange(lower, lower + size))
      return Region(range: range, access: [.read, .write], inode: inode, name: name)
    }
    let library: Address = 0xF7D0_0000
    let held = ByteCount.mebibytes(mebibytes)
    let map = AddressMap.assembling([
      try region(0x5658_0000, .kibibytes(64), "/bin/small.exe", inode: 1),
      try region(0x5700_0000, .kibibytes(132), "[heap]"),
      try region(library - held, held),
      try region(library, .mebibytes(2), "/lib/libc.so.6", inode: 2),
      try region(0xFFB0_0000, .kibibytes(132), "[stack]"),
    ]).map
    var facts = LayoutFacts()
    facts.isRandomized = true
    let layout = try #require(Layout.named("linux-i386-4g", map: map, facts: facts))
    return Room(map: map, layout: layout, facts: facts)
  }

  private static func trial(_ moments: [PolicyTrial.Moment]) throws -> PolicyTrial {
    // What is free in one piece then is just enough.
    let rules = try moments.map { moment in
      try PolicyRule(
        .largestFree, .atLeast(#require(moment.room.largestFreeSpan).size.value), excused: [])
    }
    var trial = try PolicyTrial(Policy(rules), worst: moments, of: 2)
    trial.noteOtherDraws()
    return trial
  }

  @Test("of two events at the same time each rule is asked of its own")
  func sameTime() throws {
    let moments = try [10, 700].enumerated().map { event, mebibytes in
      PolicyTrial.Moment(room: try Self.room(mebibytes), seconds: 1, event: event)
    }
    let together = try Self.trial(moments).results.map(\.randomisation)
    let apart = try moments.map { try Self.trial([$0]).results[0].randomisation }
    #expect(together == apart)
    let spreads = apart.compactMap { $0 }
    #expect(spreads.count == 2 && spreads[0].least > spreads[1].most)
  }
}
