import SystemPackage
import TestSupport
import Testing

/// What the README shows is what the program prints.
@Suite("README", .needsProgram)
struct ReadmeTests {
  @Test func pictureIsRealOutput() async throws {
    let picture = try #require(try CodeBlock.all(in: "README.md").first)
    let snapshot = Fixtures.own.appending("photo/photo-organizer.maps")
    let result = try await Program()("inspect", snapshot.string)
    #expect(result.output == picture.text)
    #expect(result.error == "")
  }

  /// Lives 14 lives of millions of objects each, for which a debug build takes minutes.
  @Test(.enabled(if: Machine.hasReleaseBinary, "needs the release binary (ADDRSPACE_BINARY)"))
  func simulationIsRealOutput() async throws {
    let blocks = try CodeBlock.all(in: "README.md")
    let screen = try #require(blocks.first { $0.text.hasPrefix("photo-organizer  windows-7") })
    let result = try await Program()("simulate", "photo-organizer")
    #expect(result.output == screen.text)
    #expect(result.error == "")
  }

  @Test func commandsNameWhatIsThere() throws {
    let readme = try Fixtures.text(Fixtures.package.appending("README.md"))
    for path in ["tools/addrspace", "tools/test", "fixtures/photo/photo-organizer.maps"] {
      #expect(readme.contains(path))
      #expect(throws: Never.self) { try Fixtures.bytes(Fixtures.package.appending(path)) }
    }
  }

  @Test func snapshotGivesWhatTheProgramThenGot() async throws {
    let folder = Fixtures.own.appending("photo")
    let truth = try #require(
      Expectation(try Fixtures.text(folder.appending("photo-organizer.expect"))))
    let result = try await Program()(
      "forecast", folder.appending("photo-organizer.maps").string, "--allocator", "numpy",
      "--plain")
    let buffer = try #require(result.output.split(separator: "\n").first)
    let fields = buffer.split(separator: "\t")
    #expect(fields[5] == "\(truth.count)" && fields.last == "exact")
  }
}
