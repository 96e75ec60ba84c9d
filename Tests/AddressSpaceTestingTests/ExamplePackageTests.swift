import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

/// A package of its own depends on this one, as another project does, and is built and run by
/// `swift test`: of what it says the lines, the texts and the pages that quote them are checked.
@Suite(
  "A package whose tests use the assertions", .serialized, .timeLimit(.minutes(30)),
  .enabled(if: Machine.victim("keeping64") != nil, "needs ADDRSPACE_VICTIMS"))
struct ExamplePackageTests {
  static let folder = Fixtures.own.appending("packages/swift-tests")
  /// Kept, so that only what changed is built anew.
  static let scratch = Fixtures.package.appending(".build/examples")
  private static let program = Machine.victim("keeping32") ?? Machine.victim("keeping64")

  /// What its tests write; they are run once for all.
  private static let output = Task {
    let captures = try TemporaryFolder()
    // One by one: what tests write at the same time stands in one another.
    let result = try await swift(
      "test", ["--no-parallel"], variables: ["ADDRSPACE_CAPTURES=\(captures.path)"])
    var files: [String: [UInt8]] = [:]
    for name in Fixtures.names(in: captures.path, suffix: ".maps") {
      files[captures.path.appending(name).string] = try Fixtures.bytes(
        captures.path.appending(name))
    }
    return (text: result.output + result.error, status: result.status, captures: files)
  }

  private static func swift(
    _ command: String, _ arguments: [String] = [], variables: [String] = []
  ) async throws -> CommandResult {
    let editor = "EDITOR_PROGRAM=\(program?.string ?? "")"
    return try await run(
      "/usr/bin/env",
      [editor, "NO_COLOR=1"] + variables
        + ["swift", command, "--scratch-path", scratch.string] + arguments,
      directory: folder)
  }

  @Test("assertions that hold, in Swift Testing and in XCTest")
  func held() async throws {
    let output = try await Self.output.value
    #expect(output.text.contains("✔ Test roomForPictures() passed"), "\(output.text)")
    for name in ["RoomForPictures", "MappingGivenBack", "ThreadsOfTheTestLibrary"] {
      #expect(output.text.contains("Test Case 'RoomTestCase.test\(name)' passed"), "\(output.text)")
    }
    #expect(output.status == 1)
  }

  /// How what each failing test says begins.
  static let sentences = [
    "tooLittleInOnePiece": "photo.maps: largest-free is 174.2 MiB, 225.8 MiB too little for",
    "tooFewPictures": "photo.maps: fits 64MiB by mmap is 11, 1 too few for fits 64MiB by",
    "severalRules": "photo.maps: free is 1.12 GiB, 388.3 MiB too little for free >= 1536MiB.",
    "notMeasured": "could not measure fits 64MiB >= 1 of full.maps: the source does not tell what ",
    "noSuchRule": "\"largest-fre\" in \"largest-fre >= 400MiB\" is no rule. Did you mean",
    "roomKeptByTheEditor": "keeping",
    "roomKeptHere": "this process: room was not kept: ",
    "newPin": "keeping",
    "throughAHelper": "photo.maps: regions is 35, 5 too many for regions <= 30.",
    "onAThreadOfItsOwn": "this process: regions is ",
  ]

