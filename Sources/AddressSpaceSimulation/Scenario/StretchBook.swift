import AddressSpace

/// Stretches that a heap was given, under addresses that are the same in every run: each lies above
/// those that were given before it.
struct StretchBook: Sendable {
  /// Each stretch, the lowest first.
  private var stretches: [Stretch] = []

  private struct Stretch: Sendable {
    let lower: UInt64
    let size: UInt64
    /// Where it really lies.
    let place: Address
  }

  /// Far above any address of a 32-bit program.
  private static let first: UInt64 = 1 << 40
  private static let distance = Layout.windowsSlot.value

  /// Notes a stretch, and says under which addresses.
  mutating func add(_ size: ByteCount, at place: Address) -> AddressRange? {
    let last = stretches.last.map { $0.lower + $0.size } ?? Self.first
    let lower = (last / Self.distance + 1) * Self.distance
    stretches.append(Stretch(lower: lower, size: size.value, place: place))
    return AddressRange(Address(lower), Address(lower + size.value))
  }

  /// The number of the stretch that a range lies in, and where in it.
  func find(_ range: AddressRange) -> (stretch: Int, offset: ByteCount)? {
    let index = stretches.partitioningIndex { $0.lower > range.lower.value } - 1
    guard index >= 0 else { return nil }
    let stretch = stretches[index]
    guard range.upper.value <= stretch.lower + stretch.size else { return nil }
    return (index, ByteCount(range.lower.value - stretch.lower))
  }

  /// Where a part of a stretch really lies.
  func place(of stretch: Int, _ offset: ByteCount, _ size: ByteCount) -> AddressRange? {
    let lower = stretches[stretch].place + offset
    return AddressRange(lower, lower + size)
  }

  /// Where a range really lies.
  func place(of range: AddressRange) -> AddressRange? {
    find(range).flatMap { place(of: $0.stretch, $0.offset, range.size) }
  }
}
