import AddressSpace
import AddressSpaceYAML
import SystemPackage
import TestSupport
import Testing

/// Damaged and hostile documents: a policy or an error, at a place that there is, soon.
@Suite("Damaged policies")
struct CutPolicyTests {
  @Test("every prefix of every file", arguments: PolicyFiles.paths)
  func prefixes(path: FilePath) throws {
    let bytes = try Fixtures.bytes(path)
    for count in 0...bytes.count { check(Array(bytes.prefix(count))) }
  }

  @Test("bytes changed, taken out, put in and swapped", arguments: PolicyFiles.read)
  func mutations(file: String) throws {
    let original = try Fixtures.bytes(PolicyFiles.folder.appending(file))
    for seed in UInt64(1)...400 {
      check(mutated(original, seed: seed), "seed \(seed)")
    }
  }

  static let hostile: [String] = [
    "[", "{", "]", "- ", "? ", ": ", "? - ", "[{", "{a: ", "a: [", "'", "\"", "\"\\", "|", ">\n",
    "&a ", "*a ", "!a ", "!!a ", "%TAG ! a\n", "# a\n", "---\n", "...\n", "a", "a ", "a\n",
    "a: b\n",
    "a: b, ", "[a, ", "a: &a [*a]\n", "\r", "\n", " ", "\n ", "\u{2028}", "\u{FEFF}", "é", "😀",
    "<<: *a\n", "a: |\n b\n", "- a\n", "[[],", "{a: {}, ", "\\",
  ]

  @Test("a mebibyte of the same, and more", arguments: hostile)
  func repeated(piece: String) throws {
    let most = Int(YAMLDocument.largest.value)
    let repeated = Array(String(repeating: piece, count: most / piece.utf8.count).utf8)
    let clock = ContinuousClock()
    for prefix in ["", "rules: ", "rules:\n  - ", "rules: [", "\""] {
      let bytes = Array((Array(prefix.utf8) + repeated).prefix(most))
      // A second is many times what it takes, and far from what squares take.
      #expect(clock.measure { check(bytes) } < .seconds(5), "\(prefix)\(piece)...")
    }
    let error = YAMLError(.start, .tooLarge)
    #expect(throws: error) { try PolicyDocument.read([UInt8](repeating: 0x20, count: most + 1)) }
  }

  private func check(_ bytes: [UInt8], _ comment: Comment? = nil) {
    switch PolicyFiles.outcome(bytes) {
    case .success(let count): #expect(count > 0, comment)
    case .failure(let error):
      // A carriage return alone ends a line as well.
      let lines = 1 + bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
      #expect((1...lines).contains(error.place.line), comment)
      #expect((1...bytes.count + 1).contains(error.place.column), comment)
      #expect(!error.message(in: "f").contains("\n"), comment)
    }
  }
}

/// Some bytes of a document changed, by a seed.
func mutated(_ original: [UInt8], seed: UInt64) -> [UInt8] {
  var random = SeededGenerator(seed: seed)
  var bytes = original
  let marks = Array("[]{}:,-?&*!|>'\"%@`#~ \n\r\t\\0a\u{e9}".utf8)
  for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
    let at = Int.random(in: 0..<bytes.count, using: &random)
    let other = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
    case 1: bytes[at] = marks.randomElement(using: &random) ?? 0
    case 2: bytes.remove(at: at)
    case 3: bytes.insert(marks.randomElement(using: &random) ?? 0, at: at)
    case 4: bytes.swapAt(at, other)
    default: bytes.insert(contentsOf: bytes[min(at, other)...max(at, other)], at: at)
    }
  }
  return bytes
}
