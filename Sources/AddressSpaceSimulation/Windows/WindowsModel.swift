public import AddressSpace

/// A Windows that programs are started on: a version, a limit, and the rules.
public struct WindowsModel: Hashable, Sendable {
  /// What it is called: `windows-7-2g`, `wine-2g`.
  public let name: String
  /// The version.
  public let version: WindowsVersion
  /// How much of the addresses are the program's, and on which system.
  public let limit: WindowsLimit
  /// By which numbers it places things.
  public var rules: WindowsRules

  /// The model of a version with a limit, with the rules that are known of it.
  public init(_ version: WindowsVersion, _ limit: WindowsLimit) {
    let system = version == .wine ? "wine" : "windows-\(version.rawValue)"
    name = "\(system)-\(limit.rawValue)"
    self.version = version
    self.limit = limit
    rules = WindowsRules(version, limit.wordSize)
  }

  /// All models of Windows, XP first.
  public static let all = WindowsVersion.allCases.filter { $0 != .wine }.flatMap { version in
    WindowsLimit.allCases.map { WindowsModel(version, $0) }
  }

  /// Those of Wine: a program that is not large address aware, and one that is.
  public static let wine = [WindowsModel(.wine, .native2GiB), WindowsModel(.wine, .wow4GiB)]

  /// The model called `name`, nil where there is none.
  public init?(named name: String) {
    guard let model = (Self.all + Self.wine).first(where: { $0.name == name }) else { return nil }
    self = model
  }

  /// The user space with the edges that `random` draws, of a program that asks for randomisation or
  /// not.
  ///
  /// Draws: the lower edge, then the upper one.
  public func layout(isRandomized: Bool, random: inout SeededRandom) -> Layout? {
    space(isRandomized: isRandomized, random: &random)?.layout
  }

  /// The space that a program is mapped into, empty, or under Wine with what is Linux's.
  ///
  /// Draws: the lower edge, then the upper one; under Wine what Linux does.
  func space(
    isRandomized: Bool, hasWindows: Bool = false, random: inout SeededRandom
  ) -> ModelledSpace? {
    if version == .wine {
      let start = WineStart(
        isLargeAddressAware: limit == .wow4GiB, hasWindows: hasWindows,
        isRandomized: rules.hostIsRandomized)
      return start.space(&random)
    }
    let edges = edges(isRandomized: isRandomized, random: &random)
    return Layout.windows(edges).map { ModelledSpace($0, facts: facts(edges)) }
  }

  /// The user space of a program that does not ask for randomisation.
  public var unrandomizedLayout: Layout? {
    var random = SeededRandom(seed: 0)
    return layout(isRandomized: false, random: &random)
  }

  /// The first address that is no user space any more.
  public var top: Address { limit.top(in: version) }

  /// The first address above what `VirtualAlloc` may give: the last 64 KiB are out of its reach.
  public var end: Address { top - Layout.windowsSlot }

  /// Whether 64-bit Windows runs it, with parts of its own beside the program's.
  var isWoW64: Bool { version != .wine && limit.isWoW64 }

  private func edges(isRandomized: Bool, random: inout SeededRandom) -> WindowsEdges {
    let low = random.next(bits: rules.bottomUpBits)
    let high = random.next(bits: rules.topDownBits)
    let slot = Layout.windowsSlot.value
    return WindowsEdges(
      name: name, top: top, end: end,
      low: Address(slot + (isRandomized ? low * slot : 0)),
      high: end - ByteCount(isRandomized ? high * slot : 0))
  }

  /// What a process with these edges is known to be.
  private func facts(_ edges: WindowsEdges) -> LayoutFacts {
    var windows = WindowsFacts()
    windows.is64BitSystem = isWoW64 || limit == .wide
    windows.isLargeAddressAware = limit != .native2GiB && limit != .wow2GiB
    windows.edges = edges
    var facts = LayoutFacts()
    facts.isRead = true
    facts.wordSize = limit.wordSize
    facts.machine = limit == .wide ? .x86_64 : .i386
    facts.windows = windows
    return facts
  }
}
