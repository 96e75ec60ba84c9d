/// One rule of a policy: a figure and what bounds it.
public struct PolicyRule: Hashable, Sendable {
  /// What is measured.
  public var subject: Subject
  /// What it may be.
  public var bound: Bound
  /// Patterns of the names of owners that do not count.
  public var excused: [String]
  /// In how many of all runs it has to hold; nil for what is asked of rules that do not say.
  public var probability: RequiredShare?

  /// What is measured, and in what.
  public enum Subject: Hashable, Sendable {
    /// The largest contiguous free span, in bytes.
    case largestFree
    /// All free bytes.
    case free
    /// How far free space is in pieces, in percent.
    case fragmentation
    /// How many of a buffer fit; asked of the layout's usual allocator where none is given.
    case fits(BufferRequest, Allocator.Family?)
    /// How many mappings there are.
    case regions
    /// The bytes of all regions of a kind.
    case kind(Region.Kind)
    /// The bytes of what fits a pattern of owners.
    case owner(OwnerPattern)
    /// How many pins smaller than the first stand between free spans that are both larger than the
    /// second.
    case pins(smallerThan: ByteCount, between: ByteCount)
    /// The bytes that the baseline has not.
    case new
    /// How many pins the baseline has not: what is smaller than the first, where one is given, and
    /// stands between free spans larger than the second, `Additions.usualSpan` where none is given.
    case newPins(smallerThan: ByteCount?, between: ByteCount?)
    /// How far a figure has changed for the worse.
    indirect case change(Change)
  }

  /// A figure, held against what it was: in the baseline, else at the first look.
  public struct Change: Hashable, Sendable {
    /// The figure. One of which more is worse grows, one of which less is worse is lost.
    public var subject: Subject
    /// Where it is held against other looks alone: within how many looks after another it changes so
    /// far.
    public var looks: UInt64?

    /// How far a figure changes.
    public init(of subject: Subject, over looks: UInt64? = nil) {
      self.subject = subject
      self.looks = looks
    }
  }

  /// A pattern, `*` for any letters and `?` for one, and what it is held against.
  public struct OwnerPattern: Hashable, Sendable {
    /// The pattern.
    public var pattern: String
    /// What names it is held against.
    public var grouping: Usage.Grouping

    /// A pattern of names of this grouping.
    public init(_ pattern: String, by grouping: Usage.Grouping) {
      self.pattern = pattern
      self.grouping = grouping
    }
  }

  /// A bound, in the subject's unit.
  public enum Bound: Hashable, Sendable {
    case atLeast(UInt64)
    case atMost(UInt64)
  }

  /// A rule.
  public init(
    _ subject: Subject, _ bound: Bound, excused: [String] = [], probability: RequiredShare? = nil
  ) {
    self.subject = subject
    self.bound = bound
    self.excused = excused
    self.probability = probability
  }
}