  @Test("Swift Testing: failures with their text at the line that uses the assertion")
  func swiftTesting() async throws {
    let output = try await Self.output.value.text
    let source = try Fixtures.text(Self.folder.appending("Tests/EditorTests/FailingTests.swift"))
    let tests = Self.tests(in: source, begin: "@Test func ")
    #expect(tests.count == 9)
    for (name, line) in tests {
      let sentence = try #require(Self.sentences[name], "\(name)")
      // A test's own threads are not known to be its.
      let test = name == "onAThreadOfItsOwn" ? "«unknown»" : "\(name)()"
      let pattern = "✘ Test \(test) recorded an issue at FailingTests.swift:\(line):"
      let found = output.split(separator: pattern).dropFirst()
      #expect(found.count == 1, "\(pattern)\n\(output)")
      let text = found.first?.split(separator: "\n").dropFirst().first
      #expect(text?.hasPrefix("↳ " + sentence) == true, "\(text ?? "")")
      if test != "«unknown»" { #expect(output.contains("✘ Test \(test) failed after")) }
    }
  }

  @Test("XCTest: the same")
  func xctest() async throws {
    let output = try await Self.output.value.text
    let file = Self.folder.appending("Tests/EditorTests/FailingTestCase.swift")
    let tests = Self.tests(in: try Fixtures.text(file), begin: "func test")
    #expect(tests.count == 5)
    for (name, line) in tests {
      let key = name.prefix(1).lowercased() + name.dropFirst()
      let sentence = try #require(Self.sentences[key], "\(key)")
      let line = "\(file):\(line): error: FailingTestCase.test\(name) : failed - \(sentence)"
      #expect(output.contains(line), "\(line)\n\(output)")
      #expect(output.contains("Test Case 'FailingTestCase.test\(name)' failed"))
    }
  }

  @Test("a capture of what failed is kept where one is wanted, and its command is told")
  func captures() async throws {
    let output = try await Self.output.value
    #expect(!output.captures.isEmpty)
    for (path, bytes) in output.captures {
      #expect(output.text.contains("\(path) ") || output.text.contains("\(path)\n"), "\(path)")
      #expect(try SavedFile.read(bytes).map.regions.count > 10)
    }
    let own = output.captures.filter { path, _ in
      output.text.contains("More:  addrspace inspect \(path) --by origin")
    }
    #expect(try own.values.contains { try SavedFile.read($0).facts.wordSize == .bits64 })
  }

  @Test("outside of any test a failure ends the program")
  func outside() async throws {
    let built = try await Self.swift("build")
    #expect(built.status == 0, "\(built.output)\(built.error)")
    let result = try await run(
      "/usr/bin/env",
      ["SWIFT_BACKTRACE=enable=no", Self.scratch.appending("debug/outside").string])
    #expect(result.status > 128)
    #expect(result.output == "one that holds says nothing\n")
    let place = "outside/main.swift:7: Fatal error: outside of any test: this process: regions is "
    #expect(result.error.contains(place), "\(result.error)")
  }

  @Test("the pages show what is compiled and run", arguments: ["README.md", "docs/swift-tests.md"])
  func pages(page: String) async throws {
    let output = try await Self.output.value.text
    var sources = [try Fixtures.text(Self.folder.appending("Package.swift"))]
    let tests = Self.folder.appending("Tests/EditorTests")
    for name in Fixtures.names(in: tests, suffix: ".swift") {
      sources.append(try Fixtures.text(tests.appending(name)))
    }
    let all = Self.flat(sources.joined())
    let blocks = try CodeBlock.all(in: FilePath(page))
    let code = blocks.filter { $0.language == "swift" && $0.words.contains("test") }
    #expect(!code.isEmpty)
    for block in code { #expect(all.contains(Self.flat(block.text)), "\(block)") }
    // A failure is shown as Swift Testing or as XCTest prints it.
    for block in blocks where block.words.contains("failure") {
      if block.words.contains("32-bit"), Machine.victim("keeping32") == nil { continue }
      #expect(Self.flat(output).contains(Self.flat(block.text)), "\(block)\n\(output)")
    }
  }

  /// The tests in a source with the line of the assertion in each.
  private static func tests(in source: String, begin: String) -> [(name: String, line: Int)] {
    var tests: [(name: String, line: Int)] = []
    var open: String?
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let name = line.split(separator: begin).last, line.contains(begin) {
        open = String(name.prefix { $0 != "(" })
      } else if let name = open, line.contains("expect") {
        tests.append((name, index + 1))
        open = nil
      }
    }
    return tests
  }

  /// Without what lines begin with, empty ones, and what is never the same: process ids, addresses and
  /// where things lie.
  private static func flat(_ text: String) -> String {
    let lines = text.split(separator: "\n").map { line in
      line.drop { $0 == " " || $0 == "↳" }
    }
    return lines.joined(separator: "\n")
      .replacing(/pid \d+/, with: "pid N").replacing(/0x[0-9a-f]+/, with: "0xN")
      .replacing(/[·|░▒▓█]{20,}/, with: "PICTURE")
  }
}
