import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite("Exit status 65: the input is not what it claims to be", .needsProgram)
struct BadInputStatusTests {
  struct Input: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    let sentence: String
    var options: [String] = []

    init(_ name: String, _ bytes: [UInt8], _ sentence: String, _ options: [String] = []) {
      self.name = name
      self.bytes = bytes
      self.sentence = sentence
      self.options = options
    }

    init(_ name: String, _ text: String, _ sentence: String, _ options: [String] = []) {
      self.init(name, Array(text.utf8), sentence, options)
    }

    var testDescription: String { name }
  }

  static let inputs = [
    Input("empty", "", "no mapping found in it."),
    Input("text.maps", "Dear reader,\nthis is a letter.\n", "no mapping found in it (2 lines"),
    Input("zeros", [UInt8](repeating: 0, count: 5000), "no mapping found"),
    Input("map.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], "it is compressed by gzip. Unpack it"),
    Input("map.xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "it is compressed by xz. Unpack it"),
    Input("map.zst", [0x28, 0xB5, 0x2F, 0xFD], "it is compressed by zstd. Unpack it"),
    Input("core", "\u{7F}ELF\u{1}\u{1}", "it is an ELF file but no core."),
    Input("crash.dmp", "MDMP....", "it is a minidump in which nothing"),
    Input("memory.dmp", "PAGEDUMP", "it is a dump of the 32-bit Windows kernel."),
    Input("strict", SmallMap.usual + "nonsense\n", "strict:7: not a mapping", ["--strict"]),
    Input(
      "letters", "08048000-08049000 rwx 0 0:0 0\n" + SmallMap.usual,
      "letters:1: permissions \"rwx\" have 3 letters, expected 4", ["--strict"]),
    Input(
      "newer", "# addrspace capture 2\n" + SmallMap.usual, "newer:1: a capture of version 2"),
  ]

  @Test(arguments: inputs)
  func isRefused(input: Input) async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file(input.name, input.bytes)
    for command in [["inspect", path], ["forecast", path], ["diff", path, path]] {
      let result = try await Program()(command + input.options)
      #expect(result.status == 65, "\(command[0])")
      #expect(result.output == "")
      #expect(result.error.hasPrefix("addrspace: \(path)"))
      #expect(result.error.contains(input.sentence))
    }
  }

  @Test("a directory")
  func directory() async throws {
    let folder = try TemporaryFolder()
    let result = try await Program()("inspect", folder.path.string)
    #expect(result.status == 65)
    #expect(result.error.contains("is a directory"))
  }

  @Test("what is read from standard input is called so")
  func standardInput() async throws {
    let result = try await Program()("inspect", "-", "--strict", input: "nonsense\n")
    #expect(result.status == 65)
    #expect(result.error.hasPrefix("addrspace: standard input: no mapping found in it"))
  }
}

@Suite("Exit status 66: no such process or file", .needsProgram)
struct NotFoundStatusTests {
  @Test(arguments: [
    ("999999999", "no process 999999999."), ("2147483647", "no process 2147483647."),
    ("/nonexistent/x.maps", "no file /nonexistent/x.maps."), ("./4711", "no file ./4711."),
    ("99999999999999", "99999999999999"), ("0", "0"), ("", "no file"),
  ])
  func isSaid(target: String, sentence: String) async throws {
    let folder = try TemporaryFolder()
    let program = Program(directory: folder.path)
    for command in [["inspect"], ["forecast"], ["diff", "self"]] {
      let result = try await program(command + [target])
      #expect(result.status == 66, "\(command[0]): \(result.error)")
      #expect(result.output == "")
      #expect(result.error.hasPrefix("addrspace: ") && result.error.contains(sentence))
    }
  }

  @Test("a file in the place of a folder")
  func fileAsFolder() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("x.maps", SmallMap.usual)
    let result = try await Program()("inspect", path + "/y")
    #expect(result.status == 66)
  }
}
