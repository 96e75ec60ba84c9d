public import AddressSpace

/// The data of an array of numpy's: one request to the C library, without any padding. The object
/// that describes it, of a few hundred bytes, is left out.
public struct NumpyArray: Sendable {
  /// Where the data lies.
  public let address: Address
  /// Its bytes.
  public let bytes: UInt64

  /// Makes an array.
  ///
  /// - Parameter isZeroed: `numpy.zeros`: what the system gives as zeros is not written to.
  /// - Returns: nil where there is no room (`MemoryError`).
  public init?<System, Heap>(
    bytes: UInt64, isZeroed: Bool = false, in memory: inout ProgramMemory<System, Heap>
  ) {
    let block =
      isZeroed ? memory.allocateZeroed(bytes) : memory.allocate(bytes)
    guard let block else { return nil }
    address = block
    self.bytes = bytes
    if !isZeroed { memory.touch(block, bytes) }
    memory.settle()
  }

  /// Drops the last reference to its data.
  public func free<System, Heap>(in memory: inout ProgramMemory<System, Heap>) {
    memory.free(address)
  }
}
