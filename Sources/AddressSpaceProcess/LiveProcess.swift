public import AddressSpace
import AddressSpaceFormats

/// A running process, read from outside and left alone.
public struct LiveProcess: Sendable {
  /// Its id.
  public let pid: Int32
  private var files: ProcFile { ProcFile(pid: pid) }

  /// The process with this id, which need not exist.
  public init(pid: Int32) {
    self.pid = pid
  }

  /// Room for the text of most maps, so that it need not grow while it is read.
  private static let usualText = 1 << 22

  /// How often a map is read that does not hold still.
  private static let mostReadings = 100

  /// Its map and facts, and the map's own text; never a map of two moments.
  public func snapshot() throws(ProcessError) -> (snapshot: Snapshot, text: [UInt8]) {
    for _ in 0..<Self.mostReadings {
      let facts = FactReader(pid: pid).facts()
      let saved = try wholeMap("maps", facts)
      // Only smaps tells Wine's reservation from what the program reserved itself.
      let (map, text) = saved.snapshot.map.showsWine ? try wholeMap("smaps", facts) : saved
      // Another program may have begun in the process meanwhile.
      if FactReader(pid: pid).facts() == facts { return (snapshot(of: map, facts: facts), text) }
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

  /// A map of one moment, from `maps` or `smaps`.
  ///
  /// One `read` gives some lines only, so a text can be of several moments. It is of one when the
  /// process did not run while it was read, or else when it reads the same twice; and its sizes
  /// must add up to what the kernel counted before and after.
  private func wholeMap(
    _ file: String, _ facts: LayoutFacts
  ) throws(ProcessError) -> (snapshot: Snapshot, text: [UInt8]) {
    // Kept from one reading to the next: our own map must hold still too while it is read.
    var text: [UInt8] = []
    var again: [UInt8] = []
    text.reserveCapacity(Self.usualText)
    for _ in 0..<Self.mostReadings {
      let still = Stillness(pid: pid)
      let before = try mappedPages()
      try files.read(file, into: &text)
      if text.isEmpty { throw .hasNoUserSpace(pid) }
      guard try mappedPages() == before else { continue }
      if still == nil || still != Stillness(pid: pid) {
        again.reserveCapacity(Self.usualText)
        try files.read(file, into: &again)
        guard text == again else { continue }
      }
      let saved = try parsed(text, facts)
      if isWhole(saved, pages: before) { return (saved, text) }
    }
    throw .keepsChanging(pid)
  }

  /// The map with all that the process's memory and files tell about it.
  private func snapshot(of saved: Snapshot, facts: LayoutFacts) -> Snapshot {
    var facts = facts
    // Where memory is never overcommitted nothing is mapped without reserve, not even by Wine.
    facts.knowsTraits =
      saved.facts.knowsTraits && saved.map.regions.contains { $0.traits.contains(.noReserve) }
    let source = Source(kind: .process, pid: pid, name: stat?.name)
    let map = saved.map
    if let wordSize = facts.wordSize {
      facts.libcVersion = LibcProbe(pid: pid).version(in: map)
      facts.wine = WineProbe(pid: pid, map: map, wordSize: wordSize).facts()
      if facts.wine == nil {
        facts.heap = GlibcArena(pid: pid, map: map, wordSize: wordSize).facts()
      }
      facts.threads = ThreadProbe(pid: pid, map: map, wordSize: wordSize).facts(facts)
    }
    var snapshot = saved
    snapshot.source = source
    snapshot.facts = facts
    return snapshot
  }

  private var stat: ProcessStat? { files.textIfReadable("stat").flatMap(ProcessStat.init) }

  private func parsed(_ text: [UInt8], _ facts: LayoutFacts) throws(ProcessError) -> Snapshot {
    do throws(FormatError) {
      return try MapsParser.parse(text, facts: facts)
    } catch {
      throw .unreadableMap(pid, error.description)
    }
  }

  /// The size of all mappings, in pages: the first field of `statm`.
  private func mappedPages() throws(ProcessError) -> UInt64? {
    let text = String(decoding: try files.bytes("statm"), as: UTF8.self)
    return text.split(separator: " ").first.flatMap { UInt64($0) }
  }

  /// Whether the lines are in order and their sizes add up to what the kernel counted.
  private func isWhole(_ snapshot: Snapshot, pages: UInt64?) -> Bool {
    guard let pages, snapshot.diagnostics.isEmpty else { return false }
    return snapshot.map.mappedBytes.value == pages * 4096
  }
}
