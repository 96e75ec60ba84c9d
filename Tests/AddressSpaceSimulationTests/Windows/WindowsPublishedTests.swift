import AddressSpace
import AddressSpaceSimulation
import TestSupport
import Testing

/// What seeds give, against what was published of real programs.
@Suite("Spans after start-up on Windows")
struct WindowsPublishedTests {
  static let seeds: Range<UInt64> = 0..<100

  /// The largest spans in MiB, the least first.
  static func largest(
    _ model: String, _ program: WindowsProgram
  ) throws -> [Double] {
    let model = try #require(WindowsModel(named: model))
    return try seeds.map { try WindowsRun(model, program, seed: $0).largest }.sorted()
  }

  static func program(
    _ name: String, _ change: (inout WindowsProgram) -> Void = { _ in }
  ) throws -> WindowsProgram {
    var program = try #require(WindowsRun.catalogue?.program(name))
    change(&program)
    return program
  }

  static func expect(
    _ sizes: [Double], hold published: Double,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let median = sizes[sizes.count / 2]
    let text = "\(sizes.first ?? 0) to \(sizes.last ?? 0), median \(median)"
    #expect(
      sizes.first ?? 0 <= published && published <= sizes.last ?? 0, "\(text)",
      sourceLocation: sourceLocation)
    #expect(
      abs(median - published) <= published / 10, "\(text)", sourceLocation: sourceLocation)
  }

  @Test("a program with windows on 64-bit Windows 7: 1621.25 MiB, 4 buffers")
  func seven() throws {
    let tool = try Self.program("windows-tool")
    Self.expect(try Self.largest("windows-7-wow64-2g", tool), hold: 1621.25)
  }

  @Test("a tiny program on 64-bit Windows 7: 1764.4 MiB; it has a library that nobody else has")
  func tiny() throws {
    let model = try #require(WindowsModel(named: "windows-7-wow64-2g"))
    let library = Image(name: "own.dll", size: .kibibytes(64), isRandomized: true)
    let sizes = try Self.seeds.map { seed in
      var run = try WindowsRun(model, Self.program("console"), seed: seed)
      run.process.load(library, in: &run.space)
      return run.largest
    }
    Self.expect(sizes.sorted(), hold: 1764.4)
  }

  @Test("a large-address-aware program with eight threads on Windows 7: 2047.57 MiB")
  func aware() throws {
    let tool = try Self.program("windows-tool") { $0.threads = 7 }
    let sizes = try Self.largest("windows-7-4g", tool)
    // 0x80010000 to 0xfffa1000, whatever the seed.
    #expect(sizes.allSatisfy { $0 * 1_048_576 == Double(0x7FF9_1000) })
  }

  @Test("a small program with windows on XP: 1439.8 MiB, in Chinese; DLLs at preferred bases")
  func small() throws {
    let tool = try Self.program("windows-tool") { $0.groups = [] }
    let sizes = try Self.largest("windows-xp-2g", tool)
    #expect(Set(sizes).count == 1)
    let size = try #require(sizes.first)
    #expect(abs(size - 1439.8) < 20, "\(size)")
  }

  @Test("Firefox 4 on XP: from the end of xul.dll to wininet.dll, 680.8 MiB")
  func firefox() throws {
    let catalogue = try #require(WindowsRun.catalogue)
    var run = try WindowsRun("windows-xp-2g", "windows-tool", seed: 1)
    let xul = try #require(catalogue.image("xul.dll", in: .xp))
    let loaded = run.process.load(xul, in: &run.space)
    #expect(loaded?.placement == .preferred)
    #expect(run.usable.first == AddressRange(0x1306_0000, 0x3D93_0000))
  }

  @Test("Java 1.3: a library at 0x50000000 leaves 1276 MiB for its heap")
  func java() throws {
    var run = try WindowsRun("windows-xp-2g", "console", seed: 1)
    let library = Image(
      name: "hpi.dll", size: .kibibytes(64), preferredBase: 0x5000_0000, isRandomized: false)
    run.process.load(library, in: &run.space)
    #expect(abs(run.largest - 1276) <= 4, "\(run.largest)")
  }

  @Test(
    "the upper half of a program on 64-bit Windows 10: 2034.88 MiB in one that is listed",
    .enabled(if: WindowsLists.ten != nil))
  func ten() throws {
    let rows = try WindowsLists.tenRows().filter { $0.range.lower > 0x8001_0000 }
    let real = try #require(rows.map(\.range.lower).min()) - Address(0x8001_0000)
    #expect(real.value * 100 / (1 << 20) == 203_487)
    let model = try #require(WindowsModel(named: "windows-10-4g"))
    let program = try Self.program("console")
    let sizes = try Self.seeds.map { seed -> UInt64 in
      let run = try WindowsRun(model, program, seed: seed)
      let upper = run.usable.first { $0.lower == 0x8001_0000 }
      return try #require(upper).size.value
    }.sorted()
    // The list has 384 KiB of the program's own at its lower end besides.
    let (least, most) = (try #require(sizes.first), try #require(sizes.last))
    #expect(least <= real.value && real.value <= most, "\(least) to \(most)")
  }

  @Test(
    "a photo organiser on Windows 7: close to a gigabyte in one piece, two buffers in it",
    arguments: ["photo-qt", "photo-wx"])
  func photo(program: String) throws {
    let sizes = try Self.largest("windows-7-wow64-2g", Self.program(program))
    let median = sizes[sizes.count / 2]
    #expect(median > 850 && median < 1250, "\(sizes.first ?? 0), \(median), \(sizes.last ?? 0)")
  }
}
