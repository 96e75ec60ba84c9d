import SystemPackage
import TestSupport
import Testing

@Suite("Packed input: the very command that unpacks it", .needsProgram)
struct PackedInputTests {
  /// A packer and how it writes `plain` to standard output.
  static let packers: [(program: String, command: String)] = [
    ("gzip", "gzip -c plain"), ("xz", "xz -c plain"), ("zstd", "zstd -qc plain"),
    ("bzip2", "bzip2 -c plain"), ("lz4", "lz4 -c plain"), ("zip", "zip -q - plain"),
    ("tar", "tar -cf - plain"), ("iconv", "iconv -f UTF-8 -t UTF-16 plain"),
  ]

  static let names = ["packed", "it's packed.maps", "-packed", "$packed \"x\""]

  @Test("does", arguments: packers.map(\.command), names)
  func unpacks(command: String, name: String) async throws {
    let program = FilePath("/usr/bin").appending(String(command.prefix { $0 != " " }))
    let folder = try TemporaryFolder()
    guard
      Fixtures.exists(program)
        || Fixtures.exists(FilePath("/bin/gzip")) && command.hasPrefix("gzip")
    else { return }
    _ = try folder.file("plain", SmallMap.pinned)
    let target = "./\(name)"
    let runner = Program(directory: folder.path)
    let questions = [
      ["inspect", "TARGET"], ["forecast", "--buffer", "24MB*2", "TARGET", "--why"],
    ]
    for question in questions {
      let packed = question.map { $0 == "TARGET" ? target : $0 }
      let refused = try await runner.shell(
        "\(command) >\"$0\"; exec \"$A\" \"$@\"", arguments: [target] + packed)
      #expect(refused.status == 65 && refused.output == "", "\(refused.error)")
      let sentence = refused.error.split(separator: "standard input: ", maxSplits: 1)
      let said = try #require(sentence.last).replacing("| addrspace", with: "| \"$A\"")
      let answer = try await runner.shell(String(said))
      #expect(answer.status == 0, "\(said): \(answer.error)")
      let plain = try await runner(question.map { $0 == "TARGET" ? "plain" : $0 })
      // The first line of the screen has the file's name.
      let lines = [answer, plain].map { $0.output.split(separator: "\n").dropFirst() }
      #expect(lines[0] == lines[1] && answer.output != "")
    }
  }

  @Test("of standard input")
  func standardInput() async throws {
    let result = try await Program().shell("echo x | gzip -c | \"$A\" inspect -")
    #expect(result.status == 65)
    #expect(result.error.contains("gzip -dc FILE | addrspace inspect -"))
  }
}
