import AddressSpace

/// Looks into the anonymous memory of a process that runs on, to tell who uses it.
struct ContentProbe {
  let pid: Int32
  let map: AddressMap
  let facts: LayoutFacts
  let wordSize: WordSize

  /// Who is asked at each place, in this order: those that are hardest to take for another first.
  private static let recognizers: [any ContentRecognizer.Type] = [
    ArenaHeapRecognizer.self,
    MappedChunkRecognizer.self,
  ]

  /// More runs than this are not looked at, the largest first.
  private static let mostRuns = 4000
  /// More places than this are not looked at in all runs together.
  private static let mostPlaces = 100_000

  /// What was recognised, nil where the memory may not be read.
  func contents() -> ContentFacts? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize) else { return nil }
    let scene = ContentScene(
      memory: memory, pid: pid, map: map, facts: facts, wordSize: wordSize,
      modules: map.regions.moduleNames())
    var recognizers: [any ContentRecognizer] = []
    for type in Self.recognizers {
      if let recognizer = type.init(scene) { recognizers.append(recognizer) }
    }
    let runs = writableRuns()
    var pieces: [ContentFacts.Piece] = []
    var places = 0
    for run in runs.prefix(Self.mostRuns) {
      var start = run.range.lower
      for beginning in run.starts {
        // Behind a piece the next one may begin, and at each region's beginning.
        start = max(start, beginning)
        while start < run.range.upper, places < Self.mostPlaces {
          places += 1
          let found = recognizers.lazy.compactMap { $0.piece(at: start, in: run.range, scene) }
          guard let piece = found.first, piece.range.upper > start else { break }
          pieces.append(piece)
          start = piece.range.upper
        }
      }
    }
    return ContentFacts(
      pieces, isComplete: runs.count <= Self.mostRuns && places < Self.mostPlaces)
  }

  /// A stretch of private memory that can be written, without a gap, and where its regions begin.
  private struct Run {
    var range: AddressRange
    var starts: [Address]
  }

  /// All such stretches, the largest first.
  private func writableRuns() -> [Run] {
    var runs: [Run] = []
    for region in map.regions where region.isPlainMemory && region.kind != .image {
      if let last = runs.last, last.range.upper == region.range.lower,
        let joined = AddressRange(last.range.lower, region.range.upper)
      {
        runs[runs.count - 1].range = joined
        runs[runs.count - 1].starts.append(region.range.lower)
      } else {
        runs.append(Run(range: region.range, starts: [region.range.lower]))
      }
    }
    return runs.sorted { ($1.range.size, $0.range.lower) < ($0.range.size, $1.range.lower) }
  }
}
