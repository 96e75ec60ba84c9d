import AddressSpace

/// A thread's descriptor in glibc (`struct pthread`), as it was read from another process.
struct GlibcDescriptor {
  /// Where its parts are.
  struct Shape {
    /// Its place in a ring (`list`).
    let list: UInt64
    /// The thread's number (`tid`), behind it.
    let thread: UInt64
    /// Its own address (`header.self`), nil where it has none.
    let selfPointer: UInt64?
    /// Where its vector of thread-local storage (`header.dtv`) is found; nil where that is elsewhere.
    let vector: UInt64?

    /// Where x86 has them, and the generic form that ARM has; nil for others.
    init?(_ wordSize: WordSize, _ machine: Machine) {
      switch (machine, wordSize) {
      case (.i386, .bits32): (list, selfPointer, vector) = (0x60, 8, 4)
      case (.x86_64, .bits64): (list, selfPointer, vector) = (0x2C0, 0x10, 8)
      case (.arm, .bits32): (list, selfPointer, vector) = (0x60, nil, nil)
      case (.arm64, .bits64): (list, selfPointer, vector) = (0xC0, nil, nil)
      default: return nil
      }
      thread = list + 2 * wordSize.pointerBytes
    }
  }

  /// Where its first words are, from its beginning to the thread's number.
  let head: AddressRange
  /// Whether it was seen to lead to itself, which only some processors' form does.
  let isSelfProved: Bool
  /// Its thread's number; none or a negative one where the thread has ended.
  let thread: Int32
  /// Its stack with the guard, nil where it was not found.
  let stack: AddressRange?
  private let vector: UInt64?

  /// The descriptor whose place in a ring is at `node`, nil where there is none.
  init?(
    at node: Address, _ shape: Shape, _ memory: borrowing ProcessMemory, _ wordSize: WordSize
  ) {
    let width = Int(wordSize.pointerBytes)
    let base = node.lowered(by: ByteCount(shape.list))
    guard let head = AddressRange(base, base + ByteCount(shape.thread)),
      let words = memory.words(at: base, count: Self.words)
        ?? memory.words(at: base, count: Self.fewestWords)
    else { return nil }
    self.head = head
    isSelfProved = shape.selfPointer != nil
    if let own = shape.selfPointer {
      guard words[Int(own) / width] == base.value, words[0] == base.value else { return nil }
    }
    thread = Int32(truncatingIfNeeded: words[Int(shape.thread) / width])
    vector = shape.vector.map { words[Int($0) / width] }
    stack = Self.stack(
      in: words, from: Int(shape.thread) / width, above: base,
      // Where thread-local variables lie above the descriptor they can be many.
      within: isSelfProved ? 8 << 10 : 64 << 10)
  }

  /// The part that is searched for the stack's range, and what there is of it at least.
  private static let words = 400
  private static let fewestWords = 272

  /// `stackblock`, `stackblock_size` and `guardsize`, one after the other: the only words that agree
  /// with where the descriptor itself lies, which is the stack's upper end.
  private static func stack(
    in words: [UInt64], from start: Int, above base: Address, within most: UInt64
  ) -> AddressRange? {
    for index in start..<(words.count - 2) {
      let (lower, size, guardSize) = (words[index], words[index + 1], words[index + 2])
      guard lower > 0, lower < base.value, size >= 4096, size < 1 << 46, guardSize < size,
        guardSize % 4096 == 0
      else { continue }
      let upper = lower + size
      if base.value < upper, upper - base.value <= most {
        return AddressRange(Address(lower), Address(upper))
      }
    }
    return nil
  }

  /// The bytes that malloc was asked for this thread's vector: two words an entry, the first of which
  /// tells how many there are beside it and the next.
  func vectorBytes(_ memory: borrowing ProcessMemory, _ wordSize: WordSize) -> ByteCount? {
    let entry = 2 * wordSize.pointerBytes
    guard let vector, vector > entry, vector < 1 << 56,
      let count = memory.word(at: Address(vector - entry)), count >= 1, count < 1 << 16
    else { return nil }
    return ByteCount((count + 2) * entry)
  }
}
