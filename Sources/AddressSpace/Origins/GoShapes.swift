/// Go's heap by its place: on 64-bit systems its first arena begins at an address of the runtime's
/// own, on 32-bit ones at a multiple of 4 MiB above the program and its break. What is known of one
/// region of a reservation is known of the whole.
struct GoShapes: OriginRule {
  private let runs: PrivateRuns
  private let heap: PrivateRuns.Run?
  /// How sure it is what else the runtime has.
  private let certainty: Origin.Certainty

  init?(_ scene: OriginScene) {
    guard scene.system == .linux else { return nil }
    let seen = scene.facts.contents?.pieces.first { $0.origin.owner == .goHeap }
    certainty = seen == nil ? .possible : .likely
    let isNarrow = scene.wordSize == .bits32
    let program = isNarrow ? GoPlaces.programEnd(scene.regions) : nil
    // In nearly every process nothing begins where a heap would.
    guard
      seen != nil
        || scene.regions.contains(where: { region in
          let start = region.range.lower
          return isNarrow
            ? program.map { GoPlaces.isNarrowStart(start, $0) } ?? false : GoPlaces.isHint(start)
        })
    else { return nil }
    runs = PrivateRuns(scene.regions)
    heap = runs.first { run in
      if let seen { return run.range.contains(seen.range.lower) }
      return isNarrow
        ? Self.isNarrowHeap(run, scene.regions, above: program)
        : Self.isWideHeap(run, scene.regions)
    }
    if heap == nil { return nil }
  }

  /// The least that a 32-bit program reserves at once.
  private static let leastReserve = ByteCount.mebibytes(128)

  private static func isWideHeap(_ run: PrivateRuns.Run, _ regions: [Region]) -> Bool {
    GoPlaces.isHint(run.range.lower) && run.range.size.value % GoPlaces.wideArena.value == 0
      && regions[run.indices.lowerBound].isPlainMemory
  }

  private static func isNarrowHeap(
    _ run: PrivateRuns.Run, _ regions: [Region], above program: Address?
  ) -> Bool {
    guard let program, let last = run.indices.last,
      GoPlaces.isNarrowStart(run.range.lower, program),
      run.range.size >= leastReserve, run.range.size.value % GoPlaces.narrowArena.value == 0
    else { return false }
    return regions[run.indices.lowerBound].isPlainMemory && regions[last].isPlainReserve
  }

  func origin(at index: Int, in scene: OriginScene) -> Origin? {
    guard let heap, let run = runs.run(of: index) else { return nil }
    let region = scene.regions[index]
    if run.indices == heap.indices { return Origin(.goHeap, .likely) }
    // Tables are large reservations, of which little is used.
    let isPart = region.isPlainReserve || run.indices.contains { scene.regions[$0].isPlainReserve }
    return isPart && region.kind != .stack ? Origin(.goRuntime, certainty) : nil
  }
}
