/// From 3.13 on `_PyRuntime` begins with `_Py_DebugOffsets`, numbers of 64 bits at any word size.
extension PythonOffsets {
  /// What is written there; nil for versions whose table is another one, and for an interpreter
  /// without a global lock, which keeps its code elsewhere.
  static func written(
    at runtime: UInt64, _ version: PythonVersion, in memory: PythonMemory
  ) -> PythonOffsets? {
    guard let table = tables[version],
      let bytes = memory.bytes(at: runtime, count: 8 * (table.unicode + 4)),
      bytes.starts(with: Array("xdebugpy".utf8))
    else { return nil }
    let block = PythonBlock(bytes: bytes, wordBytes: 8)
    // No structure is as large as that: what else is written is not what we think.
    let numbers = (0..<bytes.count / 8).map { block.word(at: $0 * 8) ?? 0 }
    let release = numbers[1] >> 16
    guard release == UInt64(version.major << 8 | version.minor), numbers[2] == 0,
      numbers[3...].allSatisfy({ $0 < 1 << 24 })
    else { return nil }
    return PythonOffsets(numbers.map { Int($0 & 0xff_ffff) }, table, wordBytes: memory.wordBytes)
  }

  /// Where the parts of the table begin, in numbers: each begins with a size.
  private struct Table: Sendable {
    var thread: Int
    var frame: Int
    var code: Int
    var bytes: Int
    var unicode: Int
  }

  // Include/internal/pycore_runtime.h of 3.13.0, which was tried; pycore_debug_offsets.h of 3.14, which
  // was not.
  private static let tables: [PythonVersion: Table] = [
    PythonVersion(3, 13): Table(thread: 19, frame: 28, code: 34, bytes: 64, unicode: 67),
    PythonVersion(3, 14): Table(thread: 22, frame: 31, code: 39, bytes: 74, unicode: 77),
  ]

  private init(_ numbers: [Int], _ table: Table, wordBytes: Int) {
    self.init(
      interpreters: numbers[5], threads: numbers[9], nextInterpreter: numbers[8],
      nextThread: numbers[table.thread + 2], interpreter: numbers[table.thread + 3],
      threadID: numbers[table.thread + 5], nativeThreadID: numbers[table.thread + 6],
      frame: numbers[table.thread + 4],
      previousFrame: numbers[table.frame + 1], code: numbers[table.frame + 2],
      instruction: numbers[table.frame + 3], owner: numbers[table.frame + 5],
      fileName: numbers[table.code + 1], name: numbers[table.code + 2],
      qualifiedName: numbers[table.code + 3], firstLine: numbers[table.code + 5],
      lines: numbers[table.code + 4], instructions: numbers[table.code + 9],
      bytesData: numbers[table.bytes + 2], bytesSize: numbers[table.bytes + 1],
      textLength: numbers[table.unicode + 2], textState: numbers[table.unicode + 1],
      asciiData: numbers[table.unicode + 3], compactData: numbers[table.unicode] - wordBytes)
  }
}
