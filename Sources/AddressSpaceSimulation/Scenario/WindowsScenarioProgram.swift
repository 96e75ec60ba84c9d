import AddressSpace

/// A program on Windows: in a new launch, or going on from where a process is, also one under Wine.
///
/// A process that goes on has a heap of its own. Its images are those that lie in it under their
/// names; others come to where the scenario's Windows would put them in a new boot.
struct WindowsScenarioProgram: ScenarioProgram {
  let layout: Layout
  private let model: WindowsModel
  private let program: WindowsProgram
  private let catalogue: ImageCatalogue
  private let topDownBelow: ByteCount
  /// What it goes on from, nil for new launches.
  private let room: Room?

  /// A program of the catalogue, nil where it has none of that name.
  init?(
    _ settings: Scenario.Settings, on model: WindowsModel, in room: Room?,
    from catalogue: ImageCatalogue
  ) {
    var model = model
    model.rules = model.rules.assuming(settings.assumptions)
    if !settings.isRandomized { model.rules = model.rules.withoutRandomization }
    let catalogue = settings.movesImages ? catalogue.movingAll : catalogue
    guard let program = catalogue.program(settings.program),
      let layout = room?.layout ?? model.unrandomizedLayout
    else { return nil }
    self.layout = layout
    self.model = model
    self.program = program
    self.catalogue = catalogue
    self.room = room
    topDownBelow = settings.topDownBelow
  }

  func start(_ random: inout SeededRandom) -> WindowsStage? {
    guard let room else {
      return WindowsStage(
        program, on: model, from: catalogue, topDownBelow: topDownBelow, random: &random)
    }
    return WindowsStage(
      ModelledSpace(room), process(in: room, &random), from: catalogue,
      topDownBelow: topDownBelow)
  }

  func heap(in system: inout some MemorySystem) -> NTHeap? {
    NTHeap(reserving: .kibibytes(64), model.rules.heap, in: &system)
  }
}

extension WindowsScenarioProgram {
  /// The process of a room, with the images of the catalogue that it has.
  private func process(in room: Room, _ random: inout SeededRandom) -> WindowsProcess {
    let boot = WindowsBoot(model, catalogue, random: &random)
    var process = WindowsProcess(model, program, boot: boot, random: random)
    for (path, range) in room.images {
      let name = path.lastPathComponent.lowercased()
      guard process.images[name] == nil, let image = catalogue.image(name, in: model.version)
      else { continue }
      process.images[name] = LoadedImage(image: image, range: range, placement: .boot)
    }
    return process
  }
}

extension Room {
  /// From the first to the last part of each image, the lowest first.
  fileprivate var images: [(path: String, range: AddressRange)] {
    var images: [(path: String, range: AddressRange)] = []
    var places: [String: Int] = [:]
    for region in regions where region.kind == .image && !region.name.isEmpty {
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
}
