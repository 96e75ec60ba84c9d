import AddressSpace

/// A program of a scenario on Linux, in its space.
struct LinuxStage: SpaceStage, Sendable {
  var space: ModelledSpace
  var failure: StepOutcome.Failure?
  var kept: [String: [AddressRange]] = [:]
  private let stack: ByteCount
  /// The heaps of threads that allocate; the first thread's is not in it.
  private var heaps: GlibcAllocator

  /// A program in a space, whose threads have stacks of this size unless they say otherwise.
  init(_ space: ModelledSpace, stack: ByteCount, heaps: GlibcAllocator) {
    self.space = space
    self.stack = stack
    self.heaps = heaps
  }

  var programBreak: Address { space.programBreak }

  mutating func map(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    space.map(size, mapping)
  }
  mutating func mapApart(_ size: ByteCount, _ mapping: Mapping) -> AddressRange? {
    space.map(size, mapping)
  }
  mutating func map(at range: AddressRange, _ mapping: Mapping) -> Bool {
    space.map(at: range, mapping)
  }
  mutating func unmap(_ range: AddressRange) { space.unmap(range) }
  mutating func remap(
    _ range: AddressRange, to size: ByteCount, mayMove: Bool
  ) -> AddressRange? { space.remap(range, to: size, mayMove: mayMove) }
  mutating func commit(_ range: AddressRange) { space.commit(range) }
  mutating func discard(_ range: AddressRange) { space.discard(range) }
  mutating func touch(_ range: AddressRange) { space.touch(range) }
  mutating func moveBreak(to end: Address) -> Bool { space.moveBreak(to: end) }

  mutating func perform(_ call: StageCall) {
    switch call {
    // The catalogue has no images of Linux.
    case .load, .unload: return
    case .startThreads(let count, let stack, let allocate):
      for _ in 0..<count {
        let size = stack ?? self.stack
        guard startThread(size) else { return note("a thread's stack", size) }
        if allocate { startHeap() }
      }
    case .map(let size, let count, let name, let isReserved):
      keep(size, count, as: name, isReserved: isReserved)
    case .unmap(let name): drop(name)
    }
  }

  /// Maps a stack as glibc does: the guard is its lowest page.
  private mutating func startThread(_ size: ByteCount) -> Bool {
    let mapping = Mapping("thread stack", isReserved: true)
    guard let range = space.map(size, mapping),
      let stack = AddressRange(range.lower + layout.pageSize, range.upper)
    else { return false }
    space.commit(stack)
    if let top = AddressRange(stack.upper.lowered(by: layout.pageSize), stack.upper) {
      space.touch(top)
    }
    return true
  }

  /// A thread's first request: it gets an arena, as long as there may be more. What one asks for that
  /// shares the first thread's is left out.
  private mutating func startHeap() {
    heaps.thread = heaps.startThread()
    guard let arena = heaps.arena(for: 1024, &space),
      arena == 0 || heaps.allocate(.kibibytes(1), in: &space) != nil
    else { return note("a thread's arena", .mebibytes(1)) }
  }
}
