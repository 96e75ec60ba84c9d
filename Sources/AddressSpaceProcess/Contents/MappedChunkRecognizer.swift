import AddressSpace

/// Allocations that glibc's malloc mapped by themselves: their chunk header begins the mapping and
/// tells its size.
struct MappedChunkRecognizer: ContentRecognizer {
  init?(_ scene: borrowing ContentScene) {
    guard scene.hasModule("libc.so.6", "libc-2.") || scene.isStatic else { return nil }
  }

  /// `IS_MMAPPED` among the flags below a chunk's size (glibc `malloc.c`).
  private static let isMapped: UInt64 = 2

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    guard let words = scene.memory.words(at: start, count: 4) else { return nil }
    // Where chunks of 32-bit programs are aligned to 16 the header stands 8 bytes further on.
    let offsets: [UInt64] = scene.wordSize == .bits32 ? [0, 8] : [0]
    for offset in offsets {
      let index = Int(offset / scene.width)
      guard words[..<index].allSatisfy({ $0 == 0 }), words[index] == offset,
        words[index + 1] & 7 == Self.isMapped
      else { continue }
      let (length, overflow) = (words[index + 1] & ~7).addingReportingOverflow(offset)
      guard !overflow, length > 0, length % 4096 == 0, length <= (run.upper - start).value,
        let range = AddressRange(start, start + ByteCount(length))
      else { continue }
      return ContentFacts.Piece(range, Origin(.malloc, .certain))
    }
    return nil
  }
}

extension ContentScene {
  /// Whether no shared library is in the process: its C library is then in the program.
  var isStatic: Bool { !hasModule("ld-", "ld.so", "libc.", "libc-", "linker") }
}
