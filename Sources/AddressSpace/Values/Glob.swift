/// A pattern of a name: `*` stands for any letters, `?` for one.
struct Glob: Sendable {
  private let pattern: [UInt8]

  init(_ pattern: String) {
    self.pattern = Array(pattern.utf8)
  }

  /// Whether all of `name` fits; takes at most the product of both lengths in steps.
  func matches(_ name: String) -> Bool {
    let name = Array(name.utf8)
    var (at, next) = (0, 0)
    // Where to go on when what follows the last star does not fit.
    var star: (pattern: Int, name: Int)?
    while next < name.count {
      if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
        star = (at, next)
        at += 1
      } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == name[next] {
        at += 1
        next += 1
      } else if let back = star {
        star = (back.pattern, back.name + 1)
        at = back.pattern + 1
        next = back.name + 1
      } else {
        return false
      }
    }
    return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
  }

  /// The pattern that only names like `name` fit: what is special in a pattern matches any letter.
  static func literal(_ name: String) -> String {
    name.contains("*") ? String(name.map { $0 == "*" ? "?" : $0 }) : name
  }
}
