import TestSupport
import Testing

/// Names come from strangers' files; what a terminal would obey must not reach it.
@Suite("Hostile names", .needsProgram)
struct HostileNameTests {
  /// Colours, title, bell, backspace, a C1 control, a text direction override, a zero-width joiner,
  /// a private and an unassigned character, line separators, bytes that are no UTF-8.
  static let names: [[UInt8]] = [
    Array("/tmp/\u{1B}[31mred\u{1B}[0m".utf8), Array("/tmp/\u{1B}]0;title\u{7}".utf8),
    Array("/tmp/a\u{8}\u{8}b\u{7F}".utf8), Array("/tmp/\u{9B}31mred".utf8),
    Array("/tmp/\u{202E}gpj.exe".utf8), Array("/tmp/a\u{200D}b".utf8),
    Array("/tmp/\u{E000}\u{10FFFF}".utf8), Array("/tmp/\u{2028}line\u{2029}".utf8),
    [0x2F, 0xFF, 0xFE, 0x9B, 0x33, 0x31, 0x6D], Array("/tmp/tab\there\rreturn".utf8),
    Array("\u{1B}[2J".utf8), Array("[anon:\u{1B}[31m]".utf8),
  ]

  private func map(_ name: [UInt8]) -> [UInt8] {
    Array("08048000-08049000 r-xp 00000000 08:01 11 ".utf8) + name
      + Array("\n50000000-50100000 rw-p 00000000 00:00 0 ".utf8) + name
      + Array("\nnonsense ".utf8) + name + Array("\n08049000-0804a000 rwxp".utf8) + name
      + Array("\nbffdf000-c0000000 rw-p 00000000 00:00 0 [stack]\n".utf8)
  }

  @Test(arguments: names)
  func neverReachTheOutput(name: [UInt8]) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("hostile.maps", map(name))
    let other = try folder.file("usual.maps", SmallMap.usual)
    for words in [
      ["inspect", path], ["inspect", path, "--top", "0", "-v"], ["forecast", path, "-v"],
      ["forecast", path, "--why"], ["forecast", path, "--buffer", "3G"], ["diff", other, path],
      ["diff", path, other, "--relative"], ["inspect", path, "--strict"],
    ] {
      for format in ["text", "plain", "json"] {
        let result = try await Program()(words + ["--format", format])
        // What reads JSON decodes it; only what a terminal obeys is escaped there.
        let output = result.output.controls(allowing: "\n\t", format == "json" ? [.control] : nil)
        #expect(output == [], "\(words[0]) \(format)")
        #expect(result.error.controls(allowing: "\n") == [], "\(words[0]) \(format)")
      }
    }
  }

  @Test(
    "json keeps them, escaped",
    arguments: names.filter { String(validating: $0, as: UTF8.self) != nil })
  func roundTrip(name: [UInt8]) async throws {
    let text = String(decoding: name, as: UTF8.self)
    let folder = try TemporaryFolder()
    let path = try folder.file("hostile.maps", map(name))
    let document = try JSON(try await Program()("inspect", path, "--json").output)
    let named = document["freeSpans"].items.flatMap { [$0["below"]["name"], $0["above"]["name"]] }
    #expect(named.contains(.text(text)))
  }

  @Test("nor do those of the command line")
  func arguments() async throws {
    let hostile = "\u{1B}[31m\u{9B}x\u{202E}"
    let folder = try TemporaryFolder()
    let path = try folder.file("a\u{1B}[31mb.maps", SmallMap.usual + "nonsense\n")
    for words in [
      [hostile], ["inspect", hostile], ["inspect", path, "--allocator", hostile],
      ["inspect", path, "--buffer", hostile], ["inspect", path, "--layout", hostile],
      ["inspect", path, "--range", hostile], ["inspect", path, "--" + hostile],
      ["inspect", path, "--top", hostile], ["inspect", path, "--strict"], ["inspect", path],
      ["capture", hostile], ["diff", path, path, hostile], ["inspect", path, "-o", "/" + hostile],
    ] {
      let result = try await Program()(words)
      #expect(result.output.controls(allowing: "\n") == [], "\(words)")
      #expect(result.error.controls(allowing: "\n") == [], "\(words)")
    }
  }
}

extension String {
  /// The characters that steer a terminal or the reader's eye.
  func controls(
    allowing allowed: String, _ categories: Set<Unicode.GeneralCategory>? = nil
  ) -> [String] {
    let steering: Set<Unicode.GeneralCategory> =
      categories ?? [.control, .format, .lineSeparator, .paragraphSeparator]
    return unicodeScalars.filter {
      steering.contains($0.properties.generalCategory) && !allowed.unicodeScalars.contains($0)
    }
    .map { String($0.value, radix: 16) }
  }
}
