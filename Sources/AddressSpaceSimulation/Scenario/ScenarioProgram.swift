import AddressSpace

/// A scenario's program on a system, to be started as often as is wanted.
protocol ScenarioProgram: Sendable {
  associatedtype Stage: SpaceStage
  associatedtype Heap: MemoryAllocator

  /// The rules of the space, as far as chance does not decide them.
  var layout: Layout { get }

  /// Starts it; nil where it has no room.
  func start(_ random: inout SeededRandom) -> Stage?

  /// Its C library's heap; nil where it has no room.
  func heap(in system: inout some MemorySystem) -> Heap?
}

/// A program on Windows.
struct WindowsScenarioProgram: ScenarioProgram {
  let layout: Layout
  private let model: WindowsModel
  private let program: WindowsProgram
  private let catalogue: ImageCatalogue
  private let topDownBelow: ByteCount

  /// A program of the catalogue, nil where it has none of that name.
  init?(_ settings: Scenario.Settings, on model: WindowsModel, from catalogue: ImageCatalogue) {
    var model = model
    model.rules = model.rules.assuming(settings.assumptions)
    if !settings.isRandomized { model.rules = model.rules.withoutRandomization }
    let catalogue = settings.movesImages ? catalogue.movingAll : catalogue
    guard let program = catalogue.program(settings.program),
      let layout = model.unrandomizedLayout
    else { return nil }
    self.layout = layout
    self.model = model
    self.program = program
    self.catalogue = catalogue
    topDownBelow = settings.topDownBelow
  }

  func start(_ random: inout SeededRandom) -> WindowsStage? {
    WindowsStage(
      program, on: model, from: catalogue, topDownBelow: topDownBelow, random: &random)
  }

  func heap(in system: inout some MemorySystem) -> NTHeap? {
    NTHeap(reserving: .kibibytes(64), model.rules.heap, in: &system)
  }
}

/// A program on Linux.
struct LinuxScenarioProgram: ScenarioProgram {
  let layout: Layout
  private let launch: LinuxLaunch
  private let malloc: GlibcAllocator

  /// A program that is known for the layout, nil where none of that name is.
  init?(_ settings: Scenario.Settings, on name: String) {
    guard let known = LinuxProgram.all(on: name).first(where: { $0.name == settings.program }),
      var launch = LinuxLaunch(layout: name, program: known.program)
    else { return nil }
    launch.isRandomized = settings.isRandomized
    self.launch = launch
    var random = SeededRandom(seed: 0)
    guard let layout = launch.start(&random)?.layout else { return nil }
    self.layout = layout
    malloc = GlibcAllocator(
      version: settings.libc, wordSize: layout.wordSize,
      machine: launch.isArm ? .arm : layout.wordSize == .bits64 ? .x86_64 : .i386,
      settings: settings.malloc)
  }

  func start(_ random: inout SeededRandom) -> LinuxStage? {
    launch.start(&random).map { LinuxStage($0, stack: launch.stackLimit, heaps: malloc) }
  }

  /// When its first step begins, a program has allocated something.
  func heap(in system: inout some MemorySystem) -> GlibcAllocator? {
    var heap = malloc
    return heap.allocate(.kibibytes(1), in: &system) == nil ? nil : heap
  }
}
