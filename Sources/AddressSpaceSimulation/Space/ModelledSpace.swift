public import AddressSpace

/// An address space that is a model: it answers as the system of its layout would.
///
/// Each request is placed where the layout's rules put it. Neighbours are told apart by who uses them;
/// what the system would merge is counted as one, and shown as one.
public struct ModelledSpace: Sendable {
  /// The rules.
  public let layout: Layout
  /// What is known of the process besides its map, as far as the model does not know it itself.
  public var facts: LayoutFacts
  /// Where the brk heap begins and ends; the same where it has not grown.
  public internal(set) var startOfBreak: Address
  /// Where the brk heap ends.
  public internal(set) var programBreak: Address
  /// How many mappings the system counts.
  public internal(set) var regionCount = 0

  var stretches = ChunkedList<Stretch>(most: 64)
  var free: FreeSpans
  var table = StretchTable()
  var totals = SpaceTotals()
  var limits = SpaceLimits()
  /// The last number of a group.
  var groups: UInt32 = 0
  let passes: [SearchPass]
  let passesFromTheTop: [SearchPass]

  /// An empty space.
  ///
  /// - Parameter facts: its limits are heeded, where the brk heap begins is taken from them.
  public init(_ layout: Layout, facts: LayoutFacts = LayoutFacts()) {
    self.layout = layout
    self.facts = facts
    passes = SearchPass.passes(of: layout)
    passesFromTheTop = SearchPass.passesForHighest(of: layout)
    let alignment = passes.map(\.alignment).min() ?? layout.granularity.value
    // Of no power of two the next smaller one serves: what it finds is looked at again.
    let power = UInt64(1) << UInt64(63 - max(1, alignment).leadingZeroBitCount)
    free = FreeSpans(
      [.init(lower: layout.space.lower.value, upper: layout.space.upper.value)], alignment: power)
    startOfBreak = facts.startOfBreak ?? 0
    programBreak = startOfBreak
    if let limits = facts.limits { self.limits = SpaceLimits(limits, committed: 0) }
  }

  /// The bytes that mappings take.
  public var mappedBytes: ByteCount { ByteCount(totals.mapped) }

  /// The bytes that the system has promised memory for: on Linux private memory that could be written
  /// to, on Windows what is committed.
  public var committedBytes: ByteCount { ByteCount(totals.committed) }

  /// The bytes that were written to since the model began and not given back.
  public var residentBytes: ByteCount { ByteCount(totals.resident) }

  /// The bytes of the layout's space that nothing takes.
  public var freeBytes: ByteCount { ByteCount(free.bytes) }

  /// The free spans of the layout's space, lowest first.
  public var freeRanges: [AddressRange] {
    free.all.compactMap { AddressRange(Address($0.lower), Address($0.upper)) }
  }

  var isWindows: Bool { layout.system != .linux }
}
