public import AddressSpace

/// An address space that nobody has: as many regions as wanted, of all kinds, with small gaps.
///
/// A 32-bit space has room for 524,288 regions with gaps between them, so this is a 64-bit one, cut
/// off where its last region ends.
public struct SyntheticSpace: Sendable {
  /// Its regions.
  public let map: AddressMap
  /// The rules of its space.
  public let layout: Layout
  /// What is taken and what is free.
  public var room: Room { Room(map: map, layout: layout) }

  /// The space of `count` regions, the same for the same seed.
  public init(regions count: Int, seed: UInt64 = 1) {
    var builder = SyntheticBuilder(seed: seed)
    builder.addProgram()
    while builder.regions.count < count { builder.addOwner() }
    let regions = Array(builder.regions.prefix(count))
    map = AddressMap.assembling(regions).map.classified(with: LayoutFacts())
    guard let first = regions.first, let last = regions.last,
      let range = AddressRange(first.range.lower, last.range.upper + .mebibytes(1)),
      let preset = Layout.named("linux-x86-64", map: map, facts: LayoutFacts())
    else { fatalError("no space of \(count) regions") }
    layout = preset.limited(to: range)
  }

  /// What `/proc/PID/maps` would show.
  public var text: [UInt8] {
    var text: [UInt8] = []
    for region in map.regions {
      let range = region.range
      let line =
        "\(String(range.lower.value, radix: 16))-\(String(range.upper.value, radix: 16)) "
        + "\(region.access.letters) 00000000 fe:00 \(region.inode)"
      let blanks = String(repeating: " ", count: max(1, 73 - line.utf8.count))
      text += (line + (region.name.isEmpty ? " " : blanks + region.name) + "\n").utf8
    }
    return text
  }
}
