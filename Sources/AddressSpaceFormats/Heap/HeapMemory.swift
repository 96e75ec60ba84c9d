public import AddressSpace

/// The memory of a process whose heap is read. It may change while it is read, and hold anything.
public protocol HeapMemory {
  /// `count` numbers of 32 bits, the lowest byte first, from `address` on; fewer where the memory
  /// ends before.
  func words(at address: Address, count: Int) -> [UInt32]
}

/// A part of a process's memory that moves along with who reads it: small steps are read ahead in
/// large blocks, a leap reads little.
struct MemoryWindow {
  private let memory: any HeapMemory
  private let width: UInt64
  private var words: [UInt32] = []
  private var base: UInt64 = 0
  private var end: UInt64 = 0
  private var ahead = MemoryWindow.page
  /// How many bytes may still be read.
  private var budget: UInt64

  private static let page: UInt64 = 4096
  private static let largestBlock: UInt64 = 1 << 18
  /// The most that is read of one process: a heap in small chunks as large as a 32-bit space.
  static let mostBytes: UInt64 = 1 << 32

  init(_ memory: any HeapMemory, width: UInt64, budget: UInt64 = MemoryWindow.mostBytes) {
    self.memory = memory
    self.width = width
    self.budget = budget
  }

  /// Whether what is read is bounded by what may be read, not by the memory.
  var isSpent: Bool { budget == 0 }

  /// The pointer-sized number at `address`, nil where none can be read.
  mutating func word(at address: UInt64) -> UInt64? {
    guard holds(address, width) else { return nil }
    let index = Int(truncatingIfNeeded: (address - base) / 4)
    let low = UInt64(words[index])
    return width == 4 ? low : low | UInt64(words[index + 1]) << 32
  }

  /// The `count` pointer-sized numbers from `address` on, nil where not all can be read.
  mutating func numbers(at address: UInt64, count: Int) -> [UInt64]? {
    var numbers: [UInt64] = []
    numbers.reserveCapacity(count)
    for index in 0..<UInt64(count) {
      guard let number = word(at: address &+ index * width) else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private mutating func holds(_ address: UInt64, _ bytes: UInt64) -> Bool {
    if address >= base, address < end, end - address >= bytes { return true }
    guard address % 4 == 0, address < 1 << 62 else { return false }
    let isNext = address >= base && address < end &+ Self.page
    ahead = isNext ? min(ahead * 2, Self.largestBlock) : Self.page
    let size = min(ahead, budget)
    guard size >= bytes else { return false }
    budget -= size
    words = memory.words(at: Address(address), count: Int(truncatingIfNeeded: size / 4))
    base = address
    end = address + UInt64(words.count) * 4
    return end - base >= bytes
  }
}
