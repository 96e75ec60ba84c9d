import SystemPackage
import TestSupport
import Testing

/// `tools/pytest-addrspace` by its own tests, which pytest's `pytester` runs.
@Suite("pytest-addrspace", .needsProgram, .serialized)
struct PytestPluginTests {
  static let package = Fixtures.package.appending("tools/pytest-addrspace")
  static let missing: Comment = "needs PyPI's pytest and flit_core (ADDRSPACE_PYTHON)"

  @Test("on this machine's CPython", .enabled(if: Machine.python != nil, missing))
  func native() async throws {
    let python = try #require(Machine.python)
    let program = try #require(Machine.addrspace)
    let folder = try TemporaryFolder()
    let site = try await Self.install(with: python, into: folder.path)
    let result = try await run(
      "/usr/bin/env",
      Self.environment(site, program) + [python.string] + Self.pytest
        + [Self.package.appending("tests").string], directory: folder.path)
    #expect(result.status == 0, "\(result.output.suffix(4000))\(result.error)")
    #expect(result.output.contains(" passed"))
  }

  @Test(
    "on 32-bit CPython with numpy",
    .enabled(
      if: Machine.python != nil && Machine.testbed != nil,
      "needs the i386 root: tools/test --testbed (ADDRSPACE_TESTBED_ROOT), and PyPI's pytest"))
  func testbed() async throws {
    let python = try #require(Machine.python)
    let program = try #require(Machine.addrspace)
    let folder = try await TestbedFolder(in: try #require(Machine.testbed))
    _ = try await Self.install(with: python, into: folder.path)
    let carried = try #require(try await folder.carry(program))
    try #require(try await folder.copy(Self.package.appending("tests")))
    let result = try await folder.run(
      ["env"] + Self.environment(folder.inside.appending("site"), carried) + ["python3"]
        + Self.pytest + [folder.inside.appending("tests").string])
    #expect(result.status == 0, "\(result.output.suffix(4000))\(result.error)")
    // Only there can the space be filled, and there is no xdist.
    #expect(result.output.contains(" passed, 1 skipped"), "\(result.output)")
  }

  @Test("as the pages show it", .enabled(if: Machine.python != nil, missing))
  func pages() async throws {
    let python = try #require(Machine.python)
    let program = try #require(Machine.addrspace)
    let folder = try TemporaryFolder()
    let site = try await Self.install(with: python, into: folder.path)
    let readme = try CodeBlock.all(in: "README.md").filter { $0.language == "python" }
    #expect(readme.count == 1)
    for block in readme { _ = try folder.file("test_readme.py", block.text) }
    let page = try CodeBlock.all(in: "docs/python-tests.md")
    #expect(page.map(\.words) == [["test_import.py"], ["test_edit.py"], ["pytest.ini"]])
    let recipes = try CodeBlock.all(in: RecipeTests.page).filter { $0.words == ["room.yaml"] }
    for block in page + recipes { _ = try folder.file(block.words[0], block.text) }
    let line =
      "exec env "
      + (Self.environment(site, program) + [python.string] + Self.pytest).map { "'\($0)'" }
      .joined(separator: " ")
    let shell = Program(directory: folder.path)
    let held = try await shell.shell(line)
    #expect(held.status == 0 && held.output.contains("4 passed"), "\(held.output)\(held.error)")
    #expect(held.output.contains("least room  "))
    // Room for one such picture, by a limit of the process.
    let broken = try await shell.shell("ulimit -v 700000; \(line)")
    #expect(broken.status == 1, "\(broken.output)\(broken.error)")
    #expect(broken.output.contains("BROKEN  fits 8000x6000x4x2 >= 2"))
    #expect(broken.output.contains("FAILED test_readme.py::test_sharpen"), "\(broken.output)")
  }

  private static let pytest = ["-m", "pytest", "-q", "-rfEs", "-p", "no:cacheprovider"]

  private static func environment(_ site: FilePath, _ program: FilePath) -> [String] {
    ["PYTHONDONTWRITEBYTECODE=1", "PYTHONPATH=\(site)", "ADDRSPACE=\(program)"]
  }

  /// Installs the package as from a checkout; says where.
  static func install(with python: FilePath, into folder: FilePath) async throws -> FilePath {
    let there = try await run(python, ["-c", "import flit_core, pytest"])
    guard there.status == 0 else { try Test.cancel(missing) }
    let site = folder.appending("site")
    let result = try await run(
      python,
      [
        "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-build-isolation",
        "--no-deps", "--target", site.string, package.string,
      ])
    try #require(result.status == 0, "\(result.error)")
    return site
  }
}
