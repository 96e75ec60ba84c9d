import AddressSpaceRecorder
import CAddressSpaceRecorder
import Glibc
import Subprocess
import SystemPackage
import TestSupport
import Testing

/// The stacks of real interpreters, against what they say of themselves.
@Suite("Python stacks")
struct PythonStackTests {
  @Test(
    "frames are those that the program sees", .enabled(if: !Interpreter.all.isEmpty),
    arguments: Interpreter.all, [[], ["thread"]])
  func realInterpreter(_ interpreter: Interpreter, _ arguments: [String]) async throws {
    let (seen, expected) = try await interpreter.run(arguments)
    #expect(expected.count >= 11)
    #expect(seen.map(\.text) == expected)
  }

  @Test("a name says the version, or that it is none")
  func names() {
    #expect(PythonVersion(fileName: "/usr/bin/python3.11") == PythonVersion(3, 11))
    #expect(PythonVersion(fileName: "libpython2.7.so.1.0") == PythonVersion(2, 7))
    #expect(PythonVersion(fileName: "libpython3.6m.so.1.0") == PythonVersion(3, 6))
    #expect(PythonVersion(fileName: "/opt/libpython3.13t.so") == PythonVersion(3, 13))
    for name in ["python3", "libpython3.so", "python3.11.txt", "mypython3.11", "", "python4.1"] {
      #expect(PythonVersion(fileName: name) == nil, "\(name)")
    }
  }

  @Test("random memory is neither believed nor followed for ever", arguments: 0..<200)
  func randomMemory(seed: Int) {
    var random = SeededGenerator(seed: UInt64(seed))
    let versions = [2, 3].flatMap { major in (6...13).map { PythonVersion(major, $0) } }
    let size = 1 << 16
    // Words that point into the same memory: chains that lead back.
    let words = (0..<size / 4).map { _ in UInt32.random(in: 0..<UInt32(size), using: &random) }
    var bytes = words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
    }
    for start in stride(from: 4, to: size, by: 8) where seed % 2 == 1 {
      bytes.replaceSubrange(start..<start + 4, with: [0, 0, 0, 0])
    }
    let memory = bytes
    var asked = 0
    for version in versions {
      let stack = PythonStack(
        version: version, wordBytes: seed % 2 == 1 ? 8 : 4, address: 64
      ) { address, count in
        asked += count
        guard address < UInt64(size), count <= size - Int(address) else { return nil }
        return Array(memory[Int(address)..<Int(address) + count])
      }
      guard var stack else { continue }
      for tid in words.prefix(20) {
        #expect(stack.frames(of: Int32(bitPattern: tid), depth: 64).count <= 64)
      }
    }
    #expect(asked < 1 << 31)
  }
}

extension PythonFrame {
  /// As `python_stack.py` writes it.
  fileprivate var text: String { "\(line ?? 0) \(function) \(file)" }
}
