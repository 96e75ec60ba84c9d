/// Where Go's runtime asks for its heap (runtime/malloc.go, `mallocinit`).
package enum GoPlaces {
  /// The arena of 32-bit Go is a multiple of this (`heapArenaBytes` in runtime/malloc.go).
  package static let narrowArena = ByteCount.mebibytes(4)
  /// The arena of 64-bit Go, but on Windows.
  package static let wideArena = ByteCount.mebibytes(64)
  /// What the runtime leaves above a 32-bit program, or above its break where that is near, before
  /// it rounds up.
  package static let narrowGap = ByteCount.kibibytes(256)
  /// The break lies at most 32 MiB above the program (`arch_randomize_brk`).
  private static let farthest = ByteCount.mebibytes(64)

  /// Whether an address is one of those that the runtime asks for first (`arenaHints`): 0xc0 in the
  /// fifth byte, on ARM 0x40, and a counter in the sixth.
  package static func isHint(_ address: Address) -> Bool {
    let counter = address.value >> 40
    let rest = address.value & 0xFF_FFFF_FFFF
    return (rest == 0xC0_0000_0000 || rest == 0x40_0000_0000) && counter <= 0x7F
  }

  /// Whether a 32-bit heap can begin at `start` above a program that ends at `program`.
  package static func isNarrowStart(_ start: Address, _ program: Address) -> Bool {
    guard start.value % narrowArena.value == 0, start >= program else { return false }
    let gap = start - program
    return gap >= narrowGap && gap <= farthest
  }

  /// Where the lowest image with its bss ends.
  package static func programEnd(_ regions: [Region]) -> Address? {
    guard let first = regions.firstIndex(where: { $0.kind == .image }) else { return nil }
    var end = first
    while end + 1 < regions.count, regions[end + 1].kind == .image,
      regions[end + 1].range.lower == regions[end].range.upper
    { end += 1 }
    return regions[end].range.upper
  }
}
