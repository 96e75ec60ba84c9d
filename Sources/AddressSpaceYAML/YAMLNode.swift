/// A value of a document, with where it stands.
public struct YAMLNode: Equatable, Sendable {
  /// Where it begins.
  public let place: YAMLPlace
  /// What it is.
  public let content: Content

  /// What a value can be.
  public enum Content: Equatable, Sendable {
    /// Text as it stands there, `isPlain` where it is not in quotes.
    case scalar(String, isPlain: Bool)
    /// Values in their order.
    case list([YAMLNode])
    /// Keys with values in their order, no key twice.
    case mapping([YAMLEntry])
  }
}

/// A key of a mapping, and its value.
public struct YAMLEntry: Equatable, Sendable {
  /// The key.
  public let key: String
  /// Where the key begins.
  public let place: YAMLPlace
  /// Its value.
  public let value: YAMLNode
}

extension YAMLNode {
  /// What a value can be asked to be.
  public enum Shape: String, Equatable, Sendable {
    /// Nothing, `~` or `null`.
    case nothing
    /// One value.
    case text = "one value"
    /// One value in quotes.
    case quoted = "text in quotes"
    /// A whole number.
    case number = "a whole number"
    /// A list.
    case list = "a list"
    /// Keys with values.
    case mapping = "a mapping"
  }

  /// What it is.
  public var shape: Shape {
    switch content {
    case .scalar(let text, isPlain: true):
      ["", "~", "null", "Null", "NULL"].contains(text) ? .nothing : .text
    case .scalar: .quoted
    case .list: .list
    case .mapping: .mapping
    }
  }
}
