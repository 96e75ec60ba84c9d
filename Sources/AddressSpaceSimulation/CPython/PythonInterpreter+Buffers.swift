internal import AddressSpace

extension PythonInterpreter {
  /// Takes one block.
  mutating func block<System, Heap>(
    _ part: PythonSizes.Part, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonBlock {
    PythonBlock(part: part, source: try take(part, atMost: 1, in: &memory).source)
  }

  /// Gives one block back.
  mutating func free<System, Heap>(
    _ block: PythonBlock, in memory: inout ProgramMemory<System, Heap>
  ) {
    give(block.part, BlockRun(source: block.source, count: 1), in: &memory)
  }

  /// Writes to all of a block that is the C library's.
  func touch<System, Heap>(_ block: PythonBlock, in memory: inout ProgramMemory<System, Heap>) {
    if let address = address(of: block.source) { memory.touch(address, block.part.bytes) }
  }

  /// `PyMem_Realloc`, `PyMem_Malloc` where there is no block yet.
  mutating func reallocate<System, Heap>(
    _ block: PythonBlock?, to bytes: UInt64, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonBlock {
    let part = PythonSizes.Part(bytes: bytes, kind: .buffer)
    guard let block else { return try self.block(part, in: &memory) }
    if let rules = pools?.rules, rules.servesBuffers {
      let isSmall = rules.sizeClass(of: bytes) != nil
      if block.source >= 0 {
        let sizeClass = rules.sizeClass(of: block.part.bytes) ?? 0
        let room = rules.blockBytes(sizeClass)
        // A block that less than a quarter could be saved of stays.
        if bytes <= room, 4 * bytes > 3 * room {
          return PythonBlock(part: block.part, source: block.source)
        }
      }
      if block.source >= 0 || (isSmall && !build.isSince(3, 6)) {
        let moved = try self.block(part, in: &memory)
        free(block, in: &memory)
        return moved
      }
    }
    guard let old = address(of: block.source) else {
      throw PythonMemoryError(bytes: bytes)
    }
    guard let new = memory.reallocate(old, to: bytes) else {
      throw PythonMemoryError(bytes: bytes)
    }
    heapBlocks[Int(~block.source)] = new
    return PythonBlock(part: part, source: block.source)
  }
}
