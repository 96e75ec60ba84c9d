import AddressSpace
public import AddressSpaceTrace

/// Events of which each is known by its number: what two processes can agree on.
public enum CountedEvents {
  /// The space, thread and stack that they belong to.
  public static let space = TraceSpace(pid: 1, name: "counted", wordSize: .bits32, isMain: true)

  /// The event of a number from 1.
  public static func event(_ number: Int) -> TraceEvent {
    var random = SeededGenerator(seed: UInt64(number))
    let low = Address(UInt64.random(in: 1..<1 << 20, using: &random) << 12)
    let range = AddressRange(low, low + ByteCount(UInt64.random(in: 1...64, using: &random) << 12))
    let change: MapChange =
      number.isMultiple(of: 2)
      ? .unmap(range ?? .everything(below: 0x1000))
      : .map(
        Region(
          range: range ?? .everything(below: 0x1000), access: [.read, .write],
          inode: UInt64(number % 50), name: "/file/\(number % 50)"))
    return TraceEvent(
      time: UInt64(number) * 10_000, space: 0, thread: nil, call: .mmap2,
      outcome: .changed(change))
  }
}
