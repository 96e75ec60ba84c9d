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

  /// A map with each name in regions of its own, and in lines that cannot be read.
  private static let map: [UInt8] = {
    let lines = names.enumerated().flatMap { index, name in
      let low = 0x1000_0000 + index * 0x0100_0000
      return [
        Array("\(String(low, radix: 16))-\(String(low + 0x1000, radix: 16)) r-xp 0 08:01 11 ".utf8)
          + name,
        Array("nonsense ".utf8) + name, Array("08049000-0804a000 rwxp".utf8) + name,
      ]
    }
    return Array(
      (lines + [Array("bffdf000-c0000000 rw-p 0 00:00 0 [stack]".utf8)]).joined(
        separator: [0x0A]))
  }()

  @Test(
    "never reach the output",
    arguments: [
      "inspect MAP", "inspect MAP --top 0 -v", "forecast MAP -v", "forecast MAP --why",
      "forecast MAP --buffer 3G", "forecast MAP --buffer 1G --more 2 --top 0", "diff MAP OTHER",
      "diff OTHER MAP --top 0", "diff MAP OTHER --relative", "inspect MAP --strict",
    ])
  func neverReachTheOutput(line: String) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("hostile.maps", Self.map)
    let other = try folder.file("usual.maps", SmallMap.usual)
    let words = line.split(separator: " ").map {
      $0 == "MAP" ? path : $0 == "OTHER" ? other : String($0)
    }
    for format in ["text", "plain", "json"] {
      let result = try await Program()(words + ["--format", format])
      // What reads JSON decodes it; only what a terminal obeys is escaped there.
      let output = result.output.controls(allowing: "\n\t", format == "json" ? [.control] : nil)
      #expect(output == [], "\(format)")
      #expect(result.error.controls(allowing: "\n") == [], "\(format)")
    }
  }

  @Test(
    "of recordings never reach the output",
    arguments: [
      "report RUN", "report RUN --stacks --top 0", "report RUN --by module", "inspect RUN@lowest",
      "report RUN --by function -v", "export RUN --format folded", "diff RUN@#0 RUN",
      "export RUN --format speedscope", "forecast RUN -v",
    ])
  func recordings(line: String) async throws {
    for name in Self.names {
      var recording = PhotoRecording()
      recording.culprit = String(decoding: name, as: UTF8.self)
      recording.file = recording.culprit
      recording.program = recording.culprit
      let folder = try TemporaryFolder()
      let path = try recording.write(to: folder.path)
      let words = line.split(separator: " ").map { String($0.replacing("RUN", with: path)) }
      let isExport = line.hasPrefix("export")
      for format in isExport ? [""] : ["text", "plain", "json"] {
        let result = try await Program()(words + (isExport ? [] : ["--format", format]))
        #expect(result.status == 0, "\(result.error)")
        let isJSON = format == "json" || line.contains("speedscope")
        let output = result.output.controls(allowing: "\n\t", isJSON ? [.control] : nil)
        #expect(output == [], "\(format)")
        #expect(result.error.controls(allowing: "\n") == [], "\(format)")
      }
    }
  }

  @Test("json keeps them, escaped")
  func roundTrip() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("hostile.maps", Self.map)
    let document = try JSON(try await Program()("inspect", path, "--json").output)
    let shown = document["freeSpans"].items.flatMap { [$0["below"]["name"], $0["above"]["name"]] }
    for name in Self.names {
      guard let text = String(validating: name, as: UTF8.self) else { continue }
      #expect(shown.contains(.text(text)), "\(name)")
    }
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
