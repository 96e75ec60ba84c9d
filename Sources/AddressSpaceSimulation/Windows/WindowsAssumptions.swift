public import AddressSpace

/// What no source tells for certain of a Windows and is taken to be otherwise than usual; nil of what
/// stays as `WindowsRules` has it.
public struct WindowsAssumptions: Hashable, Sendable {
  /// How much of the area of images those of other programs have taken when the program starts.
  public var loadedElsewhere: ClosedRange<ByteCount>?
  /// Whether images that all programs share come in random order at each boot.
  public var shufflesKnownImages: Bool?
  /// A thread's 64-bit stack on 64-bit Windows.
  public var wowStack: ByteCount?
  /// Whether addresses are reserved for the bitmap of control flow guard (Windows 10).
  public var hasControlFlowGuard: Bool?
  /// The most that a segment of a heap reserves.
  public var largestSegment: ByteCount?

  /// Nothing.
  public init() {}

  /// These, and what is assumed after them.
  func with(_ later: WindowsAssumptions) -> WindowsAssumptions {
    var all = self
    all.loadedElsewhere = later.loadedElsewhere ?? loadedElsewhere
    all.shufflesKnownImages = later.shufflesKnownImages ?? shufflesKnownImages
    all.wowStack = later.wowStack ?? wowStack
    all.hasControlFlowGuard = later.hasControlFlowGuard ?? hasControlFlowGuard
    all.largestSegment = later.largestSegment ?? largestSegment
    return all
  }
}

extension WindowsRules {
  /// The same under some assumptions.
  func assuming(_ assumptions: WindowsAssumptions) -> WindowsRules {
    var rules = self
    rules.loadedElsewhere = assumptions.loadedElsewhere ?? loadedElsewhere
    rules.shufflesKnownImages = assumptions.shufflesKnownImages ?? shufflesKnownImages
    rules.wowStack = assumptions.wowStack ?? wowStack
    rules.hasControlFlowGuard = assumptions.hasControlFlowGuard ?? hasControlFlowGuard
    rules.heap.largestReserve = assumptions.largestSegment ?? heap.largestReserve
    return rules
  }
}
