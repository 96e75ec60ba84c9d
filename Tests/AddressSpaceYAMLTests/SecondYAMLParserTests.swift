import AddressSpace
import AddressSpaceYAML
import Glibc
import SystemPackage
import TestSupport
import Testing

/// Our reading of documents against PyYAML's own parser, which is not libyaml.
@Suite("Second YAML parser")
struct SecondYAMLParserTests {
  static let script = Fixtures.package.appending("Tests/AddressSpaceYAMLTests/tree.py")
  static let missing: Comment = "needs PyPI's PyYAML (ADDRSPACE_PYTHON)"

  /// Whether that Python has it.
  static let python: FilePath? = {
    guard let python = Machine.python else { return nil }
    let lib = python.removingLastComponent().removingLastComponent().appending("lib")
    let found = Fixtures.names(in: lib, suffix: "").contains { version in
      access(lib.appending(version).appending("site-packages/yaml").string, R_OK) == 0
    }
    return found ? python : nil
  }()

  @Test("each value, and where it begins", .enabled(if: python != nil, missing))
  func files() async throws {
    let python = try #require(Self.python)
    var ours: [[String]] = []
    var paths: [String] = []
    let folder = try TemporaryFolder()
    for path in PolicyFiles.paths {
      try add(try Fixtures.bytes(path), path.string, to: &ours, &paths)
    }
    let documents = ours.count
    for file in PolicyFiles.read {
      let original = try Fixtures.bytes(PolicyFiles.folder.appending(file))
      for seed in UInt64(1)...300 {
        let bytes = mutated(original, seed: seed)
        try add(bytes, "\(file)-\(seed)", in: folder, to: &ours, &paths)
      }
    }
    let result = try await run(python, [Self.script.string] + paths)
    try #require(result.status == 0, "\(result.error.suffix(300))")
    let theirs = trees(result.output)
    try #require(theirs.count == ours.count)
    for index in ours.indices {
      // libyaml takes a few things that PyYAML does not; a damaged file may hold one.
      if index >= documents, theirs[index].contains(where: { $0.hasPrefix("refused") }) { continue }
      #expect(theirs[index] == ours[index], "\(paths[index])")
    }
    #expect(documents > 30 && ours.count > documents + 100)
  }

  /// Takes a document where we accept it; one that is no file yet is written into `folder`.
  private func add(
    _ bytes: [UInt8], _ path: String, in folder: TemporaryFolder? = nil,
    to ours: inout [[String]], _ paths: inout [String]
  ) throws {
    guard let node = try? YAMLDocument.read(bytes) else { return }
    ours.append(YAMLTree.lines(of: node))
    paths.append(try folder?.file(path, bytes) ?? path)
  }

  private func trees(_ output: String) -> [[String]] {
    var trees: [[String]] = []
    for line in output.split(separator: "\n") {
      if line == "file" { trees.append([]) } else { trees[trees.count - 1].append(String(line)) }
    }
    return trees
  }
}
