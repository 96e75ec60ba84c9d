import AddressSpace

/// The memory of the process that a minidump has saved, read where it is asked for.
struct MinidumpMemory {
  private let file: any FileBytes
  /// What was saved, lowest first, and where in the file it stands.
  private var saved: [Saved] = []

  private struct Saved {
    let range: AddressRange
    let place: UInt64
  }

  init(_ streams: MinidumpStreams, stacks: [MinidumpThread]) {
    file = streams.file
    if case (var cursor, let count)? = streams.list(.memory, entry: 16) {
      for _ in 0..<count {
        guard let start = cursor.uint64(), let size = cursor.uint32(), let place = cursor.uint32()
        else { break }
        add(start, UInt64(size), at: UInt64(place))
      }
    }
    if var cursor = streams.cursor(.memory64), let count = cursor.uint64(),
      var place = cursor.uint64()
    {
      for _ in 0..<min(count, UInt64(cursor.left / 16)) {
        guard let start = cursor.uint64(), let size = cursor.uint64() else { break }
        add(start, size, at: place)
        let (next, overflow) = place.addingReportingOverflow(size)
        if overflow { break }
        place = next
      }
    }
    for thread in stacks where thread.savedSize > 0 {
      add(thread.stack, UInt64(thread.savedSize), at: UInt64(thread.savedPlace))
    }
    saved.sort { ($0.range.lower, $1.range.upper) < ($1.range.lower, $0.range.upper) }
  }

  private mutating func add(_ start: UInt64, _ size: UInt64, at place: UInt64) {
    let (end, overflow) = start.addingReportingOverflow(size)
    guard !overflow, let range = AddressRange(Address(start), Address(end)) else { return }
    saved.append(Saved(range: range, place: place))
  }

  /// All that was saved, or was meant to be, lowest first; some may overlap.
  var ranges: [AddressRange] { saved.map(\.range) }

  /// `count` bytes from `address` on, nil where not all of them are in the file.
  func bytes(at address: UInt64, count: Int) -> BinaryCursor? {
    let index = saved.partitioningIndex { $0.range.lower.value > address }
    // Nearly always the one below holds it; a smaller one may lie in a larger.
    for saved in saved[..<index].suffix(2).reversed()
    where address < saved.range.upper.value
      && saved.range.upper.value - address >= UInt64(count)
    {
      let (place, overflow) = saved.place.addingReportingOverflow(
        address - saved.range.lower.value)
      if !overflow, let cursor = BinaryCursor(file, at: place, count: count) { return cursor }
    }
    return nil
  }

  /// The address that stands at `address`.
  func word(at address: UInt64, _ wordSize: WordSize) -> UInt64? {
    guard var cursor = bytes(at: address, count: Int(wordSize.pointerBytes)) else { return nil }
    return cursor.word(wordSize)
  }
}
