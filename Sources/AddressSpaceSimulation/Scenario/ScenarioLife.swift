import AddressSpace

/// One run of a scenario: the program with all that it keeps.
struct ScenarioLife<Stage: LifeStage, Heap: MemoryAllocator> {
  private(set) var memory: ProgramMemory<Stage, Heap>
  private var python: PythonInterpreter?
  /// What is kept under names: blocks of the heap, lists of Python's, what is left of such lists.
  private var blocks: [String: [Address]] = [:]
  private var lists: [String: [(list: PythonList, item: PythonObject)]] = [:]
  private var survivors: [String: [PythonObjects]] = [:]
  private let settings: Scenario.Settings
  private let taken: Set<String>

  /// The life of a program that has just started.
  init(_ stage: Stage, heap: Heap, settings: Scenario.Settings, taking remedies: Set<String>) {
    memory = ProgramMemory(system: stage, heap: heap)
    python = settings.python.map { PythonInterpreter(PythonBuild($0, for: stage.layout)) }
    self.settings = settings
    taken = remedies
  }

  /// Where it lives.
  var stage: Stage {
    get { memory.system }
    set { memory.system = newValue }
  }

  /// What malloc holds.
  var heapFacts: HeapFacts? { memory.heap.facts(in: memory.system) }

  /// Does what a step says. What fails is left undone, and the program goes on.
  mutating func live(_ step: Scenario.Step) {
    memory.system.failure = nil
    for action in step.actions { act(action) }
  }

  private mutating func act(_ action: Scenario.Action) {
    switch action {
    case .load(let names):
      for name in names { memory.system.perform(.load(name)) }
    case .unload(let names):
      for name in names.reversed() { memory.system.perform(.unload(name)) }
    case .startThreads(let count, let stack, let allocate):
      startThreads(count, stack, allocate)
    case .allocate(let request, let count, let family, let name):
      allocate(request, count, by: family, as: name)
    case .reserve(let size, let name):
      memory.system.perform(.map(size, count: 1, as: name, isReserved: true))
    case .make(let object, let count, let name): make(object, count, as: name)
    case .keep(let part, let name): thin(name, to: part)
    case .drop(let names): names.forEach { drop($0) }
    case .pickle(let name, let bytes): pickle(name, bytes)
    case .collect: python?.collect(in: &memory)
    case .repeat(let times, let actions):
      for _ in 0..<times { actions.forEach { act($0) } }
    case .when(let remedy, let isTaken, let actions):
      if taken.contains(remedy) == isTaken { actions.forEach { act($0) } }
    }
  }

  private mutating func allocate(
    _ request: BufferRequest, _ count: Int, by family: Allocator.Family?, as name: String
  ) {
    let (piece, pieces) = settings.pieces(of: request)
    let (asked, overflow) = UInt64(count).multipliedReportingOverflow(by: pieces)
    let all = overflow ? .max : Int(clamping: asked)
    switch family ?? Allocator.usual(in: memory.system.layout).family {
    case .mmap, .virtualalloc:
      memory.system.perform(.map(piece.bytes, count: all, as: name, isReserved: false))
    case .pillow:
      for _ in 0..<count {
        guard let picture = picture(request) else {
          return memory.system.note(name, request.bytes)
        }
        blocks[name, default: []] += picture.blocks
      }
    case .malloc, .heapalloc, .numpy:
      for _ in 0..<all {
        guard let address = memory.allocate(piece.bytes.value) else {
          return memory.system.note(name, piece.bytes)
        }
        memory.touch(address, piece.bytes.value)
        blocks[name, default: []].append(address)
      }
      memory.settle()
    }
  }

  private mutating func picture(_ request: BufferRequest) -> PillowImage? {
    guard let shape = request.image else { return nil }
    return PillowImage(
      width: shape.width, height: shape.height, pixelBytes: shape.channels * shape.channelBytes,
      in: &memory)
  }

  /// A thread's stack is the system's, its table of thread-local storage the heap's (glibc's
  /// `allocate_dtv`: 17 pairs of words for a program of usual size).
  private mutating func startThreads(_ count: Int, _ stack: ByteCount?, _ allocate: Bool) {
    guard memory.system.layout.system == .linux else {
      return memory.system.perform(.startThreads(count, stack: stack, allocate: allocate))
    }
    for _ in 0..<count {
      memory.system.perform(.startThreads(1, stack: stack, allocate: allocate))
      let word = memory.system.layout.wordSize.pointerBytes
      _ = memory.allocateZeroed(17 * 2 * word)
    }
  }

  private mutating func make(_ object: PythonObject, _ count: Int, as name: String) {
    do {
      guard let list = try python?.makeList(of: object, count: count, in: &memory) else { return }
      lists[name, default: []].append((list, object))
    } catch {
      memory.system.note(name, ByteCount(error.bytes))
    }
  }

  /// Pickles all lists of a name, one after another, and drops what that made.
  private mutating func pickle(_ name: String, _ bytes: ByteCount) {
    for (list, item) in lists[name] ?? [] {
      do {
        let pickled = try python?.pickle(
          list, of: item, outputBytes: bytes.value, in: &memory)
        if let pickled { python?.drop(pickled, in: &memory) }
      } catch {
        memory.system.note("pickling " + name, ByteCount(error.bytes))
      }
    }
  }

  /// Drops all lists of a name and what they hold, but the first of every so many.
  private mutating func thin(_ name: String, to part: Int) {
    var rest: [PythonObjects] = []
    var first = 0
    func places(in count: Int) -> [Int] {
      let places = Array(stride(from: first, to: count, by: part))
      first = (places.last ?? first - part) + part - count
      return places
    }
    for group in survivors.removeValue(forKey: name) ?? [] {
      let kept = python?.drop(group, keeping: places(in: group.count), in: &memory)
      if let kept, kept.count > 0 { rest.append(kept) }
    }
    for (list, _) in lists.removeValue(forKey: name) ?? [] {
      let kept = python?.drop(list, keeping: places(in: list.items.count), in: &memory)
      if let kept, kept.count > 0 { rest.append(kept) }
    }
    survivors[name] = rest
  }

  private mutating func drop(_ name: String) {
    memory.system.perform(.unmap(name))
    for address in (blocks.removeValue(forKey: name) ?? []).reversed() { memory.free(address) }
    for (list, _) in (lists.removeValue(forKey: name) ?? []).reversed() {
      python?.drop(list, in: &memory)
    }
    for group in (survivors.removeValue(forKey: name) ?? []).reversed() {
      _ = python?.drop(group, in: &memory)
    }
  }
}
