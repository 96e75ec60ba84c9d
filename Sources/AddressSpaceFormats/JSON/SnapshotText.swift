public import AddressSpace

/// Writes a snapshot as JSON (`addrspace.snapshot/1`, `docs/json.md`), to be kept and read again.
public struct SnapshotText {
  /// What the first key of the document says.
  static let schema = "addrspace.snapshot/"
  static let version = "1"

  /// The whole document, a region a line.
  public static func write(_ snapshot: Snapshot) -> [UInt8] {
    var text = "{\n  \"schema\": \"\(schema)\(version)\",\n  \"source\": "
    text += source(snapshot.source)
    text += ",\n  \"facts\": "
    text += list(facts(of: snapshot), "{", "}")
    text += ",\n  \"regions\": "
    text += list(snapshot.map.regions.map(line), "[", "]")
    text += ",\n  \"diagnostics\": "
    text += list(diagnostics(snapshot.diagnostics), "[", "]")
    text += "\n}\n"
    return Array(text.utf8)
  }

  private static func list(_ items: [String], _ open: String, _ close: String) -> String {
    if items.isEmpty { return open + close }
    return open + "\n" + items.map { "    " + $0 }.joined(separator: ",\n") + "\n  " + close
  }

  private static func source(_ source: Source) -> String {
    let pid = source.pid.map { "\($0)" } ?? "null"
    let name = source.name.map(quoted) ?? "null"
    return "{\"kind\": \"\(source.kind.rawValue)\", \"pid\": \(pid), \"path\": null, "
      + "\"name\": \(name)}"
  }

  /// What a capture says, under its keys; what it says of the source and of regions has a place of
  /// its own here.
  private static func facts(of snapshot: Snapshot) -> [String] {
    var members: [String] = []
    var repeated: [CaptureHeader.Field: [String]] = [:]
    for (field, value) in CaptureText.fields(of: snapshot) {
      switch field {
      case .pid, .name, .diagnostic: continue
      case .arena, .taskLimit, .contents: repeated[field, default: []].append(quoted(value))
      default: members.append("\(quoted(field.rawValue)): \(quoted(value))")
      }
    }
    for field in [CaptureHeader.Field.arena, .taskLimit, .contents] {
      guard let values = repeated[field] else { continue }
      members.append(
        "\(quoted(field.rawValue)): [\n      " + values.joined(separator: ",\n      ") + "\n    ]")
    }
    return members
  }

  private static func line(of region: Region) -> String {
    let traits = SnapshotRegion.traits.filter { region.traits.contains($0.trait) }
      .map { "\"\($0.name)\"" }.joined(separator: ", ")
    return "{\"low\": \"\(region.range.lower)\", \"high\": \"\(region.range.upper)\", "
      + "\"bytes\": \(region.size.value), \"kind\": \"\(region.kind.rawValue)\", "
      + "\"access\": \"\(region.access.letters)\", \"offset\": \(region.offset), "
      + "\"inode\": \(region.inode), \"traits\": [\(traits)], \"name\": \(quoted(region.name))}"
  }

  private static func diagnostics(_ diagnostics: Diagnostics) -> [String] {
    let rest = diagnostics.count - diagnostics.kept.count
    return (diagnostics.kept.map(\.withoutLine) + (rest > 0 ? ["and \(rest) more"] : []))
      .map { "{\"line\": null, \"message\": \(quoted($0))}" }
  }

  /// A string with what JSON (RFC 8259, section 7) must not hold escaped, and what a terminal would
  /// heed.
  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      if scalar == "\"" || scalar == "\\" {
        text += "\\"
        text.unicodeScalars.append(scalar)
      } else if EscapedName.isControl(scalar) {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
        }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
