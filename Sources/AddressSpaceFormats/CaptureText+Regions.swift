import AddressSpace

extension CaptureText {
  /// What it keeps of a snapshot's regions that the lines of a map do not tell.
  static func regionFields(of snapshot: Snapshot) -> [(CaptureHeader.Field, String)] {
    var fields: [(CaptureHeader.Field, String)] = []
    for region in snapshot.map.regions {
      for (trait, field) in traits where region.traits.contains(trait) {
        fields.append((field, region.range.description))
      }
      if !MapsText.holds(region.name) {
        fields.append((.regionName, "\(region.range) \(EscapedName.encoded(region.name))"))
      }
    }
    for (region, told) in zip(snapshot.map.regions, kindsTold(of: snapshot))
    where region.kind != told {
      fields.append((.kind, "\(region.range) \(region.kind.rawValue)"))
    }
    return fields
  }

  private static let traits: [(Region.Traits, CaptureHeader.Field)] = [
    (.noReserve, .noReserve), (.growsDown, .growsDown), (.distinct, .distinct),
  ]

  /// The kinds that the regions' columns and neighbours tell.
  private static func kindsTold(of snapshot: Snapshot) -> [Region.Kind] {
    let regions = snapshot.map.regions.map { region in
      Region(
        range: region.range, access: region.access, offset: region.offset, inode: region.inode,
        name: region.name, traits: region.traits)
    }
    let plain = Snapshot(
      source: snapshot.source, map: AddressMap.assembling(regions).map, facts: snapshot.facts)
    return plain.map.regions.map(\.kind)
  }
}

/// Writes the lines of `/proc/PID/maps`.
enum MapsText {
  /// The line of a region, with its end. What has no device has no device number.
  static func line(of region: Region) -> String {
    let name = holds(region.name) ? region.name : EscapedName.printable(region.name)
    let columns =
      digits(region.range.lower.value) + "-" + digits(region.range.upper.value) + " "
      + region.access.letters + " " + digits(region.offset) + " 00:00 \(region.inode) "
    if name.isEmpty { return columns + "\n" }
    let padding = max(0, nameColumn - columns.utf8.count)
    return columns + String(repeating: " ", count: padding) + name + "\n"
  }

  /// Whether a name reads the same from a line that ends with it, and does nothing to a terminal.
  static func holds(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return true }
    return first != 0x20 && first != 0x09 && name != "[rollup]"
      && !name.unicodeScalars.contains(where: EscapedName.isControl)
  }

  /// Where names begin in `/proc/PID/maps` (`seq_pad` in fs/proc/task_mmu.c).
  private static let nameColumn = 73

  private static func digits(_ value: UInt64) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }
}

/// A name in a line of a capture: control characters and the sign itself as `\{HEX}`.
enum EscapedName {
  static func encoded(_ name: String) -> String {
    escaping(name) { isControl($0) || $0 == "\\" }
  }

  /// Reads it back, nil where it is not of this form.
  static func decoded(_ text: Substring) -> String? {
    var name = String.UnicodeScalarView()
    var rest = text.unicodeScalars
    while let scalar = rest.popFirst() {
      guard scalar == "\\" else {
        name.append(scalar)
        continue
      }
      let digits = rest.dropFirst().prefix { $0 != "}" }
      guard rest.first == "{", digits.count <= 6, digits.endIndex < rest.endIndex,
        let value = UInt32(digits: Substring(digits), radix: 16), let scalar = Unicode.Scalar(value)
      else { return nil }
      name.append(scalar)
      rest = rest[rest.index(after: digits.endIndex)...]
    }
    return String(name)
  }

  /// The name as far as a line of a map can show it.
  static func printable(_ name: String) -> String {
    let name = escaping(name, isControl).drop { $0 == " " }
    return name.isEmpty || name == "[rollup]" ? "\\{20}" : String(name)
  }

  /// What moves a terminal's cursor or ends a line.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    // Most of all text, and quick to tell.
    if (0x20..<0x7F).contains(scalar.value) { return false }
    return switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .format: true
    default: false
    }
  }

  private static func escaping(_ name: String, _ isSpecial: (Unicode.Scalar) -> Bool) -> String {
    var text = String.UnicodeScalarView()
    for scalar in name.unicodeScalars {
      if isSpecial(scalar) {
        text.append(contentsOf: "\\{\(String(scalar.value, radix: 16))}".unicodeScalars)
      } else {
        text.append(scalar)
      }
    }
    return String(text)
  }
}
