public import AddressSpace

/// A Windows that programs are started on: a version, a limit, and the rules.
public struct WindowsModel: Hashable, Sendable {
  /// What it is called: `windows-7-2g`.
  public let name: String
  /// The version.
  public let version: WindowsVersion
  /// How much of the addresses are the program's, and on which system.
  public let limit: WindowsLimit
  /// By which numbers it places things.
  public var rules: WindowsRules

  /// The model of a version with a limit, with the rules that are known of it.
  public init(_ version: WindowsVersion, _ limit: WindowsLimit) {
    name = "windows-\(version.rawValue)-\(limit.rawValue)"
    self.version = version
    self.limit = limit
    rules = WindowsRules(version)
  }

  /// All models, XP first.
  public static let all = WindowsVersion.allCases.flatMap { version in
    WindowsLimit.allCases.map { WindowsModel(version, $0) }
  }

  /// The model called `name`, nil where there is none.
  public init?(named name: String) {
    guard let model = Self.all.first(where: { $0.name == name }) else { return nil }
    self = model
  }

  /// The user space with the edges that `random` draws, of a program that asks for randomisation or
  /// not.
  ///
  /// Draws: the lower edge, then the upper one.
  public func layout(isRandomized: Bool, random: inout SeededRandom) -> Layout? {
    .windows(edges(isRandomized: isRandomized, random: &random))
  }

  /// The user space of a program that does not ask for randomisation.
  public var unrandomizedLayout: Layout? {
    var random = SeededRandom(seed: 0)
    return layout(isRandomized: false, random: &random)
  }

  func edges(isRandomized: Bool, random: inout SeededRandom) -> WindowsEdges {
    let low = random.next(bits: rules.bottomUpBits)
    let high = random.next(bits: rules.topDownBits)
    let slot = Layout.windowsSlot.value
    return WindowsEdges(
      name: name, top: limit.top, end: limit.end,
      low: Address(slot + (isRandomized ? low * slot : 0)),
      high: limit.end - ByteCount(isRandomized ? high * slot : 0))
  }

  /// What a process with these edges is known to be.
  func facts(_ edges: WindowsEdges) -> LayoutFacts {
    var windows = WindowsFacts()
    windows.is64BitSystem = limit.isWoW64
    windows.isLargeAddressAware = limit != .native2GiB && limit != .wow2GiB
    windows.edges = edges
    var facts = LayoutFacts()
    facts.isRead = true
    facts.wordSize = .bits32
    facts.machine = .i386
    facts.windows = windows
    return facts
  }
}
