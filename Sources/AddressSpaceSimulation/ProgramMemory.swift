public import AddressSpace

/// What the code of one program shares: the system it runs on and the C library's heap.
public struct ProgramMemory<System: MemorySystem, Heap: MemoryAllocator> {
  /// Who gives addresses.
  public var system: System
  /// Who gives what `malloc` asks for.
  public var heap: Heap
  /// What was written to and the system was not told yet.
  private var written: AddressRange?

  /// The memory of one program.
  public init(system: System, heap: Heap) {
    self.system = system
    self.heap = heap
  }

  /// `malloc`: nil where there is no room.
  public mutating func allocate(_ bytes: UInt64) -> Address? {
    heap.allocate(ByteCount(max(bytes, 1)), in: &system)
  }

  /// `calloc`: nil where there is no room.
  public mutating func allocateZeroed(_ bytes: UInt64) -> Address? {
    heap.allocateZeroed(ByteCount(max(bytes, 1)), in: &system)
  }

  /// `realloc`, `malloc` where there is no block yet: nil where there is no room, and the block
  /// stays as it was.
  public mutating func reallocate(_ block: Address?, to bytes: UInt64) -> Address? {
    guard let block else { return allocate(bytes) }
    settle()
    return heap.reallocate(block, to: ByteCount(max(bytes, 1)), in: &system)
  }

  /// `free`.
  public mutating func free(_ block: Address) {
    settle()
    heap.free(block, in: &system)
  }

  /// Writes to memory; the system is told of neighbours together, by `settle` at the latest.
  mutating func touch(_ address: Address, _ bytes: UInt64) {
    guard let range = AddressRange(address, address + ByteCount(bytes)) else { return }
    // Less than a page apart: no page between them is left out.
    if let before = written, before.lower <= range.lower,
      range.lower <= before.upper + ByteCount(4095)
    {
      written = AddressRange(before.lower, max(before.upper, range.upper))
    } else {
      settle()
      written = range
    }
  }

  /// Tells the system what was written to.
  mutating func settle() {
    if let range = written { system.touch(range) }
    written = nil
  }
}
