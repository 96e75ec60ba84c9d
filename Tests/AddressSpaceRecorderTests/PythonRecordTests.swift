import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// Python programs that keep a mapping: their own frames must name it.
@Suite("Python programs in recordings", .serialized)
struct PythonRecordTests {
  /// Line 3 keeps, line 5 loads, line 6 begins.
  static let script = """
    import mmap
    def keep_index():
        return mmap.mmap(-1, 65536)
    def load_album():
        return keep_index()
    kept = load_album()
    """

  @Test("i386 CPython is named by file, function and line", .needsTestbed)
  func testbed() async throws {
    let testbed = Fixtures.package.appending("tools/testbed").string
    try await expectNames([testbed, "run", "/usr/bin/python3", "-c", Self.script])
  }

  @Test("CPython of this machine is, too", .needs("/usr/bin/python3"))
  func here() async throws {
    try await expectNames(["/usr/bin/python3", "-c", Self.script])
  }

  private func expectNames(_ command: [String]) async throws {
    let recorded = try await Recorded(of: command)
    #expect(recorded.result.status == 0, "\(recorded.result.error)")
    let last = try #require(
      recorded.events.last { _, event in
        guard case .changed(.map(let region)) = event.outcome else { return false }
        return region.size.value == 65536 && recorded.functions(of: event).contains("keep_index")
      })
    let stack = try #require(last.event.stack)
    let symbols = recorded.recording.stacks.frames(of: stack)
      .filter { recorded.recording.frames[$0].origin == .interpreter }
      .flatMap { recorded.recording.symbols[$0] ?? [] }
    let expected = [("keep_index", 3), ("load_album", 5), ("<module>", 6)].map { name, line in
      Symbol(function: name, file: "<string>", line: line)
    }
    #expect(symbols == expected)
    // Beyond them the interpreter's own frames go on, and its evaluation is no longer there.
    let functions = recorded.functions(of: last.event)
    #expect(!functions.contains("_PyEval_EvalFrameDefault"), "\(functions)")
  }
}
