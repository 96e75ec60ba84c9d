/// Reads the stacks of a CPython program from the outside, while its thread is stopped. Nothing that
/// is read is trusted: what makes no sense ends the stack, and no chain is followed for ever.
public struct PythonStack {
  private let version: PythonVersion
  private let start: UInt64
  private let memory: PythonMemory
  private let text: PythonText
  private let offsets: PythonOffsets
  /// Before 3.7 only the thread that runs is known by a symbol; its interpreter stays known.
  private var interpreter: UInt64?
  /// The thread states of threads, by their numbers.
  private var threads: [Int32: UInt64] = [:]
  private var codes: [UInt64: Code] = [:]

  private struct Code {
    /// What was read of the object: as long as this is so, the rest is as well.
    let bytes: [UInt8]
    let function: String
    let file: String
    let lines: PythonLines
  }

  private static var mostInterpreters: Int { 256 }
  private static var mostThreads: Int { 1 << 14 }
  private static var mostRemembered: Int { 1 << 13 }
  private static var longestTable: Int { 1 << 18 }

  /// For a program whose `version.symbol` is at `address`; nil where the version is not known, or
  /// cannot be read as it should be. `read` gives that many bytes from an address on, or nil.
  public init?(
    version: PythonVersion, wordBytes: Int, address: UInt64,
    read: @escaping (UInt64, Int) -> [UInt8]?
  ) {
    let memory = PythonMemory(read: read, wordBytes: wordBytes)
    guard wordBytes == 4 || wordBytes == 8,
      let offsets = PythonOffsets.known(version, wordBytes: wordBytes)
        ?? PythonOffsets.written(at: address, version, in: memory)
    else { return nil }
    self.version = version
    self.memory = memory
    self.offsets = offsets
    start = address
    text = PythonText(memory: memory, offsets: offsets)
  }

  /// The frames of a stopped thread, innermost first, at most `depth`; none where it runs no Python.
  /// `tid` is the thread's number in its own pid namespace.
  public mutating func frames(of tid: Int32, depth: Int) -> [PythonFrame] {
    guard let thread = threadState(of: tid), var next = innermostFrame(of: thread) else {
      return []
    }
    var frames: [PythonFrame] = []
    // Shims between the interpreter and C are frames too, and none that is shown.
    for _ in 0..<depth * 2 where frames.count < depth {
      guard let bytes = memory.bytes(at: next, count: offsets.frameSize) else { break }
      let block = PythonBlock(bytes: bytes, wordBytes: memory.wordBytes)
      if isShim(block) {
        if !frames.isEmpty { frames[frames.count - 1].isEntry = true }
      } else if let frame = frame(block) {
        frames.append(frame)
      } else {
        break
      }
      guard let previous = block.word(at: offsets.previousFrame), previous != 0 else { break }
      next = previous
    }
    return frames
  }
}

// Threads.
extension PythonStack {
  private mutating func threadState(of tid: Int32) -> UInt64? {
    if let known = threads[tid], isState(known, of: tid) { return known }
    threads[tid] = nil
    guard let found = findThreadState(of: tid) else { return nil }
    if threads.count >= Self.mostThreads { threads.removeAll() }
    threads[tid] = found
    return found
  }

  private mutating func findThreadState(of tid: Int32) -> UInt64? {
    var next = firstInterpreter()
    for _ in 0..<Self.mostInterpreters {
      guard let interpreter = next else { return nil }
      var thread = memory.pointer(at: interpreter &+ UInt64(offsets.threads))
      for _ in 0..<Self.mostThreads {
        guard let state = thread else { break }
        if isState(state, of: tid) { return state }
        thread = memory.pointer(at: state &+ UInt64(offsets.nextThread))
      }
      next = memory.pointer(at: interpreter &+ UInt64(offsets.nextInterpreter))
    }
    return nil
  }

