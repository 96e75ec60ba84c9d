public import AddressSpace
import AddressSpaceFormats

/// A running process, read from outside and left alone.
public struct LiveProcess: Sendable {
  /// Its id.
  public let pid: Int32
  var files: ProcFile { ProcFile(pid: pid) }

  /// The process with this id, which need not exist.
  public init(pid: Int32) {
    self.pid = pid
  }

  /// How often a map is read that does not hold still.
  static let mostReadings = 100

  /// Its map and facts, and the map's own text; never a map of two moments.
  ///
  /// - Parameter withDetails: whether to read its limits, what its memory holds, and the traits of its
  ///   mappings where they are not too many.
  public func snapshot(
    withDetails: Bool = true
  ) throws(ProcessError) -> (snapshot: Snapshot, text: [UInt8]) {
    for _ in 0..<Self.mostReadings {
      let facts = FactReader(pid: pid).facts()
      let saved = try wholeMap("maps", facts)
      // Only smaps tells Wine's reservation from what the program reserved itself.
      var (map, text) = saved.snapshot.map.showsWine ? try wholeMap("smaps", facts) : saved
      if withDetails, !map.facts.knowsTraits, let more = detailed(saved, facts) {
        (map, text) = more
      }
      // Another program may have begun in the process meanwhile.
      if FactReader(pid: pid).facts() == facts {
        return (snapshot(of: map, facts: facts, withDetails: withDetails), text)
      }
    }
    throw .keepsChanging(pid)
  }

  /// Its map alone, of one moment.
  public func map() throws(ProcessError) -> AddressMap {
    try wholeMap("maps", LayoutFacts()).snapshot.map
  }

  /// What its compiler says of the code it made at run time (`/tmp/perf-PID.map`), nil where it
  /// says nothing.
  public func perfMap() -> [UInt8]? { try? files.bytes("root/tmp/perf-\(pid).map") }

  /// The map with all that the process's memory and files tell about it.
  private func snapshot(
    of saved: consuming Snapshot, facts: LayoutFacts, withDetails: Bool
  ) -> Snapshot {
    var facts = facts
    // Where memory is never overcommitted nothing is mapped without reserve, not even by Wine.
    facts.knowsTraits =
      saved.facts.knowsTraits
      && (!saved.map.showsWine || saved.map.regions.contains { $0.traits.contains(.noReserve) })
    if withDetails {
      let limits = LimitReader(pid: pid)
      facts.limits = limits.facts()
      facts.held = saved.facts.held ?? limits.held()
    }
    let source = Source(kind: .process, pid: pid, name: stat?.name)
    let diagnostics = saved.diagnostics
    let map = (consume saved).map
    if let wordSize = facts.wordSize {
      facts.libcVersion = LibcProbe(pid: pid).version(in: map)
      facts.wine = WineProbe(pid: pid, map: map, wordSize: wordSize).facts()
      if facts.wine == nil {
        facts.heap = ProcessHeap(pid: pid, wordSize: wordSize, map: map).flatMap { memory in
          GlibcHeap(
            map: map, wordSize: wordSize, version: facts.libcVersion,
            startOfBreak: facts.startOfBreak
          ).facts(in: memory)
        }
      }
      let threads = GlibcThreads(
        pid: pid, map: map, wordSize: wordSize, machine: facts.machine)
      if withDetails {
        facts.contents =
          ContentProbe(pid: pid, map: map, facts: facts, wordSize: wordSize, threads: threads)
          .contents()
      }
      facts.threads =
        ThreadProbe(pid: pid, map: map, wordSize: wordSize, threads: threads).facts(facts)
    }
    // What the memory holds tells more kinds than the map does.
    return Snapshot(source: source, map: map, facts: facts, diagnostics: diagnostics)
  }

  private var stat: ProcessStat? { files.textIfReadable("stat").flatMap(ProcessStat.init) }
}
