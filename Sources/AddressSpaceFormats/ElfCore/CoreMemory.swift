import AddressSpace

/// The memory of a process as far as its core has it, read where it is asked for.
struct CoreMemory<File: FileBytes>: HeapMemory {
  private let file: File
  private let isBigEndian: Bool
  /// The segments with bytes in the file, lowest first, none overlapping another.
  private let segments: [Segment]

  private struct Segment {
    let address: UInt64
    let size: UInt64
    let offset: UInt64
    var end: UInt64 { address + size }
  }

  init(_ core: ElfCoreFile, _ file: File) {
    self.file = file
    isBigEndian = core.header.isBigEndian
    var kept: [Segment] = []
    // Segments that share bytes of the file would make more memory than it has.
    var left = file.size
    for load in core.loads.sorted(by: { $0.address < $1.address }) where load.offset < file.size {
      let size = min(load.fileSize, load.memorySize, file.size - load.offset)
      let (_, overflows) = load.address.addingReportingOverflow(size)
      let isFree = kept.last.map { $0.end <= load.address } ?? true
      guard size > 0, size <= left, isFree, !overflows else { continue }
      left -= size
      kept.append(Segment(address: load.address, size: size, offset: load.offset))
    }
    segments = kept
  }

  /// `count` bytes from `address` on, nil where not all of them are in the file.
  func bytes(at address: Address, count: Int) -> [UInt8]? {
    let bytes = prefix(at: address, count: count)
    return bytes.count == count ? bytes : nil
  }

  func words(at address: Address, count: Int) -> [UInt32] {
    let bytes = prefix(at: address, count: count * 4)
    var cursor = BinaryCursor(bytes, isBigEndian: isBigEndian)
    var words: [UInt32] = []
    words.reserveCapacity(bytes.count / 4)
    while let word = cursor.uint32() { words.append(word) }
    return words
  }

  /// As many of `count` bytes as there are from `address` on; neighbouring segments go on.
  private func prefix(at address: Address, count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var place = address.value
    var index = segments.partitionPoint { $0.end <= place }
    while bytes.count < count, index < segments.count, segments[index].address <= place {
      let segment = segments[index]
      let skipped = place - segment.address
      let wanted = min(UInt64(count - bytes.count), segment.size - skipped)
      let more = file.bytes(at: segment.offset + skipped, count: Int(clamping: wanted))
      bytes += more
      guard UInt64(more.count) == wanted else { break }
      place += wanted
      index += 1
    }
    return bytes
  }
}
