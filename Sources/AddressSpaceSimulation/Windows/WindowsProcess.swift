import AddressSpace

/// A Windows process: what it was given at its start, its images, threads and heap.
///
/// What lies where is kept by the system that each call is given, always the same one.
public struct WindowsProcess: Sendable {
  /// On what it runs.
  public let model: WindowsModel
  /// The program.
  public let program: WindowsProgram
  /// The boot that it shares with other processes.
  public var boot: WindowsBoot
  /// Its images, by name, without those that no room was found for.
  public internal(set) var images: [String: LoadedImage] = [:]
  /// Its threads, the first one first.
  public internal(set) var threads: [WindowsThread] = []
  /// The heap that it is given; nil where there was no room.
  public internal(set) var heap: NTHeap?
  /// Further heaps.
  public internal(set) var heaps: [NTHeap] = []
  /// The stretches of 2 MiB that hold blocks, in the order of their making.
  var blockStretches: [AddressRange] = []
  /// Where the process block lies, where blocks are pages.
  var processBlock: AddressRange?
  var random: SeededRandom

  init(
    _ model: WindowsModel, _ program: WindowsProgram, boot: WindowsBoot, random: SeededRandom
  ) {
    (self.model, self.program, self.boot, self.random) = (model, program, boot, random)
  }

  /// Starts a program in an empty space of the model's layout.
  ///
  /// Draws: where the program lies, then as the rows of its start-up want them.
  ///
  /// - Returns: nil where it has no room to start.
  public static func start(
    _ program: WindowsProgram, on model: WindowsModel, boot: WindowsBoot,
    from catalogue: ImageCatalogue, in system: inout some MemorySystem, random: SeededRandom
  ) -> WindowsProcess? {
    var process = WindowsProcess(model, program, boot: boot, random: random)
    let highEdge = system.layout.searchesForHighest.first?.range.upper ?? model.end
    for occupant in FixedOccupant.all(of: model, highEdge: highEdge) {
      let access: Region.Access = occupant.isReadable ? [.read, .shared] : []
      _ = system.map(
        at: occupant.range, .windows(occupant.name, .system, access: access))
    }
    guard process.placeProgram(in: &system) else { return nil }
    if model.version == .ten, model.rules.hasControlFlowGuard {
      _ = system.map(
        model.limit.guardBitmap, .windows("control flow guard", .reserved, isReserved: true))
    }
    let known = catalogue.group(WindowsBoot.known, in: model.version)
    if let first = known.first { process.load(first, in: &system) }
    if model.isWoW64 {
      for image in catalogue.group(WindowsBoot.wow64, in: model.version) {
        process.load(image, in: &system)
      }
    }
    let rows =
      model.version.startUp + (program.hasWindows ? model.version.windowsStartUp : [])
    for row in rows {
      guard process.add(row, from: catalogue, in: &system) else { return nil }
    }
    for group in program.groups {
      for image in catalogue.group(group, in: model.version) { process.load(image, in: &system) }
    }
    for _ in 0..<program.threads { process.startThread(in: &system) }
    return process
  }

  private mutating func add(
    _ row: StartUpRow, from catalogue: ImageCatalogue, in system: inout some MemorySystem
  ) -> Bool {
    switch row {
    case .view(let name, let size):
      return system.map(size, .view(name)) != nil
    case .memory(let name, let size):
      return system.map(size, .windows(name, .anonymous)) != nil
    case .passing(let size):
      guard let range = system.map(size, .windows("", .anonymous)) else { return false }
      system.unmap(range)
      return true
    case .blocks: return makeProcessBlock(in: &system)
    case .stack: return startThread(in: &system) != nil
    case .processHeap:
      heap = NTHeap(reserving: program.heap, model.rules.heap, slide: heapSlide(), in: &system)
      return heap != nil
    case .heap(let size):
      let slide = heapSlide()
      guard let heap = NTHeap(reserving: size, model.rules.heap, slide: slide, in: &system) else {
        return false
      }
      heaps.append(heap)
      return true
    case .images:
      let linked = model.version.linkedGroups
      for group in [linked.basic] + (program.hasWindows ? [linked.windows] : []) {
        for image in catalogue.group(group, in: model.version) { load(image, in: &system) }
      }
      return true
    }
  }

  /// What is left out below a heap.
  private mutating func heapSlide() -> ByteCount {
    ByteCount(random.next(bits: model.rules.heapBits) * Layout.windowsSlot.value)
  }
}
