import AddressSpace

extension MemorySystem {
  /// Maps a stretch above some that is left out: both are asked for as one, and the lower part is
  /// given back.
  mutating func map(
    _ size: ByteCount, leavingOut lower: ByteCount, _ mapping: Mapping
  ) -> AddressRange? {
    guard lower > .zero, let whole = size.adding(lower) else { return map(size, mapping) }
    guard let range = map(whole, mapping) else { return nil }
    let (below, above) = range.parted(at: range.lower + lower)
    if let below { unmap(below) }
    return above
  }
}

extension AddressRange {
  /// What lies below an address, and what from it on.
  func parted(at address: Address) -> (below: AddressRange?, above: AddressRange?) {
    (
      AddressRange(lower, min(upper, address)), AddressRange(max(lower, address), upper)
    )
  }
}
