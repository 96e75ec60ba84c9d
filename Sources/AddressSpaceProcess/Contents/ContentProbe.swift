import AddressSpace

/// Looks into the anonymous memory of a process that runs on, to tell who uses it.
struct ContentProbe {
  let pid: Int32
  let map: AddressMap
  let facts: LayoutFacts
  let wordSize: WordSize
  let threads: GlibcThreads

  /// Who is asked at each place, in this order: those that are hardest to take for another first.
  private static let recognizers: [any ContentRecognizer.Type] = [
    ThreadStackRecognizer.self,
    ArenaHeapRecognizer.self,
    JemallocRecognizer.self,
    MimallocRecognizer.self,
    MuslRecognizer.self,
    V8PageRecognizer.self,
    GoHeapRecognizer.self,
    DotnetSegmentRecognizer.self,
    WindowsRecognizer.self,
    MappedChunkRecognizer.self,
    ObmallocRecognizer.self,
    PythonFrameRecognizer.self,
    OpenBLASRecognizer.self,
  ]

  /// More runs than this are not looked at, the largest first.
  private static let mostRuns = 4000
  /// Of those below this size fewer.
  private static let smallRun = ByteCount.kibibytes(64)
  private static let mostSmallRuns = 500
  /// More places than this are not looked at in all runs together.
  private static let mostPlaces = 100_000
  /// More pages of what nobody claims are not searched for the beginning of something.
  private static let mostSearched = 8192
  /// Smaller allocations are mapped by themselves only where a program asked for it.
  private static let smallestChunk = ByteCount.kibibytes(128)

