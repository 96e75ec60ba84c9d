import AddressSpace

/// A program that goes on from where a Linux process is.
///
/// What the process's own heap has left is not known to the model: its malloc begins anew, at the end
/// of the brk heap.
struct ContinuedLinuxProgram: ScenarioProgram {
  private let room: Room
  private let malloc: GlibcAllocator

  init(_ room: Room, _ settings: Scenario.Settings) {
    self.room = room
    let version = room.facts.libcVersion ?? settings.libc
    malloc = GlibcAllocator(
      version: version.isModelled ? version : settings.libc, wordSize: room.layout.wordSize,
      machine: room.facts.machine ?? (room.layout.wordSize == .bits64 ? .x86_64 : .i386),
      settings: settings.malloc)
  }

  var layout: Layout { room.layout }

  func start(_ random: inout SeededRandom) -> LinuxStage? {
    let limit = room.facts.stackLimit.flatMap { $0 == LayoutFacts.unlimitedStack ? nil : $0 }
    return LinuxStage(ModelledSpace(room), stack: limit ?? .mebibytes(8), heaps: malloc)
  }

  func heap(in system: inout some MemorySystem) -> GlibcAllocator? { malloc }
}

/// A program that goes on from where a Windows process is, or one under Wine: with a heap of its own.
///
/// Its images are those that lie in the process under their names; others come to where the
/// scenario's Windows would put them in a new boot.
struct ContinuedWindowsProgram: ScenarioProgram {
  private let room: Room
  private let model: WindowsModel
  private let program: WindowsProgram
  private let catalogue: ImageCatalogue
  private let topDownBelow: ByteCount

  /// Nil where the catalogue has no program of that name.
  init?(
    _ room: Room, _ settings: Scenario.Settings, on model: WindowsModel,
    from catalogue: ImageCatalogue
  ) {
    guard let program = catalogue.program(settings.program) else { return nil }
    self.room = room
    self.model = model
    self.program = program
    self.catalogue = settings.movesImages ? catalogue.movingAll : catalogue
    topDownBelow = settings.topDownBelow
  }

  var layout: Layout { room.layout }

  func start(_ random: inout SeededRandom) -> WindowsStage? {
    let boot = WindowsBoot(model, catalogue, random: &random)
    var process = WindowsProcess(model, program, boot: boot, random: random)
    for (path, range) in images {
      let name = path.lastPathComponent.lowercased()
      guard process.images[name] == nil, let image = catalogue.image(name, in: model.version)
      else { continue }
      process.images[name] = LoadedImage(image: image, range: range, placement: .boot)
    }
    return WindowsStage(
      ModelledSpace(room), process, from: catalogue, topDownBelow: topDownBelow)
  }

  /// From the first to the last part of each image, the lowest first.
  private var images: [(path: String, range: AddressRange)] {
    var images: [(path: String, range: AddressRange)] = []
    var places: [String: Int] = [:]
    for region in room.regions where region.kind == .image && !region.name.isEmpty {
      if let place = places[region.name],
        let whole = AddressRange(images[place].range.lower, region.range.upper)
      {
        images[place].range = whole
      } else {
        places[region.name] = images.count
        images.append((region.name, region.range))
      }
    }
    return images
  }

  func heap(in system: inout some MemorySystem) -> NTHeap? {
    NTHeap(reserving: .kibibytes(64), model.rules.heap, in: &system)
  }
}