  private mutating func firstInterpreter() -> UInt64? {
    if let interpreters = offsets.interpreters {
      return memory.pointer(at: start &+ UInt64(interpreters))
    }
    // Null while no thread holds the lock.
    if let running = memory.pointer(at: start),
      let found = memory.pointer(at: running &+ UInt64(offsets.interpreter))
    {
      interpreter = found
    }
    return interpreter
  }

  private func isState(_ state: UInt64, of tid: Int32) -> Bool {
    if let native = offsets.nativeThreadID {
      return memory.word(at: state &+ UInt64(native)) == UInt64(UInt32(bitPattern: tid))
    }
    guard let thread = memory.pointer(at: state &+ UInt64(offsets.threadID)) else { return false }
    // `thread_id` is a pthread_t: in glibc the address of a struct that has the number at this place.
    let place: UInt64 = memory.wordBytes == 8 ? 720 : 104
    return memory.number(at: thread &+ place, bytes: 4) == UInt64(UInt32(bitPattern: tid))
  }
}

// Frames.
extension PythonStack {
  private func innermostFrame(of thread: UInt64) -> UInt64? {
    var holder = thread
    if let evaluation = offsets.evaluation {
      guard let found = memory.pointer(at: thread &+ UInt64(evaluation)) else { return nil }
      holder = found
    }
    return memory.pointer(at: holder &+ UInt64(offsets.frame))
  }

  /// From 3.12 on, `FRAME_OWNED_BY_CSTACK` and what later versions add behind it.
  private func isShim(_ block: PythonBlock) -> Bool {
    guard version >= PythonVersion(3, 12), let owner = offsets.owner else { return false }
    return (block.number(at: owner, bytes: 1) ?? 0) >= 3
  }

  private mutating func frame(_ block: PythonBlock) -> PythonFrame? {
    // From 3.14 on the lowest bits are tags.
    guard let address = block.word(at: offsets.code).map({ $0 & ~3 }), let code = code(at: address)
    else { return nil }
    let line = instruction(block, of: address).flatMap { code.lines.line(at: $0) }
    var isEntry = version < PythonVersion(3, 11)
    if let flag = offsets.isEntry { isEntry = block.number(at: flag, bytes: 1) == 1 }
    return PythonFrame(function: code.function, file: code.file, line: line, isEntry: isEntry)
  }

  /// The byte offset of the frame's instruction, negative before the first.
  private func instruction(_ block: PythonBlock, of code: UInt64) -> Int? {
    guard let instructions = offsets.instructions else {
      guard let last = block.int32(at: offsets.instruction) else { return nil }
      return version >= PythonVersion(3, 10) ? last * 2 : last
    }
    guard let place = block.word(at: offsets.instruction) else { return nil }
    let offset = Int64(bitPattern: place &- (code &+ UInt64(instructions)))
    return abs(offset) < 1 << 30 ? Int(offset) : nil
  }

  private mutating func code(at address: UInt64) -> Code? {
    guard let bytes = memory.bytes(at: address, count: offsets.codeSize) else { return nil }
    // The reference count changes.
    let unchanging = Array(bytes[memory.wordBytes...])
    if let known = codes[address], known.bytes == unchanging { return known }
    let block = PythonBlock(bytes: bytes, wordBytes: memory.wordBytes)
    guard let code = readCode(block, unchanging) else { return nil }
    if codes.count >= Self.mostRemembered { codes.removeAll() }
    codes[address] = code
    return code
  }

  private func readCode(_ block: PythonBlock, _ unchanging: [UInt8]) -> Code? {
    guard let firstLine = block.int32(at: offsets.firstLine),
      let name = block.word(at: offsets.qualifiedName ?? offsets.name),
      let fileName = block.word(at: offsets.fileName), let lines = block.word(at: offsets.lines),
      let function = text.text(at: name), let file = text.text(at: fileName)
    else { return nil }
    let table = text.bytes(at: lines, atMost: Self.longestTable) ?? []
    return Code(
      bytes: unchanging, function: function, file: file,
      lines: PythonLines(version: version, firstLine: firstLine, table: table))
  }
}