  /// What was recognised, nil where the memory may not be read.
  func contents() -> ContentFacts? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize, map: map) else { return nil }
    let scene = ContentScene(
      memory: memory, pid: pid, map: map, facts: facts, wordSize: wordSize,
      modules: map.images.moduleNames(), threads: Array(threads.rings.joined()))
    var recognizers: [any ContentRecognizer] = []
    for type in Self.recognizers {
      if let recognizer = type.init(scene) { recognizers.append(recognizer) }
    }
    let runs = writableRuns(scene)
    var walk = Walk(recognizers: recognizers, surveyed: recognizers.flatMap { $0.survey(scene) })
    let large = runs.prefix { $0.range.size >= Self.smallRun }
    for run in large.prefix(Self.mostRuns) { walk.look(at: run, scene) }
    for run in runs[large.endIndex...].prefix(Self.mostSmallRuns) { walk.look(at: run, scene) }
    let isComplete =
      large.count <= Self.mostRuns && walk.places < Self.mostPlaces
      && walk.searched < Self.mostSearched
    return ContentFacts(walk.pieces, isComplete: isComplete)
  }

  /// A walk over the places where something may begin.
  private struct Walk {
    let recognizers: [any ContentRecognizer]
    /// What was found before, wherever it lies.
    let surveyed: ContentFacts
    var pieces: [ContentFacts.Piece]
    var places = 0
    var searched = 0

    init(recognizers: [any ContentRecognizer], surveyed: [ContentFacts.Piece]) {
      self.recognizers = recognizers
      self.surveyed = ContentFacts(surveyed, isComplete: true)
      pieces = self.surveyed.pieces
    }

    /// Looks at each region's beginning, and behind each piece, where the next one may begin; then
    /// at the pages behind what nobody claims, for the kernel merges neighbours.
    mutating func look(at run: Run, _ scene: borrowing ContentScene) {
      var start = run.range.lower
      for index in run.regions {
        // The first may begin with an image's bss.
        start = max(start, scene.map.regions[index].range.lower)
        let end = scene.map.regions[index].range.upper
        var isProved = true
        // Up to where pieces are known to follow each other.
        var chain = start
        while start < run.range.upper, places < ContentProbe.mostPlaces {
          places += 1
          if let piece = piece(at: start, in: run.range, scene) {
            if start >= chain, isProved, !piece.beginsExactly {
              isProved = isChain(from: start, to: end, in: run.range, scene)
              if isProved { chain = end }
            }
            if isProved || !chainsSoon(behind: start, to: end, in: run.range, scene) {
              // What was surveyed is there already.
              if surveyed.pieces(in: piece.range).first != piece {
                pieces.append(isProved ? piece : piece.atMostLikely)
              }
              start = piece.range.upper
              continue
            }
          }
          guard let next = nextBeginning(behind: start, before: end, in: run.range, scene) else {
            break
          }
          (start, isProved) = next
          if isProved { chain = end }
        }
      }
    }

    /// Whether pieces that lead to the region's end begin a few pages on: then what seems to begin
    /// here begins there.
    private mutating func chainsSoon(
      behind start: Address, to end: Address, in run: AddressRange,
      _ scene: borrowing ContentScene
    ) -> Bool {
      let page = ByteCount.kibibytes(4)
      return (1..<4 as Range<UInt64>).contains { count in
        let place = start + ByteCount(page.value * count)
        return place < end && isChain(from: place, to: end, in: run, scene)
      }
    }

    /// The next page where something begins, and whether that is proved: by pieces that lead from
    /// there to the region's end. Else a chunk's short header is taken for what it seems only where
    /// it is as large as those that malloc maps.
    private mutating func nextBeginning(
      behind start: Address, before end: Address, in run: AddressRange,
      _ scene: borrowing ContentScene
    ) -> (Address, isProved: Bool)? {
      let page = ByteCount.kibibytes(4)
      var place = start + page
      while place < end, searched < ContentProbe.mostSearched {
        searched += 1
        if let piece = piece(at: place, in: run, scene) {
          if isChain(from: place, to: end, in: run, scene) { return (place, true) }
          let isLarge = piece.range.size >= ContentProbe.smallestChunk
          if isLarge || piece.origin.owner != .malloc { return (place, false) }
        }
        place = place + page
      }
      return nil
    }

    /// Whether pieces follow each other from `start` exactly to the end of a region.
    private mutating func isChain(
      from start: Address, to end: Address, in run: AddressRange, _ scene: borrowing ContentScene
    ) -> Bool {
      var place = start
      while places < ContentProbe.mostPlaces {
        places += 1
        guard let piece = piece(at: place, in: run, scene) else { return false }
        place = piece.range.upper
        if place >= end { return scene.map.region(at: place - 1)?.range.upper == place }
      }
      return false
    }

    /// What begins at `start`: what was surveyed before what is recognised.
    private func piece(
      at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
    ) -> ContentFacts.Piece? {
      guard let rest = AddressRange(start, run.upper) else { return nil }
      if let known = surveyed.pieces(in: rest).first, known.range.contains(start) { return known }
      for recognizer in recognizers {
        guard let piece = recognizer.piece(at: start, in: run, scene),
          piece.range.upper > start
        else { continue }
        // What was surveyed is surer, unless all of it lies in this: a stack in allocated memory.
        let isWhole = surveyed.pieces(in: piece.range).allSatisfy {
          $0.range.clamped(to: piece.range) == $0.range
        }
        return isWhole ? piece : nil
      }
      return nil
    }
  }

  /// A stretch of private memory that can be written, without a gap, and the regions that it is of.
  private struct Run {
    var range: AddressRange
    var regions: Range<Int>
  }

  /// All such stretches, the largest first. What the kernel merged with an image's bss is in them.
  private func writableRuns(_ scene: borrowing ContentScene) -> [Run] {
    var runs: [Run] = []
    for index in map.regions.indices where map.regions[index].isPlainMemory {
      let region = map.regions[index]
      var lower = region.range.lower
      if region.kind == .image {
        guard let end = scene.endOfImage(below: index) else { continue }
        lower = max(lower, end)
      }
      guard let part = AddressRange(lower, region.range.upper) else { continue }
      if let last = runs.last, last.range.upper == lower,
        let joined = AddressRange(last.range.lower, region.range.upper)
      {
        runs[runs.count - 1] = Run(range: joined, regions: last.regions.lowerBound..<index + 1)
      } else {
        runs.append(Run(range: part, regions: index..<index + 1))
      }
    }
    return runs.sorted { ($1.range.size, $0.range.lower) < ($0.range.size, $1.range.lower) }
  }
}

extension ContentFacts.Piece {
  /// Whether it is known where it begins: an arena's first pool may begin behind the arena.
  fileprivate var beginsExactly: Bool {
    origin.owner != .obmallocArena || range.lower.value % (16 << 10) == 0
      || range.size < .mebibytes(1)
  }

  /// The same, at most likely.
  fileprivate var atMostLikely: ContentFacts.Piece {
    ContentFacts.Piece(range, Origin(origin.owner, min(origin.certainty, .likely)))
  }
}
