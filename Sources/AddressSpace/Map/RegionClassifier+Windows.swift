extension RegionClassifier {
  /// The page that every Windows process shares with the system, in 64 KiB of its own, and in 32-bit
  /// spaces of more than 2 GiB a guard on both sides of that line.
  private static let shared = AddressRange(0x7FFE_0000, 0x8001_0000)
  /// The last 64 KiB that a 32-bit program can address are nobody's.
  private static let last = AddressRange(0xFFFE_0000, WindowsChoice.end32)

  /// What Windows keeps for itself: the shared page, the guards, and what lies above the addresses of
  /// a 32-bit program.
  mutating func markWindows() {
    let isWide = facts.wordSize == .bits64
    for index in regions.indices where regions[index].kind != .system {
      let region = regions[index]
      let isShared = region.isInside(Self.shared) && (!isWide || region.access == .read)
      let isKept =
        !isWide
        && (region.isInside(Self.last)
          || facts.wordSize != nil && region.range.upper > WindowsChoice.end32)
      if isShared && region.kind != .image || isKept { regions[index].kind = .system }
    }
  }
}

extension Region {
  fileprivate func isInside(_ range: AddressRange?) -> Bool {
    range.map { $0.lower <= self.range.lower && self.range.upper <= $0.upper } ?? false
  }
}
