/// The rules of one address space: where it begins and ends, and who places what where.
///
/// A layout is always an argument and takes nothing from this machine, so that a file from another
/// stays analysable.
public struct Layout: Sendable {
  /// The preset it comes from, such as `linux-i386-4g`.
  public let name: String
  /// The user space: its lowest address and the first that is not usable any more.
  public let space: AddressRange
  /// How wide its addresses are.
  public let wordSize: WordSize
  /// Who places mappings.
  public let system: System
  /// A page, in bytes: sizes are multiples of it.
  public let pageSize: ByteCount
  /// Mappings begin at multiples of it.
  public let granularity: ByteCount
  /// Where the system looks for room, in the order it looks.
  public let searches: [Search]
  /// What stays empty below a stack that grows.
  public let guardGap: ByteCount
  /// Ranges that are never handed out although no map shows anything there.
  public let blocked: [AddressRange]
  /// How all this was decided, in a sentence.
  public var basis: String
  /// Whether something was assumed that the source does not tell.
  public var isAssumed: Bool
  /// What contradicts the decision.
  public var contradictions: [String] = []
  /// Where what asks for the highest place is looked for, where that is not told by `searches`.
  var highestSearches: [Search]?

  /// Who places mappings.
  public enum System: Sendable {
    case linux
    case windows
    case wine
  }

  /// One pass over the free spans.
  public struct Search: Hashable, Sendable {
    /// The addresses it may hand out.
    public let range: AddressRange
    /// Which free span it takes first, and which end of it.
    public let direction: Direction
    /// What bases are multiples of.
    public let alignment: ByteCount
    /// What is asked on top to be able to align, and given back.
    public let slack: ByteCount
    /// The ranges in it that it never looks at, in address order.
    public let excluded: [AddressRange]

    /// A pass over `range`.
    public init(
      _ range: AddressRange, _ direction: Direction, alignment: ByteCount,
      slack: ByteCount = .zero, excluding excluded: [AddressRange] = []
    ) {
      self.range = range
      self.direction = direction
      self.alignment = alignment
      self.slack = slack
      self.excluded = excluded
    }

    /// Whether this pass looks at all of a free range.
    func sees(_ free: AddressRange) -> Bool {
      range.lower <= free.lower && free.upper <= range.upper
        && !excluded.contains { $0.overlaps(free) }
    }

    /// What of a free range this pass looks at, in address order.
    func parts(of free: AddressRange) -> [AddressRange] {
      guard var rest = free.clamped(to: range) else { return [] }
      var parts: [AddressRange] = []
      for excluded in excluded where excluded.overlaps(rest) {
        let (below, above) = rest.subtracting(excluded)
        if let below { parts.append(below) }
        guard let above else { return parts }
        rest = above
      }
      return parts + [rest]
    }

    /// Which free span is taken first, and which end of it.
    public enum Direction: String, Sendable {
      /// The highest span that is large enough, at its upper end.
      case topDown
      /// The lowest span that is large enough, at its lower end.
      case bottomUp
    }
  }
}
