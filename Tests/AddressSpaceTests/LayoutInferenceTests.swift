import AddressSpace
import SystemPackage
import TestSupport
import Testing

/// Which layout a map belongs to, with nothing given but the map.
@Suite("Layouts told by the map alone")
struct LayoutInferenceTests {
  static let truth = Fixtures.shared?.appending("truth")

  /// A saved map and what its name and its maker say of it.
  struct Truth: Sendable {
    let file: String
    let layout: String
    let base: UInt64
    var isLegacy = false
  }

  static let truths: [Truth] = [
    Truth(file: "ia32-6.18-nopie_R", layout: "linux-i386-4g", base: 0xF7FF_E000),
    Truth(file: "ia32-6.18-pie_R", layout: "linux-i386-4g", base: 0xF7FF_E000),
    Truth(file: "ia32-6.18-pie_R3", layout: "linux-i386-3g", base: 0xB800_0000),
    Truth(file: "ia32-6.18-pie_RL", layout: "linux-i386-4g", base: 0x5555_5000, isLegacy: true),
    Truth(file: "ia32-6.18-pie_R_stack1g", layout: "linux-i386-4g", base: 0xBFEF_E000),
    Truth(file: "ia32-6.18-pie_R_stackunlim", layout: "linux-i386-4g", base: 0x2AAA_B000),
    Truth(file: "ia32-6.18-pie_default", layout: "linux-i386-4g", base: 0xF7FE_8000),
    Truth(file: "ia32-6.18-static_R", layout: "linux-i386-4g", base: 0xF7FF_E000),
    Truth(file: "i386-6.1-dyn_L", layout: "linux-i386-3g", base: 0x400C_5000, isLegacy: true),
    Truth(file: "i386-6.1-dyn_R", layout: "linux-i386-3g", base: 0xB800_0000),
    Truth(file: "i386-6.1-dyn_default", layout: "linux-i386-3g", base: 0xB7F2_2000),
    Truth(file: "i386-6.1-dyn_default_2", layout: "linux-i386-3g", base: 0xB7FA_C000),
    Truth(
      file: "i386-6.1-dyn_unlimited_stack_R", layout: "linux-i386-3g", base: 0x2000_0000),
    Truth(file: "i386-6.1-nopie_R", layout: "linux-i386-3g", base: 0xB800_0000),
    Truth(file: "i386-6.1-nopie_RL", layout: "linux-i386-3g", base: 0x4000_0000, isLegacy: true),
    Truth(file: "i386-6.1-nopie_default", layout: "linux-i386-3g", base: 0xB7FB_F000),
    Truth(file: "i386-6.1-static_R", layout: "linux-i386-3g", base: 0xB800_0000),
    Truth(file: "armv7-6.1-dyn_L", layout: "linux-armv7-3g", base: 0x4004_0000, isLegacy: true),
    Truth(file: "armv7-6.1-dyn_R", layout: "linux-armv7-3g", base: 0xB700_0000),
    Truth(file: "armv7-6.1-dyn_default", layout: "linux-armv7-3g", base: 0xB6FD_8000),
  ]

  @Test("every saved map of real processes", .enabled(if: truth != nil), arguments: truths)
  func saved(truth: Truth) throws {
    let folder = try #require(Self.truth)
    let snapshot = try Fixtures.snapshot(folder.appending(truth.file + ".maps"))
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    #expect(layout.name == truth.layout, "\(layout.basis)")
    let directions: [Layout.Search.Direction] =
      truth.isLegacy ? [.bottomUp] : [.topDown, .bottomUp]
    #expect(layout.searches.map(\.direction) == directions)
    let first = try #require(layout.searches.first)
    #expect(
      (truth.isLegacy ? first.range.lower : first.range.upper) == Address(truth.base),
      "\(layout.basis)")
    #expect(layout.isAssumed && layout.basis.contains("assumed"))
    #expect(layout.contradictions.isEmpty)
  }

  @Test("no saved map is left out", .enabled(if: truth != nil))
  func complete() throws {
    let folder = try #require(Self.truth)
    let files = Fixtures.names(in: folder, suffix: ".maps").filter { !$0.hasPrefix("wine") }
    #expect(Set(files) == Set(Self.truths.map { $0.file + ".maps" }))
  }

  /// A process by its files, without any fact.
  static func name(_ regions: [(UInt64, UInt64, String)], _ facts: LayoutFacts = LayoutFacts())
    throws -> String
  {
    Layout.inferred(from: try MappingBaseTests.map(regions), facts: facts).name
  }

  @Test("by the end of the stack and by names")
  func ends() throws {
    #expect(try Self.name([(0xBF80_0000, 0xBF82_1000, "[stack]")]) == "linux-i386-3g")
    #expect(try Self.name([(0x7F80_0000, 0x7F82_1000, "[stack]")]) == "linux-i386-2g")
    #expect(try Self.name([(0xFF80_0000, 0xFF82_1000, "[stack]")]) == "linux-i386-4g")
    #expect(
      try Self.name([(0x7FFC_0000_0000, 0x7FFC_0002_1000, "[stack]")]) == "linux-x86-64")
    let vectors: (UInt64, UInt64, String) = (0xFFFF_0000, 0xFFFF_1000, "[vectors]")
    #expect(try Self.name([(0xBE80_0000, 0xBE82_1000, "[stack]"), vectors]) == "linux-armv7-3g")
    #expect(try Self.name([(0x7E80_0000, 0x7E82_1000, "[stack]"), vectors]) == "linux-armv7-2g")
    #expect(
      try Self.name([
        (0xFF80_0000, 0xFF82_1000, "[stack]"), (0xFFFE_F000, 0xFFFF_0000, "[sigpage]"),
      ])
        == "linux-arm64-compat")
  }

  @Test("[vsyscall] above a 32-bit process does not make it a 64-bit one")
  func vsyscall() throws {
    let name = try Self.name([
      (0xBF80_0000, 0xBF82_1000, "[stack]"),
      (0xFFFF_FFFF_FF60_0000, 0xFFFF_FFFF_FF60_1000, "[vsyscall]"),
    ])
    #expect(name == "linux-i386-3g")
  }

  @Test("facts decide before the map does")
  func facts() throws {
    var facts = LayoutFacts()
    facts.wordSize = .bits32
    facts.machine = .i386
    facts.kernelMachine = .x86_64
    facts.personality = []
    let small: [(UInt64, UInt64, String)] = [(0x804_8000, 0x804_9000, "/bin/tiny")]
    #expect(try Self.name(small, facts) == "linux-i386-4g")
    facts.personality = [.limit3GiB]
    #expect(try Self.name(small, facts) == "linux-i386-3g")
    facts.machine = .arm
    facts.kernelMachine = .arm64
    #expect(try Self.name(small, facts) == "linux-arm64-compat")
    facts.wordSize = .bits64
    facts.machine = .x86_64
    #expect(try Self.name(small, facts) == "linux-x86-64")
  }
}
