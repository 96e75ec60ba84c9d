import AddressSpace

/// Groups of slots of musl's malloc (mallocng, 1.2.1 and up): each begins with the address of its
/// description, which leads back to it and tells how many pages were mapped for it.
struct MuslGroupRecognizer: ContentRecognizer {
  init?(_ scene: borrowing ContentScene) {
    // Its descriptions lie in the brk heap, behind a page without access.
    let heap = scene.map.regions.first { $0.name == "[heap]" }
    guard heap?.access.isNone == true || scene.hasModule("ld-musl-", "libc.musl-") else {
      return nil
    }
  }

  /// Stacks are looked through this far for the group behind them.
  private static let stackPages: UInt64 = 256

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    if let group = group(at: start, in: run, scene) {
      return ContentFacts.Piece(group, Origin(.muslMalloc, .certain))
    }
    return stack(at: start, in: run, scene)
  }

  private func group(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> AddressRange? {
    guard let meta = scene.memory.word(at: start), meta % scene.width == 0, meta > 1 << 12,
      scene.isReadable(meta),
      // prev, next, mem, avail_mask and freed_mask, then the bits.
      let words = scene.memory.words(at: Address(meta), count: 6), words[2] == start.value
    else { return nil }
    // last_idx : 5, freeable : 1, sizeclass : 6, maplen : all that is left (meta.h).
    let bits = words[2 + 1 + 8 / Int(scene.width)]
    let pages = bits >> 12
    guard pages > 0, pages <= run.size.value >> 12 else { return nil }
    let end = start + ByteCount(pages << 12)
    return end <= run.upper ? AddressRange(start, end) : nil
  }

  /// The stack of a thread: a guard below, and in its highest pages the thread's own description,
  /// which begins with its own address and holds where the guard begins and how large all is.
  private func stack(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard let zone = start.value > 0 ? scene.map.region(at: Address(start.value - 1)) : nil,
      zone.isPlainReserve, zone.size <= .kibibytes(64)
    else { return nil }
    let length = min(run.upper.value - start.value, Self.stackPages << 12)
    let count = Int(length / scene.width)
    guard let words = scene.memory.words(at: start, count: count) else { return nil }
    for index in words.indices.dropLast(24)
    where words[index] == start.value + UInt64(index) * scene.width {
      let fields = words[index..<(index + 24)]
      // What was mapped: the guard, the stack and the thread's own memory.
      guard let base = fields.firstIndex(of: zone.range.lower.value), base + 1 < words.count,
        words[base + 1] % 4096 == 0, words[base + 1] <= run.upper.value - zone.range.lower.value,
        let whole = AddressRange(zone.range.lower, zone.range.lower + ByteCount(words[base + 1])),
        whole.upper > start
      else { continue }
      return ContentFacts.Piece(whole, Origin(.threadStack, .certain))
    }
    return nil
  }
}
