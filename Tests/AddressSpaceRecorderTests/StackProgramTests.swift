import AddressSpace
import AddressSpaceStore
import AddressSpaceTrace
import SystemPackage
import TestSupport
import Testing

/// The programs of `fixtures/programs/stacks`, whose stacks are written in them.
@Suite("Stack programs", .serialized)
struct StackProgramTests {
  /// A compiled one.
  struct Program: Sendable, CustomTestStringConvertible {
    let name: String
    let source: String
    let bits: Int
    let level: String

    var testDescription: String { "\(name)-\(bits)-\(level)" }
    var path: FilePath? { Machine.victim("stacks/\(testDescription)") }

    static let all: [Program] = {
      let sources = [
        ("chain", "chain.c"), ("chain-fixed", "chain.c"), ("chain-static", "chain.c"),
        ("generated", "generated.c"), ("names", "names.cpp"), ("plugin", "plugin.c"),
        ("signal_stack", "signal_stack.c"), ("tail_call", "tail_call.c"), ("thread", "thread.c"),
        ("through_library", "through_library.c"),
      ]
      return sources.flatMap { name, source in
        [32, 64].flatMap { bits in
          ["O0", "O2"].map { Program(name: name, source: source, bits: bits, level: $0) }
        }
      }
    }()

    /// The functions it must have on its stack, as `fixtures/README.md` says.
    func expected() throws -> [String] {
      let path = Fixtures.own.appending("programs/stacks").appending(source)
      return try Fixtures.text(path).split(separator: "\n")
        .filter { $0.hasPrefix("//> ") }.map { String($0.dropFirst(4)) }
    }
  }

  /// `MARK_LENGTH` of `mark.h`.
  static let mark: UInt64 = 0x123_5000

  @Test(
    "every function is found, frame by frame", .needsVictim("stacks/chain-static-64-O0"),
    arguments: Program.all)
  func functions(program: Program) async throws {
    guard let path = program.path else { return }
    let expected = try program.expected()
    #expect(expected.count >= 4)
    var all: [[Frame]] = []
    for unwinder in program.bits == 64 ? ["libunwind", "libdw"] : ["libdw"] {
      let recorded = try await Recorded(["--unwinder", unwinder], of: [path.string])
      #expect(recorded.result.status == 0)
      let (frames, functions) = try recorded.mark()
      #expect(matches(functions, expected), "\(unwinder): \(functions)")
      all.append(frames)
    }
    #expect(all.allSatisfy { $0.count == all[0].count })
  }

  /// Whether the functions are those expected, from the first of them on.
  private func matches(_ functions: [String], _ expected: [String]) -> Bool {
    var rest = functions.drop { $0 != expected.first }
    for (index, wanted) in expected.enumerated() {
      if wanted == "*" {
        guard index + 1 < expected.count else { return true }
        rest = rest.drop { $0 != expected[index + 1] }
      } else if wanted.hasPrefix("? ") {
        if rest.first == String(wanted.dropFirst(2)) { rest.removeFirst() }
      } else if rest.first == wanted {
        rest.removeFirst()
      } else {
        return false
      }
    }
    return true
  }
}

extension Recorded {
  /// The frames of the one mapping that a stack program makes, and the functions in them: `-` for a
  /// frame without a name.
  fileprivate func mark() throws -> (frames: [Frame], functions: [String]) {
    let event = events.last {
      guard case .changed(.map(let region)) = $0.event.outcome else { return false }
      return region.size.value == StackProgramTests.mark
    }
    let stack = try #require(event?.event.stack)
    let places = recording.stacks.frames(of: stack)
    let functions = places.flatMap { place in
      recording.symbols[place]?.map { $0.function ?? "-" } ?? ["-"]
    }
    return (places.map { recording.frames[$0] }, functions)
  }
}
