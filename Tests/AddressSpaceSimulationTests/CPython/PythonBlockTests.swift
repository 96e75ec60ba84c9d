import AddressSpace
import Testing

@testable import AddressSpaceSimulation

/// The size classes that objects take blocks of, against what CPython's allocator says it gave.
@Suite("Blocks of Python's objects")
struct PythonBlockTests {
  typealias Object = PythonObject

  static let shared = Object.shared

  static func dictionary(_ count: Int, key: Object = .shared) -> Object {
    .dictionary(Array(repeating: .init(key, .shared), count: count))
  }

  static let cases: [(expression: String, object: Object)] = [
    ("object()", .object), ("small + 1", .int(bits: 17)), ("-number", .int(bits: 80)),
    ("point + 1", .float), ("word + word", .text(40)), ("word.encode() + b'x'", .bytes(21)),
    ("word + u'\\u0394'", .text(21, widest: .ucs2)), ("bytearray(40)", .bytearray(40)),
    ("(point + 1, small + 1)", .tuple([.float, .int(bits: 17)])),
    ("[None, point + 1, word + word]", .list([shared, .float, .text(40)])),
    ("filled('')", dictionary(0)), ("filled('abc')", dictionary(3)),
    ("filled(letters[:9])", dictionary(9)),
    ("filled((1, 2, 3))", dictionary(3, key: .int(bits: 1))),
    ("gathered('')", .set([])), ("gathered(letters[:4])", .set(Array(repeating: shared, count: 4))),
    ("Slotted()", .slots([shared, shared, shared])),
    ("Three()", .instance([shared, shared, shared])),
    ("Seven()", .instance(Array(repeating: shared, count: 7))),
    ("array.array('d', (1.0, 2.0, 3.0))", .array(items: 3, itemBytes: 8)),
  ]

  @Test(
    "of every kind", .enabled(if: !RealPython.all.isEmpty, RealPython.missing),
    arguments: RealPython.all)
  func blocks(python: RealPython) async throws {
    let build = try await python.build()
    guard build.version >= PythonVersion(3, 3), let rules = ObmallocRules(build) else { return }
    let lines = try await python.ask(
      Self.cases.map { "made " + $0.expression }.joined(separator: "\n"))
    #expect(lines.count == Self.cases.count)
    for (one, line) in zip(Self.cases, lines) {
      let recipe = ObjectRecipe(one.object, sizes: PythonSizes(build))
      var blocks: [UInt64: Int] = [:]
      for step in recipe.steps where !step.isPassing {
        if let sizeClass = rules.sizeClass(of: step.part.bytes),
          step.part.kind != .buffer || rules.servesBuffers
        {
          blocks[rules.blockBytes(sizeClass), default: 0] += 1
        }
      }
      let text = blocks.sorted { $0.key < $1.key }.map { "\($0.key):\($0.value)" }
        .joined(separator: " ")
      #expect(text == line, "\(build.version): \(one.expression)")
    }
  }
}
