/// What this machine allows.
public struct DoctorReport: Sendable {
  /// One thing that was looked at.
  public struct Check: Sendable {
    /// What.
    public let name: String
    /// Whether it is as it should be.
    public let isOK: Bool
    /// What was seen.
    public let detail: String
    /// What to do where it is not.
    public let remedy: String?

    /// A check.
    public init(_ name: String, isOK: Bool, detail: String, remedy: String? = nil) {
      self.name = name
      self.isOK = isOK
      self.detail = detail
      self.remedy = remedy
    }
  }

  let checks: [Check]

  /// A report on these checks.
  public init(_ checks: [Check]) {
    self.checks = checks
  }

  /// For people.
  public func text(_ style: Style) -> String {
    let width = (checks.map(\.name.count).max() ?? 0) + 2
    var lines: [String] = []
    for check in checks {
      let answer = style.paint(check.isOK ? "yes" : "no ", check.isOK ? .good : .bad)
      lines.append("  \(answer)  \(check.name.padded(right: width))\(check.detail)")
      if !check.isOK, let remedy = check.remedy { lines.append("       \(remedy)") }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The document `addrspace.doctor/1`.
  public func json() -> String {
    JSONValue.object([
      ("schema", "addrspace.doctor/1"),
      (
        "checks",
        .array(
          checks.map { check in
            [
              "name": .string(check.name),
              "ok": .bool(check.isOK),
              "detail": .string(check.detail),
              "remedy": .optional(check.remedy),
            ]
          })
      ),
    ]).document()
  }

  /// One record a line, fields separated by tabs.
  public func plain() -> String {
    var records = Records()
    for check in checks {
      records.add(check.name, check.isOK ? "yes" : "no", check.detail, check.remedy ?? "")
    }
    return records.text
  }
}
