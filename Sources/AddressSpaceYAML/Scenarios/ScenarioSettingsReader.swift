import AddressSpace
import AddressSpaceSimulation

/// Reads what a program runs on and how: for a scenario, and what a remedy changes of it.
struct ScenarioSettingsReader {
  /// The keys of settings.
  static let keys = [
    "system", "python", "randomized", "movable-images", "top-down-below", "assume", "tile", "libc",
    "malloc",
  ]

  /// The settings that a mapping has; others it leaves as they are.
  static func changes(in reader: StrictReader) throws(YAMLError) -> Scenario.Settings.Changes {
    var changes = Scenario.Settings.Changes()
    changes.system = try reader.entry("system")?.system().name
    changes.python = try reader.entry("python")?.python()
    changes.isRandomized = try reader.entry("randomized")?.flag()
    changes.movesImages = try reader.entry("movable-images")?.flag()
    changes.topDownBelow = try reader.entry("top-down-below")?.size()
    changes.assumptions = try reader.entry("assume").map { entry throws(YAMLError) in
      try assumptions(entry)
    }
    changes.tile = try reader.entry("tile").map { entry throws(YAMLError) in try tile(entry) }
    changes.libc = try reader.entry("libc")?.libc()
    changes.malloc = try reader.entry("malloc").map { entry throws(YAMLError) in
      try malloc(entry)
    }
    return changes
  }

  private static func assumptions(_ entry: YAMLEntry) throws(YAMLError) -> WindowsAssumptions {
    let reader = try StrictReader(
      entry.value, of: "assume",
      keys: [
        "loaded-elsewhere", "shuffled-images", "wow-stack", "control-flow-guard", "largest-segment",
      ])
    var assumptions = WindowsAssumptions()
    assumptions.loadedElsewhere = try reader.entry("loaded-elsewhere")?.sizes()
    assumptions.shufflesKnownImages = try reader.entry("shuffled-images")?.flag()
    assumptions.wowStack = try reader.entry("wow-stack")?.positiveSize()
    assumptions.hasControlFlowGuard = try reader.entry("control-flow-guard")?.flag()
    assumptions.largestSegment = try reader.entry("largest-segment")?.positiveSize()
    return assumptions
  }

  private static func tile(_ entry: YAMLEntry) throws(YAMLError) -> ByteCount {
    let size = try entry.size()
    guard size >= .kibibytes(64) else {
      throw YAMLError(
        entry.value.place, .impossible("\(size) is no tile. Write 64KiB or more, as in 8MiB."))
    }
    return size
  }

  private static func malloc(_ entry: YAMLEntry) throws(YAMLError) -> GlibcSettings {
    let reader = try StrictReader(
      entry.value, of: "malloc",
      keys: ["mmap-threshold", "trim-threshold", "top-pad", "mappings", "arenas"])
    var settings = GlibcSettings()
    settings.mmapThreshold = try reader.entry("mmap-threshold")?.size()
    settings.trimThreshold = try reader.entry("trim-threshold")?.size()
    settings.topPad = try reader.entry("top-pad")?.size()
    settings.mmapMost = try reader.entry("mappings").map { entry throws(YAMLError) in
      Int(clamping: try entry.number())
    }
    settings.arenaMost = try reader.entry("arenas")?.count()
    return settings
  }
}

extension YAMLEntry {
  /// Its value as a system that is modelled.
  func system() throws(YAMLError) -> ModelledSystem {
    let name = try text()
    let known = ModelledSystem.names
    guard let system = ModelledSystem(named: name) else {
      throw YAMLError(
        value.place,
        .unknownName(name, of: "system", nearest: name.nearest(of: known), known: known))
    }
    return system
  }

  /// Its value as a release of CPython.
  fileprivate func python() throws(YAMLError) -> PythonVersion {
    let text = try text()
    guard let version = PythonVersion(text: text) else {
      throw YAMLError(
        value.place,
        .impossible("\(quoted(text)) is no release of Python. Write one, as in 2.7.18."))
    }
    return version
  }

  /// Its value as a release of glibc.
  fileprivate func libc() throws(YAMLError) -> LibcVersion {
    let text = try text()
    guard let version = LibcVersion(text: text), version.isModelled else {
      throw YAMLError(
        value.place,
        .impossible("\(quoted(text)) is no glibc that is modelled. Write 2.5 to 2.43."))
    }
    return version
  }

  /// Its value as two sizes, the smaller one first: `48MiB-224MiB`.
  fileprivate func sizes() throws(YAMLError) -> ClosedRange<ByteCount> {
    let text = try text()
    let sizes = text.split(separator: "-").compactMap { ByteCount(text: String($0)) }
    guard sizes.count == 2, sizes[0] <= sizes[1], sizes[1] <= .mebibytes(640) else {
      throw YAMLError(
        value.place,
        .impossible(
          "\(quoted(text)) is no pair of sizes up to 640 MiB. Write one, as in 48MiB-224MiB."))
    }
    return sizes[0]...sizes[1]
  }

  /// Its value as `yes` or `no`.
  func flag() throws(YAMLError) -> Bool {
    switch try text() {
    case "yes", "true": true
    case "no", "false": false
    default: throw YAMLError(value.place, .impossible("\(quoted(key)) is yes or no. Write one."))
    }
  }
}
