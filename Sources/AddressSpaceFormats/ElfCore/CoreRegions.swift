import AddressSpace

/// Makes one list of a core's two: its segments say where memory was and what could be done with it,
/// the list of files what it was called. A debugger leaves segments out that the list still has.
struct CoreRegions {
  /// Everything that was mapped, lowest first.
  private(set) var regions: [Region] = []
  /// How many mappings only the list of files has, so that nobody says what could be done with them.
  private(set) var withoutAccess = 0
  /// Whether memory that only may be read was taken for addresses without memory.
  private(set) var hasGuessedReserves = false
  private let isKernels: Bool
  /// What did not fit.
  private(set) var diagnostics = Diagnostics()

  init(_ core: ElfCoreFile, _ notes: CoreNotes) {
    isKernels = notes.isKernels
    let loads = merged(core.loads.compactMap { region(of: $0) }, "a segment")
    let files = merged(
      notes.files.map { Region(range: $0.range, offset: $0.offset, name: $0.name) },
      "a mapped file")
    regions.reserveCapacity(loads.count)
    unite(loads, files)
  }

  private mutating func region(of segment: ElfSegment) -> Region? {
    if segment.memorySize == 0 { return nil }
    let (end, overflows) = segment.address.addingReportingOverflow(segment.memorySize)
    guard !overflows, let range = AddressRange(Address(segment.address), Address(end)) else {
      diagnostics.append(
        Diagnostic(
          "the segment at \(Address(segment.address)) does not end in the address space; skipped"))
      return nil
    }
    return Region(range: range, access: segment.access)
  }

  private mutating func merged(_ regions: [Region], _ what: String) -> [Region] {
    let (map, overlapping) = AddressMap.assembling(regions)
    for region in overlapping {
      diagnostics.append(Diagnostic("\(what) at \(region.range) overlaps another; skipped"))
    }
    return map.regions
  }

  private mutating func unite(_ loads: [Region], _ files: [Region]) {
    var (loadIndex, fileIndex) = (0, 0)
    var position: Address = 0
    while true {
      let load = loadIndex < loads.count ? loads[loadIndex] : nil
      let file = fileIndex < files.count ? files[fileIndex] : nil
      guard let lower = [load, file].compactMap({ $0?.range.lower }).min() else { return }
      position = max(position, lower)
      let inLoad = load.map { $0.range.lower <= position } ?? false
      let inFile = file.map { $0.range.lower <= position } ?? false
      // As far as both stay what they are.
      let ends = [
        load.map { inLoad ? $0.range.upper : $0.range.lower },
        file.map { inFile ? $0.range.upper : $0.range.lower },
      ]
      guard let end = ends.compactMap({ $0 }).min(), let range = AddressRange(position, end) else {
        return
      }
      add(range, load: inLoad ? load : nil, file: inFile ? file : nil)
      position = end
      if let load, load.range.upper <= position { loadIndex += 1 }
      if let file, file.range.upper <= position { fileIndex += 1 }
    }
  }

  private mutating func add(_ range: AddressRange, load: Region?, file: Region?) {
    if load == nil { withoutAccess += 1 }
    var access = load?.access ?? .read
    // Debuggers write guards and reserved addresses down as if they could be read. Memory that
    // really can only be read has a file nearly always.
    if !isKernels, file == nil, access == .read {
      access = []
      hasGuessedReserves = true
    }
    let offset = file.map { $0.offset &+ (range.lower - $0.range.lower).value } ?? 0
    regions.append(
      Region(
        range: range, access: access, offset: offset, name: file?.name ?? ""))
  }
}
