/// By version and word size, as `tools/python-offsets` prints them from the headers of 2.7.18, 3.6.15,
/// 3.7.16, 3.8.18, 3.9.18, 3.10.13, 3.11.7 and 3.12.1; of 64 bits all were tried on those, of 32 bits
/// 3.11.2. Later versions say theirs themselves: `PythonOffsets+Debug.swift`.
extension PythonOffsets {
  /// Those of a version up to 3.12; nil for others.
  static func known(_ version: PythonVersion, wordBytes: Int) -> PythonOffsets? {
    let versions = wordBytes == 4 ? narrow : wide
    return versions[version]
  }

  private static let narrow: [PythonVersion: PythonOffsets] = [
    PythonVersion(2, 7): PythonOffsets(
      threads: 4, nextInterpreter: 0, nextThread: 0, interpreter: 4,
      threadID: 80, frame: 8,
      previousFrame: 12, code: 16, instruction: 60,
      fileName: 48, name: 52, firstLine: 56, lines: 60,
      bytesData: 20, bytesSize: 8),
    PythonVersion(3, 6): PythonOffsets(
      threads: 4, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 84, frame: 12,
      previousFrame: 12, code: 16, instruction: 60,
      fileName: 60, name: 64, firstLine: 28, lines: 68,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 24, compactData: 36),
    PythonVersion(3, 7): PythonOffsets(
      interpreters: 16, threads: 4, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 96, frame: 12,
      previousFrame: 12, code: 16, instruction: 52,
      fileName: 60, name: 64, firstLine: 28, lines: 68,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 24, compactData: 36),
    PythonVersion(3, 8): PythonOffsets(
      interpreters: 24, threads: 4, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 96, frame: 12,
      previousFrame: 12, code: 16, instruction: 52,
      fileName: 64, name: 68, firstLine: 32, lines: 72,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 24, compactData: 36),
    PythonVersion(3, 9): PythonOffsets(
      interpreters: 24, threads: 4, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 96, frame: 12,
      previousFrame: 12, code: 16, instruction: 52,
      fileName: 64, name: 68, firstLine: 32, lines: 72,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 24, compactData: 36),
    PythonVersion(3, 10): PythonOffsets(
      interpreters: 24, threads: 4, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 96, frame: 12,
      previousFrame: 12, code: 16, instruction: 52,
      fileName: 64, name: 68, firstLine: 32, lines: 72,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 24, compactData: 36),
    PythonVersion(3, 11): PythonOffsets(
      interpreters: 28, threads: 12, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 88, nativeThreadID: 92, evaluation: 40, frame: 4,
      previousFrame: 24, code: 16, instruction: 28, owner: 37, isEntry: 36,
      fileName: 80, name: 84, qualifiedName: 88, firstLine: 48, lines: 92, instructions: 116,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 24, compactData: 36),
    PythonVersion(3, 12): PythonOffsets(
      interpreters: 28, threads: 60, nextInterpreter: 0, nextThread: 4, interpreter: 8,
      threadID: 80, nativeThreadID: 84, evaluation: 40, frame: 0,
      previousFrame: 4, code: 0, instruction: 28, owner: 38,
      fileName: 80, name: 84, qualifiedName: 88, firstLine: 44, lines: 92, instructions: 124,
      bytesData: 16, bytesSize: 8, textLength: 8, textState: 16, asciiData: 20, compactData: 28),
  ]

  private static let wide: [PythonVersion: PythonOffsets] = [
    PythonVersion(2, 7): PythonOffsets(
      threads: 8, nextInterpreter: 0, nextThread: 0, interpreter: 8,
      threadID: 144, frame: 16,
      previousFrame: 24, code: 32, instruction: 120,
      fileName: 80, name: 88, firstLine: 96, lines: 104,
      bytesData: 36, bytesSize: 16),
    PythonVersion(3, 6): PythonOffsets(
      threads: 8, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 152, frame: 24,
      previousFrame: 24, code: 32, instruction: 120,
      fileName: 96, name: 104, firstLine: 36, lines: 112,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 48, compactData: 72),
    PythonVersion(3, 7): PythonOffsets(
      interpreters: 24, threads: 8, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 176, frame: 24,
      previousFrame: 24, code: 32, instruction: 104,
      fileName: 96, name: 104, firstLine: 36, lines: 112,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 48, compactData: 72),
    PythonVersion(3, 8): PythonOffsets(
      interpreters: 32, threads: 8, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 176, frame: 24,
      previousFrame: 24, code: 32, instruction: 104,
      fileName: 104, name: 112, firstLine: 40, lines: 120,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 48, compactData: 72),
    PythonVersion(3, 9): PythonOffsets(
      interpreters: 32, threads: 8, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 176, frame: 24,
      previousFrame: 24, code: 32, instruction: 104,
      fileName: 104, name: 112, firstLine: 40, lines: 120,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 48, compactData: 72),
    PythonVersion(3, 10): PythonOffsets(
      interpreters: 32, threads: 8, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 176, frame: 24,
      previousFrame: 24, code: 32, instruction: 96,
      fileName: 104, name: 112, firstLine: 40, lines: 120,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 48, compactData: 72),
    PythonVersion(3, 11): PythonOffsets(
      interpreters: 40, threads: 16, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 152, nativeThreadID: 160, evaluation: 56, frame: 8,
      previousFrame: 48, code: 32, instruction: 56, owner: 69, isEntry: 68,
      fileName: 112, name: 120, qualifiedName: 128, firstLine: 72, lines: 136, instructions: 184,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 48, compactData: 72),
    PythonVersion(3, 12): PythonOffsets(
      interpreters: 40, threads: 72, nextInterpreter: 0, nextThread: 8, interpreter: 16,
      threadID: 136, nativeThreadID: 144, evaluation: 56, frame: 0,
      previousFrame: 8, code: 0, instruction: 56, owner: 70,
      fileName: 112, name: 120, qualifiedName: 128, firstLine: 68, lines: 136, instructions: 192,
      bytesData: 32, bytesSize: 16, textLength: 16, textState: 32, asciiData: 40, compactData: 56),
  ]
}
