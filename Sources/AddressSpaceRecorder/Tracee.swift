import AddressSpaceTrace

/// A thread that is traced.
final class Tracee<Sink: TraceSink> {
  let tid: Int32
  /// The process it belongs to.
  let pid: Int32
  /// Its address space, nil where it is not recorded.
  var space: RecordedSpace<Sink>?
  /// Its place in the recording, once it has made a call.
  var place: Int?
  /// The call it is in, from entry to return.
  var call: CallInProgress?
  /// The signal that it gets when it is let go; nil while it is not held for that.
  var heldSignal: Int32?
  /// Whether it has told that it is about to end.
  var isEnding = false

  /// Whether it is a process that runs in the memory of another one, as after vfork.
  var borrowsMemory: Bool { space.map { $0.pid != pid } ?? false }

  init(tid: Int32, pid: Int32, space: RecordedSpace<Sink>?) {
    self.tid = tid
    self.pid = pid
    self.space = space
  }
}

/// A call that has begun.
struct CallInProgress {
  let call: SystemCall
  let file: MappedFile?
  let stack: StackID?
}
