public import AddressSpace

/// The heap of Windows' `HeapAlloc`, as far as addresses and commit go.
///
/// Blocks come from the smallest free one that is large enough, then from pages of a segment that are
/// committed for them, then from a new segment. What is freed joins its neighbours; whole pages of
/// it are given back to the system, their addresses are not. The low-fragmentation heap takes its
/// addresses; the blocks that it would serve are served as all others are.
public struct NTHeap: Sendable {
  /// Its numbers.
  public let rules: NTHeapRules
  /// Its segments in the order of their making; nil in the place of one that was given back.
  var segments: [Segment?] = []
  /// The segments' places in `segments`, by address.
  var byAddress: [Int] = []
  /// The sizes of blocks that the program has, by where they begin.
  var blocks: [UInt64: UInt64] = [:]
  /// The regions of blocks that have their own, by where they begin.
  var large: [UInt64: AddressRange] = [:]
  /// Where blocks begin whose addresses were aligned, by these.
  var aligned: [UInt64: UInt64] = [:]
  var free = FreeBlocks()
  var nextReserve: ByteCount
  /// How many blocks of each small size there are, until the front end serves.
  var live: [UInt32] = []
  /// What the front end has reserved.
  public internal(set) var frontEnd: AddressRange?

  /// A stretch that blocks are cut from.
  struct Segment: Sendable {
    let range: AddressRange
    /// Where its first block begins.
    let first: UInt64
    /// What of it is not committed and may be, in address order.
    var uncommitted: [Range<UInt64>]
    /// How many blocks in it the program has.
    var blocks = 0
  }

  /// Makes a heap whose first segment reserves so much (`HeapCreate`).
  ///
  /// - Parameter slide: what is left out below it.
  /// - Returns: nil where the system has no room for it.
  public init?(
    reserving reserve: ByteCount, _ rules: NTHeapRules, slide: ByteCount = .zero,
    in system: inout some MemorySystem
  ) {
    self.rules = rules
    nextReserve = rules.segmentReserve
    guard let size = max(reserve, rules.leastReserve).roundedUp(to: Layout.windowsSlot),
      let range = system.map(
        size, leavingOut: slide, .windows(Self.owner, .heap, isReserved: true))
    else { return nil }
    if rules.frontEnd > .zero { live = Array(repeating: 0, count: 129) }
    add(range, header: rules.heapHeader, in: &system)
  }

  static let owner = "NT heap"

  /// The stretches of its segments, lowest first.
  public var ranges: [AddressRange] {
    byAddress.compactMap { segments[$0]?.range }
  }

  /// The stretches of its segments in the order in which they were made.
  public var rangesAsMade: [AddressRange] { segments.compactMap { $0?.range } }

  /// The regions of blocks that have their own, lowest first.
  public var largeBlocks: [AddressRange] {
    large.values.sorted { $0.lower < $1.lower }
  }

  /// Gives all its addresses back (`HeapDestroy`).
  public consuming func destroy(in system: inout some MemorySystem) {
    for range in ranges + largeBlocks + [frontEnd].compactMap({ $0 }) { system.unmap(range) }
  }
}
