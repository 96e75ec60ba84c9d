import AddressSpace
import AddressSpaceFormats

/// Reading a map of one moment.
extension LiveProcess {
  /// Room for the text of most maps, so that it need not grow while it is read.
  private static let usualText = 1 << 22

  /// The most mappings, and the most memory, of which the kernel is asked for the details: it looks
  /// at each page that is there.
  private static let mostDetailed = (mappings: UInt64(4000), resident: ByteCount.gibibytes(2))

  /// With no more than this left before the limit of mappings, up to so many are worth the time.
  private static let fewMappings: UInt64 = 200
  private static let mostAtLimit: UInt64 = 100_000

  /// A map of one moment, from `maps` or `smaps`.
  ///
  /// One `read` gives some lines only, so a text can be of several moments. It is of one when the
  /// process did not run while it was read, or else when it reads the same twice; and its sizes
  /// must add up to what the kernel counted before and after.
  func wholeMap(
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

  /// The same map with what smaps tells of its mappings, nil where they are too many or do not hold
  /// still.
  func detailed(
    _ saved: (snapshot: Snapshot, text: [UInt8]), _ facts: LayoutFacts
  ) -> (snapshot: Snapshot, text: [UInt8])? {
    let count = UInt64(saved.snapshot.map.regions.count)
    // At the limit of mappings it matters which of them take up new memory.
    let isNearLimit =
      LimitReader.mostMappings.map { count + Self.fewMappings >= $0 && count <= $0 + 1 } ?? false
    guard count <= Self.mostDetailed.mappings || isNearLimit && count <= Self.mostAtLimit,
      let resident = LimitReader(pid: pid).held()?.resident, resident <= Self.mostDetailed.resident
    else { return nil }
    for _ in 0..<2 {
      guard let text = try? files.bytes("smaps"), let detailed = try? parsed(text, facts) else {
        return nil
      }
      let isSame = detailed.map.regions.elementsEqual(saved.snapshot.map.regions) {
        $0.range == $1.range && $0.access == $1.access && $0.inode == $1.inode
          && $0.name == $1.name
      }
      if isSame { return (detailed, text) }
    }
    return nil
  }

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
