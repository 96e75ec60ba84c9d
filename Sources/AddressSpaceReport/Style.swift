/// How a report is to look; the caller knows the terminal, a report does not.
public struct Style: Sendable {
  /// How many columns there are.
  public let width: Int
  /// Whether colours may be used.
  public let hasColor: Bool
  /// Whether characters beyond ASCII may be used.
  public let isUnicode: Bool
  /// How many rows a list has at most; nil for as many as fit a screen, 0 for all.
  public let top: Int?

  /// A style.
  public init(width: Int = 80, hasColor: Bool = false, isUnicode: Bool = false, top: Int? = nil) {
    self.width = max(40, width)
    self.hasColor = hasColor
    self.isUnicode = isUnicode
    self.top = top
  }

  /// How long a line may be: a terminal breaks one that fills its last column.
  var columns: Int { width - 1 }

  /// What a piece of text is, not how it looks.
  enum Role {
    case heading
    case good
    case bad
    case free
    case pin
    case detail
  }

  func paint(_ text: String, _ role: Role) -> String {
    guard hasColor else { return text }
    let code =
      switch role {
      case .heading: "1"
      case .good: "1;32"
      case .bad: "1;31"
      case .free: "32"
      case .pin: "33"
      case .detail: "2"
      }
    return "\u{1B}[\(code)m\(text)\u{1B}[0m"
  }

  /// The first rows of a list: `usual` where nothing else was asked.
  func rows<Element>(_ list: [Element], usual: Int) -> ArraySlice<Element> {
    let count = top ?? usual
    return count == 0 ? list[...] : list.prefix(count)
  }
}
