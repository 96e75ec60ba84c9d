import AddressSpace
import AddressSpaceYAML
import Testing

@Suite("Strict YAML")
struct YAMLDocumentTests {
  @Test("places count characters and lines as editors do")
  func places() throws {
    let lines = ["é: 1", "# 😀", "😀: [ü, {b: x}]", "c:"]
    for (name, ending) in [("LF", "\n"), ("CR LF", "\r\n"), ("CR", "\r")] {
      for mark in ["", "\u{FEFF}"] {
        let node = try YAMLDocument.read(Array((mark + lines.joined(separator: ending)).utf8))
        #expect(
          YAMLTree.lines(of: node) == [
            "0 1:1 mapping", "1 1:1 key c3a9", "1 1:4 plain 31", "1 3:1 key f09f9880",
            "1 3:4 list", "2 3:5 plain c3bc", "2 3:8 mapping", "3 3:9 key 62", "3 3:12 plain 78",
            "1 4:1 key 63", "1 nothing",
          ], "\(name)")
      }
    }
  }

  @Test("what is nothing, and what only looks like it")
  func nothing() throws {
    for text in ["", "~", "null", "Null", "NULL"] {
      #expect(try YAMLDocument.read(Array("a: \(text)\n".utf8)).first?.shape == .nothing)
      #expect(try YAMLDocument.read(Array("a: '\(text)'\n".utf8)).first?.shape == .quoted)
    }
    #expect(try YAMLDocument.read(Array("a: nULL\n".utf8)).first?.shape == .text)
  }

  @Test("as deep as is read, and deeper")
  func depth() throws {
    let deepest = YAMLDocument.deepest
    func nested(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    var node = try YAMLDocument.read(nested(deepest))
    for _ in 1..<deepest {
      guard case .list(let nodes) = node.content else { break }
      node = try #require(nodes.first)
    }
    #expect(node.content == .list([]))
    let place = YAMLPlace(line: 1, column: deepest + 1)
    #expect(throws: YAMLError(place, .tooDeep)) { try YAMLDocument.read(nested(deepest + 1)) }
  }

  @Test("a parser for another document: keys, lists, numbers and sizes")
  func reader() throws {
    let text = "name: photo\nruns: 500\nsize: 1K\nsteps: [a, b]\n"
    let keys = ["name", "runs", "size", "steps", "seed"]
    let node = try YAMLDocument.read(Array(text.utf8))
    let reader = try StrictReader(node, of: "a scenario", keys: keys)
    #expect(try reader.required("name").text() == "photo")
    #expect(try reader.required("runs").number() == 500)
    #expect(try reader.required("size").size() == 1024)
    #expect(try reader.required("steps").list().map { $0.place.column } == [9, 12])
    #expect(reader.entry("seed") == nil)
    #expect(throws: YAMLError(.start, .missingKey("seed", of: "a scenario"))) {
      try reader.required("seed")
    }
    let place = YAMLPlace(line: 2, column: 1)
    let unknown = YAMLError.Reason.unknownKey(
      "runs", of: "a scenario", nearest: "run", known: ["name", "run"])
    #expect(throws: YAMLError(place, unknown)) {
      try StrictReader(node, of: "a scenario", keys: ["name", "run"])
    }
  }
}

extension YAMLNode {
  /// The value of a mapping's first key.
  fileprivate var first: YAMLNode? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first?.value
  }
}
