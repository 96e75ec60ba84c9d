import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

extension Recorder {
  /// A thread is about to make a call that the filter asked for.
  func enter(_ tracee: Tracee<Sink>) throws(RecorderError) {
    var call = asp_call()
    guard tracee.space != nil, asp_call_info(tracee.tid, &call) == 0 else { return resume(tracee) }
    try enter(tracee, call)
  }

  /// A thread is about to make some call.
  func enter(_ tracee: Tracee<Sink>, _ info: asp_call) throws(RecorderError) {
    guard let space = tracee.space, let call = systemCall(info, by: tracee) else {
      return resume(tracee)
    }
    if case .execute = call {
      try noteMap(of: space)
      return resume(tracee)
    }
    let stack = try space.stacks.stack(of: tracee.tid, in: space.map)
    var file: MappedFile?
    if case .map(let request) = call, request.flags & MapFlag.anonymous == 0 {
      file = MappedFile(descriptor: request.descriptor, of: tracee.tid)
    }
    tracee.call = CallInProgress(call: call, file: file, stack: stack)
    if space.caller == nil {
      space.caller = tracee
      resume(tracee)
    } else {
      space.waiting.append(tracee)
    }
  }

  /// A call of a thread has returned.
  func leave(_ tracee: Tracee<Sink>, _ info: asp_call) throws(RecorderError) {
    guard let space = tracee.space, let begun = tracee.call else { return resume(tracee) }
    tracee.call = nil
    let isNarrow = info.abi == Int32(ASP_ABI_I386.rawValue) && info.is_error == 0
    let result = isNarrow ? info.result & 0xFFFF_FFFF : info.result
    let effect = space.rules.effect(
      of: begun.call, result: result, isError: info.is_error != 0, file: begun.file,
      endOfBreak: space.endOfBreak)
    if case .setBreak = begun.call, info.is_error == 0 {
      space.noteBreak(Address(UInt64(bitPattern: result)))
    }
    try record(effect, of: begun, by: tracee, in: space)
    if options.verifies { try verify(space) }
    try watch(space)
    space.caller = nil
    resume(tracee)
    try admitNext(to: space)
  }

  /// Lets the next thread make its call that was held before it.
  func admitNext(to space: RecordedSpace<Sink>) throws(RecorderError) {
    guard space.caller == nil, !space.waiting.isEmpty else { return }
    let next = space.waiting.removeFirst()
    space.caller = next
    resume(next)
  }

  private func systemCall(_ info: asp_call, by tracee: Tracee<Sink>) -> SystemCall? {
    let arguments = CallArguments(info)
    if info.abi == Int32(ASP_ABI_X86_64.rawValue) {
      return SystemCall(x86_64: info.number, arguments)
    }
    guard info.abi == Int32(ASP_ABI_I386.rawValue) else { return nil }
    return SystemCall(i386: info.number, arguments) { address, count in
      var words = [UInt32](repeating: 0, count: count)
      let size = count * MemoryLayout<UInt32>.size
      return asp_read_memory(tracee.tid, address, &words, size) == size
        ? words.map(UInt64.init) : nil
    }
  }

  private func record(
    _ effect: CallEffect, of begun: CallInProgress, by tracee: Tracee<Sink>,
    in space: RecordedSpace<Sink>
  ) throws(RecorderError) {
    guard let name = begun.call.name else { return }
    let thread = try place(of: tracee)
    func event(_ outcome: MapCall.Outcome) -> TraceEvent {
      TraceEvent(
        time: log.now, space: space.place, thread: thread, call: name, outcome: outcome,
        stack: begun.stack)
    }
    switch effect {
    case .nothing: break
    case .changed(let change): space.apply(change, by: try log.add(event(.changed(change))))
    case .mapped(let range):
      if let region = Region(exactlyAt: range, of: space.pid) {
        space.apply(.map(region), by: try log.add(event(.changed(.map(region)))))
      } else {
        try reconcile(space) { event(.changed($0)) }
      }
    case .unknown: try reconcile(space) { event(.changed($0)) }
    case .failed(let errno, let asked, let address):
      try log.add(event(.failed(errno: errno, asked: asked, at: address)))
      if begun.call.mayFailHalfway { try reconcile(space) { event(.changed($0)) } }
    }
  }

  /// A thread's place in the recording.
  private func place(of tracee: Tracee<Sink>) throws(RecorderError) -> Int {
    if let place = tracee.place { return place }
    var name = [CChar](repeating: 0, count: 32)
    asp_thread_name(tracee.pid, tracee.tid, &name, name.count)
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let place = try log.add(
      TraceThread(tid: tracee.tid, name: String(decoding: bytes, as: UTF8.self)))
    tracee.place = place
    return place
  }
}

extension Region {
  /// What a process has mapped at `range`, if that is one region and the kernel tells of one; a
  /// whole map of many takes its time to read.
  fileprivate init?(exactlyAt range: AddressRange, of pid: Int32) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var found = asp_region()
    let result = asp_region_at(pid, range.lower.value, &bytes, bytes.count, &found)
    let name = bytes.prefix(found.name_length)
    guard result == 0, found.low == range.lower.value, found.high == range.upper.value,
      !name.contains(10), let name = String(validating: name, as: UTF8.self)
    else { return nil }
    self.init(
      range: range, access: Access(rawValue: UInt8(truncatingIfNeeded: found.access)),
      offset: found.offset, inode: found.inode, name: name)
  }
}

extension MappedFile {
  /// What a descriptor of a thread names, nil where it names nothing.
  init?(descriptor: Int32, of tid: Int32) {
    var bytes = [UInt8](repeating: 0, count: 4096)
    var inode: UInt64 = 0
    let count = asp_open_file(tid, descriptor, &bytes, bytes.count, &inode)
    guard count >= 0 else { return nil }
    self.init(name: String(decoding: bytes.prefix(count), as: UTF8.self), inode: inode)
  }
}
