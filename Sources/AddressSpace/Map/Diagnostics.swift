/// Something in a source that could not be read, or contradicts the rest.
public struct Diagnostic: Hashable, Sendable {
  /// The line it stands on, from 1; nil where it concerns the whole source.
  public let line: Int?
  /// What is wrong and what was done about it, in a sentence without its final stop.
  public let message: String

  /// A diagnostic.
  public init(line: Int? = nil, _ message: String) {
    self.line = line
    self.message = message
  }
}

/// All diagnostics of one source: all counted, the first kept.
public struct Diagnostics: Sendable {
  /// A file of nothing but bad lines must not cost more memory than it has bytes.
  public static let mostKept = 1000

  /// The first of them, in the order in which they were met.
  public private(set) var kept: [Diagnostic] = []
  /// How many there were.
  public private(set) var count = 0

  /// None yet.
  public init() {}

  /// Whether everything was read.
  public var isEmpty: Bool { count == 0 }

  /// Adds one.
  public mutating func append(_ diagnostic: Diagnostic) {
    count += 1
    if kept.count < Self.mostKept { kept.append(diagnostic) }
  }

  /// Adds those of a part of the source.
  public mutating func append(_ part: Diagnostics) {
    count += part.count
    kept += part.kept.prefix(max(0, Self.mostKept - kept.count))
  }
}
