/// Rules that have to hold in a share of all runs: `p(fits 48MB >= 2) >= 95%`.
extension PolicyRule {
  /// How such a rule is written, for help and errors.
  public static let probableForm = "p(RULE) >= SHARE"

  /// Reads a rule, such as `largest-free >= 400MiB`, or `probableForm` around one.
  public init(text: String) throws(PolicyRuleError) {
    guard let (rule, share) = Self.probable(text) else {
      try self.init(plain: text)
      return
    }
    guard let rule, let share else { throw .probable(text) }
    guard let required = RequiredShare(text: share) else { throw .share(share, in: text) }
    try self.init(plain: rule)
    probability = required
  }

  /// The rule and the share in a text that begins as such a rule does, each nil where it is not
  /// found; nil for all other texts.
  private static func probable(_ text: String) -> (rule: String?, share: String?)? {
    let text = text.trimmed
    guard text.first == "p", text.dropFirst().trimmed.first == "(" else { return nil }
    // A pattern may hold any letters, so the last of these is meant.
    guard let open = text.firstIndex(of: "("), let close = text.lastIndex(of: ")") else {
      return (nil, nil)
    }
    let rest = text[text.index(after: close)...].trimmed
    return (
      String(text[text.index(after: open)..<close]),
      rest.hasPrefix(">=") ? rest.dropFirst(2).trimmed : nil
    )
  }
}

extension StringProtocol {
  /// Without the blanks around it.
  fileprivate var trimmed: String {
    func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" }
    return String(drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  }
}
