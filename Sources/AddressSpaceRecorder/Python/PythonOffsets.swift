/// Where a version of CPython keeps what its stacks are read by, in bytes, by the names of its
/// headers.
struct PythonOffsets: Sendable {
  /// `_PyRuntimeState.interpreters.head`; nil before 3.7.
  var interpreters: Int?
  /// `PyInterpreterState.threads.head`, once `tstate_head`.
  var threads: Int
  /// `PyInterpreterState.next`.
  var nextInterpreter: Int
  /// `PyThreadState.next`, `interp`, `thread_id`.
  var nextThread: Int
  var interpreter: Int
  var threadID: Int
  /// `PyThreadState.native_thread_id`; nil before 3.11.
  var nativeThreadID: Int?
  /// `PyThreadState.cframe`, in 3.11 and 3.12 what `frame` is found in.
  var evaluation: Int?
  /// `PyThreadState.frame`, `_PyCFrame.current_frame`, `PyThreadState.current_frame`.
  var frame: Int
  /// Of a frame: the one that called it, its code, its instruction.
  var previousFrame: Int
  var code: Int
  var instruction: Int
  /// `_PyInterpreterFrame.owner`; nil before 3.11.
  var owner: Int?
  /// `_PyInterpreterFrame.is_entry`; only in 3.11.
  var isEntry: Int?
  /// `PyCodeObject.co_filename`, `co_name`, `co_qualname`, `co_firstlineno`.
  var fileName: Int
  var name: Int
  var qualifiedName: Int?
  var firstLine: Int
  /// `PyCodeObject.co_linetable`, before 3.10 `co_lnotab`.
  var lines: Int
  /// `PyCodeObject.co_code_adaptive`; nil before 3.11.
  var instructions: Int?
  /// `PyBytesObject.ob_sval` and `ob_size`; of 2.7's `PyStringObject`.
  var bytesData: Int
  var bytesSize: Int
  /// `PyASCIIObject.length` and `state`; nil in 2.7.
  var textLength: Int?
  var textState: Int?
  /// The sizes of `PyASCIIObject` and `PyCompactUnicodeObject`, where the characters begin.
  var asciiData: Int?
  var compactData: Int?

  /// As much of a frame and of a code object as has all of these.
  var frameSize: Int {
    8 + max(previousFrame, code, instruction, owner ?? 0, isEntry ?? 0)
  }
  var codeSize: Int { 8 + max(fileName, name, qualifiedName ?? 0, firstLine, lines) }
}
