import AddressSpace
import AddressSpaceFormats
import AddressSpaceProcess
import TestSupport
import Testing

/// What a C program says of its own memory (`fixtures/programs/origins/owners.c`).
@Suite("Who uses memory, against what the program says", .serialized)
struct OwnerTests {
  struct Trial: CustomTestStringConvertible, Sendable {
    let program: String
    let seed: Int

    var testDescription: String { "\(program) \(seed)" }
  }

  static let trials = ["owners32", "owners32-static", "owners64"].flatMap { program in
    (1...12).map { Trial(program: program, seed: $0) }
  }

  @Test(
    "stacks, arenas, allocations, and nothing that is nobody's",
    .enabled(if: Machine.victim("owners32") != nil, LiveFactsTests.missing), arguments: trials)
  func owners(trial: Trial) throws {
    let program = try #require(Machine.victim(trial.program))
    let child = try Child(program, ["\(trial.seed)"])
    let lines = try child.lines(before: "ready")
    let (live, text) = try LiveProcess(pid: child.pid).snapshot()
    let seen = try SeenOrigins(live)
    for line in lines { seen.check(line, "\(trial.testDescription): \(line)") }
    #expect(live.facts.contents?.isComplete == true)
    // What is told from a capture is what was told from the process.
    let saved = try SeenOrigins(try MapsParser.parse(CaptureText.write(live, maps: text)))
    #expect(saved.origins == seen.origins)
    // A bare map knows shapes only: it is never certain of what has no name.
    let bare = try SeenOrigins(try MapsParser.parse(text))
    for (region, origin) in zip(bare.room.regions, bare.origins) where region.name.isEmpty {
      #expect(origin?.certainty != .certain, "\(region)")
    }
  }
}

/// The origins of a snapshot's regions.
struct SeenOrigins {
  let room: Room
  let origins: [Origin?]

  init(_ snapshot: Snapshot) throws {
    let layout = Layout.inferred(from: snapshot.map, facts: snapshot.facts)
    room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    origins = room.origins()
  }

  /// Checks what a program says of a piece of its memory.
  func check(_ line: String, _ comment: Comment) {
    let words = line.split(separator: " ")
    let numbers = words.dropFirst().map { word in
      word.hasPrefix("0x") ? UInt64(word.dropFirst(2), radix: 16) : UInt64(word)
    }
    guard let first = numbers.first, let low = first else {
      Issue.record("unknown line: \(line)")
      return
    }
    let second = numbers.count > 1 ? numbers[1] ?? 0 : low + 1
    switch words[0] {
    case "thread": holds(low..<second, [.threadStack], comment)
    case "cached": holds(low..<low + 1, [.cachedStack], comment)
    case "arena": holds(low..<low + 1, [.glibcArena], comment)
    case "heap": holds(low..<low + 1, [.breakHeap], comment)
    case "malloc": holds(low..<low + second, [.malloc], comment)
    case "obmalloc": holds(low..<low + 1, [.obmallocArena], comment)
    case "audio": isNamed(low..<second, .audio, comment)
    case "display": isNamed(low..<second, .display, comment)
    case "gpu": isNamed(low..<second, .gpu, comment)
    case "own": isNobodys(low..<second, comment)
    default: Issue.record("unknown line: \(line)")
    }
  }

  /// Whether the addresses are all of one of these owners.
  func holds(_ addresses: Range<UInt64>, _ owners: [Origin.Owner], _ comment: Comment) {
    guard let range = AddressRange(Address(addresses.lowerBound), Address(addresses.upperBound))
    else { return }
    for (region, origin) in regions(in: range) {
      let pieces =
        room.facts.contents?.pieces(in: region.range)
        .filter { $0.range.overlaps(range) } ?? []
      if region.kind == .heap {
        #expect(origin.map { owners.contains($0.owner) } == true, comment)
      } else {
        let piece = pieces.first
        #expect(pieces.count == 1 && owners.contains { $0 == piece?.origin.owner }, comment)
        // A chunk amid what the program filled itself is in doubt, and where an arena begins whose
        // first pool does not, with something unknown behind it.
        let inDoubt: [Origin.Owner] = [.malloc, .obmallocArena]
        let least: Origin.Certainty = owners.allSatisfy(inDoubt.contains) ? .likely : .certain
        #expect(piece.map { $0.origin.certainty >= least } == true, comment)
        if let piece, piece.range.clamped(to: region.range) == region.range {
          #expect(origin == piece.origin, comment)
        }
        let part = range.clamped(to: region.range)
        #expect(part.flatMap { part in piece?.range.clamped(to: part) } == part, comment)
      }
    }
  }

  /// Whether the addresses are one region whose name tells its owner.
  func isNamed(_ addresses: Range<UInt64>, _ owner: Origin.Owner, _ comment: Comment) {
    let region = room.regions.firstIndex { $0.range.lower.value == addresses.lowerBound }
    #expect(region.map { room.regions[$0].range.upper.value } == addresses.upperBound, comment)
    #expect(region.map { origins[$0] } == Origin(owner, .certain), comment)
  }

  /// Whether no rule claims any of the addresses.
  func isNobodys(_ addresses: Range<UInt64>, _ comment: Comment) {
    guard let range = AddressRange(Address(addresses.lowerBound), Address(addresses.upperBound))
    else { return }
    #expect(room.facts.contents?.pieces(in: range).isEmpty == true, comment)
    for (region, origin) in regions(in: range) {
      #expect(origin?.certainty != .certain, comment)
      if region.range.clamped(to: range) == region.range { #expect(origin == nil, comment) }
    }
  }

  private func regions(in range: AddressRange) -> [(Region, Origin?)] {
    zip(room.regions, origins).filter { $0.0.range.overlaps(range) }
  }
}
