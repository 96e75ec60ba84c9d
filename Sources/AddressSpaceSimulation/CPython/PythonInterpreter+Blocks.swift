internal import AddressSpace

extension PythonInterpreter {
  /// The size class that serves a part, nil where it is not one of the pools.
  private func sizeClass(of part: PythonSizes.Part) -> Int? {
    guard let rules = pools?.rules else { return nil }
    switch part.kind {
    case .block: return nil
    case .buffer where !rules.servesBuffers: return nil
    default: return rules.sizeClass(of: part.bytes)
    }
  }

  /// How many blocks for a part can be had of the same place; 0 where the next is a place of its own.
  func available(_ part: PythonSizes.Part) -> Int {
    switch part.kind {
    case .block(.int): return ints.available
    case .block(.float): return floats.available
    case .cached(let kind):
      if let kept = dead[kind]?.available, kept > 0 { return kept }
    default: break
    }
    guard let sizeClass = sizeClass(of: part) else { return 0 }
    return pools?.available(sizeClass) ?? 0
  }

  /// Takes blocks for a part, all of the same place.
  mutating func take<System, Heap>(
    _ part: PythonSizes.Part, atMost count: Int, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> BlockRun {
    switch part.kind {
    case .block(let kind):
      let run =
        kind == .int
        ? ints.take(atMost: count, in: &memory) : floats.take(atMost: count, in: &memory)
      guard let run else { throw PythonMemoryError(bytes: kind.block(in: build).bytes) }
      return run
    case .cached(let kind):
      if let run = dead[kind]?.take(atMost: count) { return run }
    case .object, .buffer: break
    }
    if let sizeClass = sizeClass(of: part),
      let run = pools?.take(sizeClass, atMost: count, in: &memory)
    {
      return run
    }
    // Too large for pools, or no arena is to be had.
    guard let address = memory.allocate(part.bytes) else {
      throw PythonMemoryError(bytes: part.bytes)
    }
    return BlockRun(source: keep(address), count: 1)
  }

  /// Gives blocks for a part back, all of the same place.
  mutating func give<System, Heap>(
    _ part: PythonSizes.Part, _ run: BlockRun, in memory: inout ProgramMemory<System, Heap>
  ) {
    var count = run.count
    switch part.kind {
    case .block(.int): return ints.give(run.source, count)
    case .block(.float): return floats.give(run.source, count)
    case .cached(let kind):
      let limit = kind.limit(in: build)
      if limit > 0 {
        count -= dead[kind, default: DeadObjects(limit: limit)].keep(run.source, count)
      }
    case .object, .buffer: break
    }
    if count > 0 { give(run.source, count, in: &memory) }
  }

  /// Gives blocks back to where they came from.
  mutating func give<System, Heap>(
    _ source: Int32, _ count: Int32, in memory: inout ProgramMemory<System, Heap>
  ) {
    if source >= 0 {
      pools?.give(source, count, in: &memory)
    } else {
      memory.free(heapBlocks[Int(~source)])
      unusedHeapBlocks.append(~source)
    }
  }

  /// Where a block of the C library's lies, nil where it is one of a pool.
  func address(of source: Int32) -> Address? {
    source < 0 ? heapBlocks[Int(~source)] : nil
  }

  /// Notes a block of the C library's.
  mutating func keep(_ address: Address) -> Int32 {
    if let index = unusedHeapBlocks.popLast() {
      heapBlocks[Int(index)] = address
      return ~index
    }
    heapBlocks.append(address)
    return ~Int32(heapBlocks.count - 1)
  }
}
