/// Who uses a region that has no name of its own, and how sure that is.
public struct Origin: Hashable, Sendable {
  /// Who uses it.
  public let owner: Owner
  /// How sure that is.
  public let certainty: Certainty

  /// An origin.
  public init(_ owner: Owner, _ certainty: Certainty) {
    self.owner = owner
    self.certainty = certainty
  }

  /// The owner's name, such as `thread stack`.
  public var name: String { owner.name }

  /// How sure an origin is.
  public enum Certainty: String, CaseIterable, Comparable, Hashable, Sendable {
    /// Nothing speaks against it, and most such regions are that.
    case possible
    /// Its shape and its neighbours are those of few other things.
    case likely
    /// The kernel, a name or what is in the memory says so.
    case certain

    /// Whether `left` is less sure than `right`.
    public static func < (left: Certainty, right: Certainty) -> Bool {
      left.index < right.index
    }

    private var index: Int {
      switch self {
      case .possible: 0
      case .likely: 1
      case .certain: 2
      }
    }
  }
}

extension Origin {
  /// Something that takes memory: an allocator, a runtime, a library.
  public struct Owner: Hashable, Sendable {
    /// What it is called, in a few words; programs may rely on those of `known`.
    public let name: String
    /// What would give its addresses back, nil where only the kind of region tells.
    public let action: Pin.Action?

    /// An owner. Its name has no line break: captures keep it in a line.
    public init(_ name: String, action: Pin.Action? = nil) {
      self.name = name
      self.action = action
    }

    /// The owner of this name: one of `known`, else one of which nothing else is known.
    public init(named name: String) {
      self = Self.byName[name] ?? Owner(name)
    }

    private static let byName = Dictionary(
      known.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

extension Origin.Owner: CustomStringConvertible {
  /// Its name.
  public var description: String { name }
}
