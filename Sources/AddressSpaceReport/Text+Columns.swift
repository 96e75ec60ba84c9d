extension String {
  /// Blanks before the text up to `width` characters.
  func padded(left width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - count)) + self
  }

  /// Blanks behind the text up to `width` characters.
  func padded(right width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - count))
  }

  /// Its lines broken at blanks so that none is longer than `width`, the further ones indented.
  func wrapped(to width: Int, indent: Int = 2) -> String {
    var lines: [String] = []
    var line = ""
    for word in split(separator: " ") {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = String(repeating: " ", count: indent)
        line += word
      } else {
        line += line.isEmpty ? String(word) : " " + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// The text without what could steer a terminal: controls stand as `\xNN` or `\u{N}`.
  public var printable: String {
    guard unicodeScalars.contains(where: \.isUnprintable) else { return self }
    var result = ""
    for scalar in unicodeScalars {
      guard scalar.isUnprintable else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16, uppercase: true)
      result +=
        scalar.value < 0x100
        ? "\\x" + (digits.utf8.count == 1 ? "0" : "") + digits : "\\u{\(digits)}"
    }
    return result
  }

  /// At most `width` characters: of a path the end, which names the file.
  func fitted(to width: Int) -> String {
    guard count > width else { return self }
    return width > 3 ? "..." + suffix(width - 3) : String(suffix(Swift.max(0, width)))
  }
}

extension Double {
  /// A share as whole per cent.
  var percent: String { "\(Int((self * 100).rounded()))%" }
}

extension Unicode.Scalar {
  /// Whether it could steer a terminal or hide from a reader.
  var isUnprintable: Bool {
    // Most of all text, and quick to tell.
    if (0x20..<0x7F).contains(value) { return false }
    return switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator:
      true
    default: false
    }
  }
}
