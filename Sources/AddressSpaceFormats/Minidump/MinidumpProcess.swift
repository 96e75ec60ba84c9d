import AddressSpace

/// What the saved memory of a process says of it: its environment blocks (`TEB` and `PEB`), stacks,
/// heaps, and the program's header. All of it may be missing, or anything.
struct MinidumpProcess {
  let memory: MinidumpMemory
  let threads: [MinidumpThread]
  /// How wide the addresses in the blocks are that the dump names.
  let wordSize: WordSize
  /// Whether those are of WOW64, so that the 32-bit ones lie behind them.
  let isWoW64: Bool

  /// A thread's stack as its environment block names it.
  struct Stack {
    let thread: MinidumpThread
    let range: AddressRange
    let is64Bit: Bool
  }

  private static let page: UInt64 = 4096
  /// A 32-bit block lies behind the 64-bit one of the same thread.
  private static let behind: UInt64 = 0x2000

  /// Where the environment blocks of the threads are.
  private func environments(of thread: MinidumpThread) -> [(address: UInt64, size: WordSize)] {
    guard thread.environment >= Self.page, thread.environment < 1 << 47 else { return [] }
    let own = (address: thread.environment, size: wordSize)
    if wordSize == .bits64 {
      return isWoW64 ? [own, (thread.environment + Self.behind, .bits32)] : [own]
    }
    return thread.environment > Self.behind
      ? [own, (thread.environment - Self.behind, .bits64)] : [own]
  }

  /// The stacks that the environment blocks name.
  var stacks: [Stack] {
    threads.flatMap { thread in
      environments(of: thread).compactMap { environment in
        stack(at: environment.address, environment.size).map {
          Stack(
            thread: thread, range: $0,
            is64Bit: environment.size == .bits64 && (wordSize == .bits32 || isWoW64))
        }
      }
    }
  }

  /// `StackBase` and `DeallocationStack` of a block that holds its own address.
  private func stack(at block: UInt64, _ size: WordSize) -> AddressRange? {
    let width = size.pointerBytes
    guard memory.word(at: block + 6 * width, size) == block,
      let top = memory.word(at: block + width, size),
      let low = memory.word(at: block + (size == .bits32 ? 0xE0C : 0x1478), size),
      low >= Self.page, top > low, top - low <= 1 << 32
    else { return nil }
    return AddressRange(Address(low), Address(top))
  }

  /// The process's block, as the threads' name it.
  var block: UInt64? {
    threads.lazy.compactMap { thread in
      guard thread.environment >= Self.page, thread.environment < 1 << 47 else { return nil }
      return memory.word(
        at: thread.environment + (wordSize == .bits32 ? 0x30 : 0x60), wordSize)
    }.first { $0 >= Self.page && $0 < 1 << 47 }
  }

  /// The heaps that the process's block lists (`ProcessHeaps`, `NumberOfHeaps`).
  var heaps: [UInt64] {
    guard let block else { return [] }
    let (count, list): (UInt64, UInt64) = wordSize == .bits32 ? (0x88, 0x90) : (0xE8, 0xF0)
    guard var number = memory.bytes(at: block + count, count: 4), let heaps = number.uint32(),
      let start = memory.word(at: block + list, wordSize), start >= Self.page, start < 1 << 47
    else { return [] }
    let most = min(UInt64(heaps), Self.mostHeaps)
    return (0..<most).compactMap { index in
      memory.word(at: start + index * wordSize.pointerBytes, wordSize)
    }.filter { $0 > 0 }
  }

  private static let mostHeaps: UInt64 = 4096

  /// The heap that a segment of an NT heap at `address` belongs to, nil where none is there: behind an
  /// entry of two words stand its mark, flags, its place in a list, and its heap.
  func heap(ofSegmentAt address: Address) -> UInt64? {
    let width = programWordSize == .bits32 ? UInt64(4) : 8
    let start = address.value
    guard start < 1 << 57, let found = mark(at: start + 2 * width) else { return nil }
    if found == Self.segmentHeapMark { return start }
    guard found == Self.segmentMark,
      let heap = memory.word(at: start + (width == 4 ? 0x18 : 0x28), programWordSize), heap > 0,
      heap % Self.granularity == 0
    else { return nil }
    return heap
  }

  /// How wide the addresses are that the program itself uses.
  private var programWordSize: WordSize { isWoW64 ? .bits32 : wordSize }

  private func mark(at address: UInt64) -> UInt32? {
    guard var cursor = memory.bytes(at: address, count: 4) else { return nil }
    return cursor.uint32()
  }

  private static let segmentMark: UInt32 = 0xFFEE_FFEE
  /// Of the heap that Windows 10 has besides.
  private static let segmentHeapMark: UInt32 = 0xDDEE_DDEE
  private static let granularity: UInt64 = 1 << 16

  /// Whether a thread's block says that it runs under WOW64 (`WOW32Reserved`), nil where none does.
  var runsOn64Bits: Bool? {
    guard wordSize == .bits32 else { return true }
    for thread in threads where thread.environment >= Self.page && thread.environment < 1 << 32 {
      guard memory.word(at: thread.environment + 0x18, .bits32) == thread.environment else {
        continue
      }
      if let gate = memory.word(at: thread.environment + 0xC0, .bits32) { return gate != 0 }
    }
    return nil
  }
}

/// What a program's header says (`IMAGE_NT_HEADERS`).
struct MinidumpProgram {
  let isLargeAddressAware: Bool
  /// What it reserves for a thread's stack.
  let stackReserve: ByteCount?

  /// The header of the program at `base`, nil where it was not saved.
  init?(at base: Address, in memory: MinidumpMemory) {
    let start = base.value
    guard start < 1 << 47, var mark = memory.bytes(at: start, count: 0x40),
      mark.uint16() == 0x5A4D, mark.seek(to: 0x3C), let place = mark.uint32(), place < 1 << 16,
      var header = memory.bytes(at: start + UInt64(place), count: 24),
      header.uint32() == 0x4550, header.skip(18), let flags = header.uint16()
    else { return nil }
    isLargeAddressAware = flags & 0x20 != 0
    guard var rest = memory.bytes(at: start + UInt64(place) + 24, count: 80),
      let kind = rest.uint16(), rest.seek(to: 72),
      let reserve = kind == 0x20B ? rest.uint64() : rest.uint32().map(UInt64.init),
      (1 << 12)...(1 << 30) ~= reserve
    else {
      stackReserve = nil
      return
    }
    stackReserve = ByteCount(reserve)
  }
}
