public import AddressSpace

/// The numbers of an NT heap; sources in `docs/simulation-windows.md`.
public struct NTHeapRules: Hashable, Sendable {
  /// What the first further segment reserves; each one twice as much as the one before.
  public var segmentReserve = ByteCount.mebibytes(1)
  /// What a segment reserves at most, nil where nothing bounds it.
  public var largestReserve: ByteCount? = ByteCount(0xFD_0000)
  /// Where there is no room for so much or less, no smaller segment is tried.
  public var leastHalved = ByteCount.zero
  /// How many segments a heap may have.
  public var mostSegments = Int.max
  /// Blocks of more bytes, their header included, are regions of their own.
  public var largestBlock = ByteCount(0x7_F000)
  /// Free blocks of fewer bytes stay committed.
  public var decommitBlock = ByteCount.kibibytes(4)
  /// With fewer free bytes than these all free blocks stay committed.
  public var decommitTotal = ByteCount.kibibytes(64)
  /// What stays reserved and uncommitted at the end of each segment and behind each large block.
  public var guardBytes = ByteCount.zero
  /// Whether a segment without blocks gives its addresses back; the first never does.
  public var releasesSegments = true
  /// What the low-fragmentation heap reserves when it begins to serve; zero where it is not there.
  public var frontEnd = ByteCount.zero
  /// How many blocks of one size there are when it does.
  public var frontEndBlocks: UInt32 = 17
  /// What a heap reserves at first at least.
  public var leastReserve = ByteCount.zero
  /// How wide an address is: of 64 bits headers and units are twice as large.
  public let wordSize: WordSize

  /// The numbers of a version, for programs of a word size.
  public init(_ version: WindowsVersion, _ wordSize: WordSize) {
    self.wordSize = wordSize
    if wordSize == .bits64 { largestBlock = ByteCount(0xF_F000) }
    switch version {
    case .xp:
      largestReserve = nil
      mostSegments = 64
      releasesSegments = false
    case .seven: break
    case .ten:
      guardBytes = .kibibytes(4)
      frontEnd = .kibibytes(108)
    case .wine:
      leastReserve = .mebibytes(2)
      segmentReserve = .mebibytes(2)
      largestReserve = .mebibytes(128)
      leastHalved = .mebibytes(4)
      largestBlock = ByteCount(0x7_EFF0)
      decommitBlock = .mebibytes(256)
    }
  }

  /// Blocks are multiples of it.
  var unit: UInt64 { 2 * wordSize.pointerBytes }
  /// What stands before each block.
  var header: UInt64 { 2 * wordSize.pointerBytes }
  /// What stands before a block that is a region of its own, the block's header included.
  var largeHeader: UInt64 { 8 * wordSize.pointerBytes }
  static let page: UInt64 = 4096
  /// What describes a heap at its beginning, in whole units.
  var heapHeader: UInt64 { wordSize == .bits32 ? 0x640 : 0xA80 }
  /// What describes a further segment.
  var segmentHeader: UInt64 { wordSize == .bits32 ? 0x40 : 0x70 }
  /// More bytes than these nobody has.
  var mostBytes: UInt64 { wordSize == .bits32 ? (1 << 32) - 1 : 1 << 47 }

  /// A block with its header, in whole units; a block of nothing has a unit behind its header.
  func blockSize(_ bytes: ByteCount) -> UInt64 {
    max(2 * unit, (bytes.value + header + unit - 1) & ~(unit - 1))
  }
}
