import AddressSpace

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
