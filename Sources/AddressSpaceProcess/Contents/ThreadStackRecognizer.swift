import AddressSpace

/// Stacks of glibc's threads: `struct pthread` stands at their upper end, leads to itself, and tells
/// where the stack begins, how large it is and how much of that is guard.
///
/// All of them are in two lists, those in use and those kept for the next thread; so stacks whose
/// mappings have merged with others are found too.
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
  /// More regions than this are not looked at.
  private static let mostRegions = 20_000
  /// How far below a stack's upper end its thread's structure begins at most.
  private static let farthest: UInt64 = 8 << 10
  /// How many words of the structure are searched for where its stack is.
  private static let searched = 512
  /// Up to this size a region is searched for the structure of the first thread.
  private static let smallRegion = ByteCount.kibibytes(64)

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    var known: Set<UInt64> = []
    var pieces: [ContentFacts.Piece] = []
    var candidates = 0
    for region in scene.map.regions
    where region.isPlainMemory && region.kind != .image && candidates < Self.mostRegions {
      candidates += 1
      for thread in threads(in: region, scene) where known.insert(thread).inserted {
        if let piece = piece(of: thread, scene) { pieces.append(piece) }
        follow(thread, scene, &known, &pieces)
      }
    }
    return pieces
  }

  /// Follows the list that a thread is in, round to where it began.
  private func follow(
    _ thread: UInt64, _ scene: borrowing ContentScene, _ known: inout Set<UInt64>,
    _ pieces: inout [ContentFacts.Piece]
  ) {
    var node = thread + listOffset
    while known.count < Self.mostThreads {
      guard let next = scene.memory.word(at: Address(node)), next > listOffset else { return }
      let other = next - listOffset
      if isThread(other, scene) {
        guard known.insert(other).inserted else { return }
        if let piece = piece(of: other, scene) { pieces.append(piece) }
      } else if known.contains(next) || !known.insert(next).inserted {
        // The head of the list, seen before.
        return
      }
      node = next
    }
  }

  /// The thread structures at the upper end of a region, or anywhere in a small one.
  private func threads(in region: Region, _ scene: borrowing ContentScene) -> [UInt64] {
    let length =
      region.size <= Self.smallRegion ? region.size.value : min(region.size.value, Self.farthest)
    let lower = region.range.upper.value - length
    guard let bytes = scene.memory.bytes(at: Address(lower), count: Int(length)) else { return [] }
    let width = Int(scene.width)
    var found: [UInt64] = []
    for offset in stride(from: 0, to: bytes.count - 3 * width, by: 16) {
      let address = lower + UInt64(offset)
      guard bytes[offset] == UInt8(truncatingIfNeeded: address),
        bytes[offset + 1] == UInt8(truncatingIfNeeded: address >> 8),
        bytes[offset..<offset + width].littleEndian == address,
        isThread(address, scene)
      else { continue }
      found.append(address)
    }
    return found
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
