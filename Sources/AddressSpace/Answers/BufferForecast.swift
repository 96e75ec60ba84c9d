/// How many more buffers of one kind a process will get.
public struct BufferForecast: Sendable {
  /// What was asked.
  public let request: BufferRequest
  /// Who would ask the system for it.
  public let allocator: Allocator
  /// What one costs in address space, in bytes.
  public let footprint: ByteCount
  /// How many will be given before the first is refused.
  public let fits: UInt64
  /// How many there would be were all free space in one reachable piece.
  public let fitsIfContiguous: UInt64
  /// The free bytes that no such buffer can use.
  public let unusableFree: ByteCount
  /// Whether `fits` is exact; else it is the least that will be given.
  public let isExact: Bool
  /// How many of them the target's own heap serves without new address space, nil where its heap
  /// was not read.
  public let heapFits: UInt64?
  /// What to say in one word.
  public let verdict: Verdict
  /// Where they would go, in the order in which they would be handed out; as many as were wanted.
  public let placements: [AddressRange]

  /// The largest piece that is left in reach once all of them are placed, nil where none is.
  public let largestLeft: AddressRange?

  /// All walls that are known, address space first; `fits` is the least of what they allow.
  public let walls: [Wall]
  /// The memory that would not hold as many as fit, once they are touched.
  public let warnings: [Wall]
  /// Whether the source may not show all that is taken: then `fits` is the most there can be.
  public internal(set) var isUpperBound = false

  /// What `fits` is.
  public var bound: Bound { isExact ? .exact : isUpperBound ? .atMost : .atLeast }

  /// What a count that was forecast is.
  public enum Bound: String, Sendable {
    /// The count.
    case exact
    /// No more than will be given.
    case atLeast = "at-least"
    /// No less than will be given: what is taken may not all be known.
    case atMost = "at-most"
  }

  /// The wall that is met first; address space where another is met no sooner.
  public var nearestWall: Wall? {
    walls.first { $0.fits == fits }
  }

  /// The nearest wall where it is not address space.
  public var limitingWall: Wall? {
    nearestWall.flatMap { $0.name == .addressSpace ? nil : $0 }
  }

  /// What to say in one word.
  public enum Verdict: String, Sendable {
    /// At least one fits.
    case fits
    /// None fits although the free bytes would do.
    case fragmented
    /// None fits, and the free bytes would not do either.
    case exhausted
    /// Another limit than address space is met first.
    case limited
  }
}
