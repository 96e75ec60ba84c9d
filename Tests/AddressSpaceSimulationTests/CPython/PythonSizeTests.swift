import AddressSpace
import AddressSpaceSimulation
import Testing

/// Sizes of objects against what running interpreters say, and against the table that everybody
/// quotes.
@Suite("Sizes of Python's objects")
struct PythonSizeTests {
  typealias Object = PythonObject

  /// An expression, what the model calls it, and the first release that has it.
  struct Case {
    let expression: String
    let object: Object
    var since = PythonVersion(2, 3)

    init(_ expression: String, _ object: Object, since: PythonVersion = PythonVersion(2, 3)) {
      self.expression = expression
      self.object = object
      self.since = since
    }
  }

  static func entries(_ count: Int, key: Object = .shared) -> Object {
    .dictionary(Array(repeating: .init(key, .shared), count: count))
  }

  static let cases: [Case] = {
    var cases = [
      Case("1 << 20", .int(bits: 21)), Case("1 << 40", .int(bits: 41)),
      Case("1 << 62", .int(bits: 63)), Case("1 << 64", .int(bits: 65)),
      Case("1 << 1000", .int(bits: 1001)),
      Case("1.5", .float), Case("1j", .complex), Case("object()", .object),
      Case("b'\\0' * 2", .bytes(2)), Case("b'\\0' * 21", .bytes(21)),
      Case("b'\\0' * 100000", .bytes(100_000)),
      Case("bytearray()", .bytearray(0), since: PythonVersion(2, 6)),
      Case("bytearray(5)", .bytearray(5), since: PythonVersion(2, 6)),
      Case("array.array('d')", .array(items: 0, itemBytes: 8)),
      Case("array.array('d', [1.0] * 9)", .array(items: 9, itemBytes: 8)),
      Case("set()", .set([])), Case("[]", .list([])), Case("{}", entries(0)),
    ]
    for count in [2, 7, 30, 1000] {
      cases += [
        Case("u'a' * \(count)", .text(count)),
        Case("u'\\xe9' * \(count)", .text(count, widest: .latin1)),
        Case("u'\\u0394' * \(count)", .text(count, widest: .ucs2)),
        Case("u'\\U0001f600' * \(count)", .text(count, widest: .ucs4)),
      ]
    }
    for count in [1, 3, 19, 20, 21, 1000] {
      let items = Array(repeating: Object.shared, count: count)
      cases += [
        Case("(None,) * \(count)", .tuple(items)), Case("[None] * \(count)", .list(items)),
      ]
    }
    for count in [1, 5, 6, 10, 11, 21, 22, 85, 86, 170, 171, 1365, 1366, 21845, 21846, 60000] {
      cases += [
        Case(
          "(lambda d: [d.__setitem__(str(i), i) for i in range(\(count))] and d)({})",
          entries(count)),
        Case(
          "(lambda d: [d.__setitem__(i, i) for i in range(\(count))] and d)({})",
          entries(count, key: .int(bits: 9))),
        Case(
          "(lambda s: [s.add(i) for i in range(\(count))] and s)(set())",
          .set(Array(repeating: .shared, count: count))),
      ]
    }
    return cases
  }()

  @Test(
    "what sys.getsizeof says", .enabled(if: !RealPython.all.isEmpty, RealPython.missing),
    arguments: RealPython.all)
  func sizes(python: RealPython) async throws {
    let build = try await python.build()
    let sizes = PythonSizes(build)
    let cases = Self.cases.filter { $0.since <= build.version }
    let lines = try await python.ask(cases.map { "size " + $0.expression }.joined(separator: "\n"))
    #expect(lines.count == cases.count)
    for (one, line) in zip(cases, lines) {
      #expect(sizes.size(of: one.object) == UInt64(line), "\(build.version): \(one.expression)")
    }
  }

  @Test("the sizes of Python 2.7 that are quoted everywhere")
  func quoted() {
    for (word, int, string, list, dictionary) in [
      (WordSize.bits32, 12, 21, 32, 136), (.bits64, 24, 37, 72, 280),
    ] {
      let sizes = PythonSizes(PythonBuild(PythonVersion(2, 7), wordSize: word))
      #expect(sizes.size(of: .int(bits: 20)) == UInt64(int))
      // There is one empty string, so that none is made; longer ones take a byte a character more.
      #expect(sizes.size(of: .bytes(2)) == UInt64(string + 2))
      #expect(sizes.size(of: .list([])) == UInt64(list))
      #expect(sizes.size(of: .dictionary([])) == UInt64(dictionary))
      // `None` is an object without anything.
      #expect(sizes.size(of: .object) == word.pointerBytes * 2)
    }
  }
}
