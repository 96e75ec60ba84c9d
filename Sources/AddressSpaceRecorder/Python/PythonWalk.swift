import AddressSpaceTrace
import CAddressSpaceRecorder

/// Puts the frames of a Python program in the place of its interpreter's own.
struct PythonWalk {
  private var stack: PythonStack
  /// The frames of the function that executes Python's code, by their places in the recording.
  private var evaluations: Set<Int> = []

  /// For the interpreter in a process; nil where its version is not known.
  ///
  /// - Parameter address: where the version's symbol lies in the process.
  init?(version: PythonVersion, wordBytes: Int, address: UInt64, pid: Int32) {
    let stack = PythonStack(version: version, wordBytes: wordBytes, address: address) {
      address, count in
      var bytes = [UInt8](repeating: 0, count: count)
      return asp_read_memory(pid, address, &bytes, count) == count ? bytes : nil
    }
    guard let stack else { return nil }
    self.stack = stack
  }

  /// Notes a frame that lies in the interpreter.
  mutating func note(_ frame: Int, functions: [Symbol]) {
    let evaluates = functions.contains { symbol in
      symbol.function.map { name in Self.functions.contains { name.hasPrefix($0) } } ?? false
    }
    if evaluates { evaluations.insert(frame) }
  }

  /// Whether a stack goes through Python's code.
  func concerns(_ frames: [Int]) -> Bool { frames.contains(where: evaluations.contains) }

  /// The frames of a stopped thread with Python's in the interpreter's places, innermost first.
  ///
  /// - Parameter place: gives the place of a Python frame in the recording.
  mutating func frames(
    of tid: Int32, within native: [Int], place: (Symbol) throws(RecorderError) -> Int
  ) throws(RecorderError) -> [Int] {
    var rest = stack.frames(of: tid, depth: Self.mostFrames)[...]
    var frames: [Int] = []
    for frame in native {
      guard evaluations.contains(frame), !rest.isEmpty else {
        frames.append(frame)
        continue
      }
      // One call of the interpreter executes as many frames as called each other in Python.
      while let next = rest.popFirst() {
        frames.append(
          try place(Symbol(function: next.function, file: next.file, line: next.line)))
        if next.isEntry { break }
      }
    }
    return frames
  }

  /// What executes Python's code, from 3.6 on and before.
  private static let functions = ["_PyEval_EvalFrameDefault", "PyEval_EvalFrameEx"]
  private static let mostFrames = 256
}
