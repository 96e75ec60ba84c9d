import AddressSpace
import AddressSpaceFormats

/// A process's memory for who reads its heap.
final class ProcessHeap: HeapMemory {
  private let memory: ProcessMemory

  /// The memory of process `pid`, nil where it may not be read.
  init?(pid: Int32, wordSize: WordSize, map: AddressMap) {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize, map: map) else { return nil }
    self.memory = memory
  }

  func words(at address: Address, count: Int) -> [UInt32] {
    memory.prefix(at: address, count: count)
  }
}
