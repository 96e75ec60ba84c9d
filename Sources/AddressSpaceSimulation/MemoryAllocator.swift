public import AddressSpace

/// What gives a program memory, address by address: a C library's malloc, a system's heap, an
/// interpreter's own allocator above one of these.
///
/// A model keeps where its blocks lie, never what is in them. What a program writes into a block is
/// for the program to tell (`MemorySystem.touch`).
public protocol MemoryAllocator: Sendable {
  /// Gives memory: `malloc`, `HeapAlloc`.
  ///
  /// - Returns: where it lies, nil where neither the allocator nor the system has room.
  mutating func allocate(_ bytes: ByteCount, in system: inout some MemorySystem) -> Address?

  /// Gives memory that holds zeros: `calloc`. What has to be written for that is touched.
  mutating func allocateZeroed(_ bytes: ByteCount, in system: inout some MemorySystem) -> Address?

  /// Gives memory at a multiple of `alignment`, a power of two: `memalign`.
  mutating func allocate(
    _ bytes: ByteCount, alignedTo alignment: ByteCount, in system: inout some MemorySystem
  ) -> Address?

  /// Makes a block longer or shorter, elsewhere where it has no room: `realloc` of a block, to a
  /// size that is not zero.
  ///
  /// - Parameter address: what this allocator gave and did not take back; traps for any other.
  /// - Returns: where it lies then, nil where there is no room and the block stays as it was.
  mutating func reallocate(
    _ address: Address, to bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address?

  /// Takes a block back.
  ///
  /// - Parameter address: what this allocator gave and did not take back; traps for any other, as
  ///   the real ones end the program.
  mutating func free(_ address: Address, in system: inout some MemorySystem)

  /// What a program may store from an address on (`malloc_usable_size`), nil where it was not given
  /// or is taken back.
  func usableSize(at address: Address) -> ByteCount?

  /// What it holds, as far as answers on malloc depend on it; nil of any other allocator.
  func facts(in system: some MemorySystem) -> HeapFacts?
}

extension MemoryAllocator {
  /// Nil: it is not glibc's.
  public func facts(in system: some MemorySystem) -> HeapFacts? { nil }
}
