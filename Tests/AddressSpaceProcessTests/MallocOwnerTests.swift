import AddressSpace
import AddressSpaceProcess
import SystemPackage
import TestSupport
import Testing

/// What allocators have that take the place of the C library's, against what a program got from them
/// (`fixtures/programs/origins/blocks.c`).
@Suite("Who uses memory: other mallocs", .serialized)
struct MallocOwnerTests {
  /// An allocator that is put before the C library's.
  struct Malloc: CustomTestStringConvertible, Sendable {
    let library: String
    let owner: Origin.Owner
    let bits: Int
    let seed: Int

    var testDescription: String { "\(library), \(bits) bits, seed \(seed)" }
  }

  static let mallocs = [("libjemalloc.so.2", Origin.Owner.jemalloc), ("libmimalloc.so", .mimalloc)]
    .flatMap { library, owner in
      [32, 64].flatMap { bits in
        (1...3).map { Malloc(library: library, owner: owner, bits: bits, seed: $0) }
      }
    }

  @Test("all that malloc gave, and nothing else", arguments: mallocs)
  func malloc(trial: Malloc) throws {
    guard let program = Machine.victim("blocks\(trial.bits)"),
      let library = Libraries.path(trial.library, bits: trial.bits)
    else {
      try Test.cancel("needs \(trial.library) for \(trial.bits) bits and the victims")
    }
    let child = try Child(
      "/usr/bin/env", ["LD_PRELOAD=\(library)", program.string, "\(trial.seed)"])
    try check(child, trial.owner, "\(trial.testDescription)")
  }

  @Test(
    "all that musl's malloc gave, and nothing else",
    .enabled(if: Machine.victim("blocks-musl") != nil, "needs musl-gcc (package musl-tools)"),
    arguments: 1...6)
  func musl(seed: Int) throws {
    let program = try #require(Machine.victim("blocks-musl"))
    try check(try Child(program, ["\(seed)"]), .muslMalloc, "seed \(seed)")
  }

  private func check(_ child: Child, _ owner: Origin.Owner, _ comment: Comment) throws {
    let lines = try child.lines(before: "ready")
    let seen = try SeenOrigins(try LiveProcess(pid: child.pid).snapshot().snapshot)
    var wrong: [String] = []
    for line in lines {
      let said = try #require(Said(line))
      let isRight =
        switch said.what {
        case "block": seen.isCovered(said.range, by: owner)
        case "thread": seen.isCovered(said.range, by: .threadStack)
        default: seen.isNobodys(said.range)
        }
      if !isRight { wrong.append(line) }
    }
    #expect(lines.count > 1000 && wrong.isEmpty, "\(comment): \(wrong.prefix(5))")
  }

  @Test("tcmalloc is possible where it maps, and never certain", arguments: [32, 64])
  func tcmalloc(bits: Int) throws {
    guard let program = Machine.victim("blocks\(bits)"),
      let library = Libraries.path("libtcmalloc_minimal.so.4", bits: bits)
    else { try Test.cancel("needs libtcmalloc-minimal4 for \(bits) bits and the victims") }
    let child = try Child(
      "/usr/bin/env",
      ["LD_PRELOAD=\(library)", "TCMALLOC_SKIP_SBRK=1", program.string, "1"])
    let lines = try child.lines(before: "ready")
    let seen = try SeenOrigins(try LiveProcess(pid: child.pid).snapshot().snapshot)
    var owners: Set<Origin?> = []
    for line in lines where line.hasPrefix("block") {
      owners.insert(seen.origin(at: try #require(Said(line)).range.lower))
    }
    // What it takes before it has read its environment comes from the break.
    #expect(owners.contains(Origin(.tcmalloc, .possible)))
    #expect(owners.allSatisfy { $0?.owner != .tcmalloc || $0?.certainty == .possible })
  }
}
