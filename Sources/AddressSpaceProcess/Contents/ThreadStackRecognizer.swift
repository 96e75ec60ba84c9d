import AddressSpace

/// Stacks of glibc's threads: `struct pthread` stands at their upper end, leads to itself, and tells
/// where the stack begins, how large it is and how much of that is guard.
///
/// All of them are in lists: those that glibc made, those that the program gave, and those kept for
/// the next thread. So stacks whose mappings have merged with others are found too.
struct ThreadStackRecognizer: ContentRecognizer {
  /// Where in `struct pthread` the list stands: behind `tcbhead_t` (glibc `nptl/descr.h`).
  private let listOffset: UInt64

  init?(_ scene: borrowing ContentScene) {
    guard scene.hasModule("libc.so.6", "libc-2.", "libpthread") || scene.isStatic else {
      return nil
    }
    switch (scene.facts.machine, scene.wordSize) {
    case (.i386, .bits32): listOffset = 24 * 4
    case (.x86_64, .bits64): listOffset = 0x2C0
    default: return nil
    }
  }

  /// More threads than this are not followed.
  private static let mostThreads = 20_000
  /// The largest data segment that is searched for the heads of the lists, and all of them together.
  private static let largestData = ByteCount.mebibytes(1)
  private static let mostData = ByteCount.mebibytes(4)
  /// How far below a stack's upper end its thread's structure begins at most.
  private static let farthest: UInt64 = 8 << 10
  /// How many words of the structure are searched for where its stack is.
  private static let searched = 512

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    var threads: Set<UInt64> = []
    var isHome = false
    var read = ByteCount.zero
    for region in scene.map.regions where region.kind == .image {
      // Its bss belongs to the image below it.
      if !region.isUnnamed { isHome = canHoldHeads(region, scene) }
      guard isHome, region.access.contains(.write), region.size <= Self.largestData,
        read <= Self.mostData
      else { continue }
      read += region.size
      for head in heads(in: region, scene) { follow(head, scene, &threads) }
    }
    return threads.sorted().compactMap { piece(of: $0, scene) }
  }

  /// Whether an image's data can hold the heads of the lists: the loader's (2.34 and up),
  /// libpthread's, or a program's that has its C library in itself.
  private func canHoldHeads(_ image: Region, _ scene: borrowing ContentScene) -> Bool {
    let file = image.name.utf8.lastIndex(of: UInt8(ascii: "/")).map {
      image.name[image.name.index(after: $0)...]
    }
    let name = file ?? image.name[...]
    return scene.isStatic || ["ld-", "ld.so", "libpthread"].contains { name.hasPrefix($0) }
  }

  /// The heads of lists of threads in a region: two links that lead to a thread's structure each,
  /// and back from there.
  private func heads(in region: Region, _ scene: borrowing ContentScene) -> [UInt64] {
    guard
      let bytes = scene.memory.bytes(at: region.range.lower, count: Int(region.size.value))
    else { return [] }
    let width = Int(scene.width)
    var heads: [UInt64] = []
    for offset in stride(from: 0, to: bytes.count - 2 * width + 1, by: width) {
      // Structures are aligned to 16, so the low bits of a link are known.
      guard UInt64(bytes[offset] & 0x0F) == listOffset & 0x0F,
        UInt64(bytes[offset + width] & 0x0F) == listOffset & 0x0F
      else { continue }
      let next = bytes[offset..<offset + width].littleEndian
      let last = bytes[(offset + width)..<(offset + 2 * width)].littleEndian
      let head = region.range.lower.value + UInt64(offset)
      guard next > listOffset, last > listOffset, next != head,
        scene.isReadable(next), scene.isReadable(last),
        scene.memory.word(at: Address(next) + ByteCount(scene.width)) == head,
        scene.memory.word(at: Address(last)) == head,
        isThread(next - listOffset, scene), isThread(last - listOffset, scene)
      else { continue }
      heads.append(head)
    }
    return heads
  }

  /// Follows a list from its head round to it again.
  private func follow(
    _ head: UInt64, _ scene: borrowing ContentScene, _ threads: inout Set<UInt64>
  ) {
    var node = head
    while threads.count < Self.mostThreads {
      guard let next = scene.memory.word(at: Address(node)), next != head, next > listOffset,
        isThread(next - listOffset, scene), threads.insert(next - listOffset).inserted
      else { return }
      node = next
    }
  }

  /// Whether a thread's structure stands at an address: it leads to itself twice, and its
  /// neighbours in the list lead back to it.
  private func isThread(_ address: UInt64, _ scene: borrowing ContentScene) -> Bool {
    guard address % 16 == 0, let head = scene.memory.words(at: Address(address), count: 3),
      head[0] == address, head[2] == address,
      let list = scene.memory.words(at: Address(address + listOffset), count: 2),
      let back = scene.memory.word(at: Address(list[0]) + ByteCount(scene.width)),
      let forth = scene.memory.word(at: Address(list[1]))
    else { return false }
    return back == address + listOffset && forth == address + listOffset
  }

  /// The stack of a thread: what its structure says, or for the first thread, whose stack the kernel
  /// made, the pages that hold its structure.
  private func piece(of thread: UInt64, _ scene: borrowing ContentScene) -> ContentFacts.Piece? {
    let width = scene.width
    let idOffset = listOffset + 2 * width
    guard
      let id = scene.memory.bytes(at: Address(thread + idOffset), count: 4)?[...].littleEndian
    else { return nil }
    let isLive = Int32(truncatingIfNeeded: id) > 0
    if let stack = stack(of: thread, scene) {
      return ContentFacts.Piece(stack, Origin(isLive ? .threadStack : .cachedStack, .certain))
    }
    let page = ByteCount.kibibytes(4)
    let lower = Address(thread).roundedDown(to: page)
    guard isLive, let upper = Address(thread + idOffset).roundedUp(to: page) else { return nil }
    return AddressRange(lower, upper).map {
      ContentFacts.Piece($0, Origin(.firstThread, .certain))
    }
  }

  /// `stackblock`, `stackblock_size` and `guardsize`, which stand one behind the other somewhere in
  /// the structure: the only words that agree with where the structure itself lies.
  private func stack(of thread: UInt64, _ scene: borrowing ContentScene) -> AddressRange? {
    let page: UInt64 = 4096
    guard let words = words(of: thread, scene) else { return nil }
    for index in 0..<(words.count - 2) {
      let (block, size, guardSize) = (words[index], words[index + 1], words[index + 2])
      guard block != 0, block < thread, size >= page, guardSize < size, guardSize % page == 0,
        case let (end, overflow) = block.addingReportingOverflow(size), !overflow,
        end > thread, end - thread <= Self.farthest,
        scene.map.region(at: Address(block)) != nil
      else { continue }
      return AddressRange(Address(block), Address(end))
    }
    return nil
  }

  /// As many words of the structure as can be read.
  private func words(of thread: UInt64, _ scene: borrowing ContentScene) -> [UInt64]? {
    guard let region = scene.map.region(at: Address(thread)) else { return nil }
    let rest = Int((region.range.upper.value - thread) / scene.width)
    guard rest > 3 else { return nil }
    return scene.memory.words(at: Address(thread), count: min(rest, Self.searched))
  }
}
