public import AddressSpace

/// The memory of a picture of Pillow's, or of PIL's (`libImaging/Storage.c`).
public struct PillowImage: Sendable {
  /// Where its blocks lie, in the order they were obtained.
  public private(set) var blocks: [Address] = []

  /// Which way pictures are cut into requests.
  public enum Storage: Hashable, Sendable {
    /// Pillow since 4.3: blocks of whole lines, of at most 16 MiB.
    case blocks
    /// PIL, and Pillow to 4.2: one request up to 16 MiB, above that a request a line.
    case lines
  }

  /// Obtains memory for a picture, line by line where there is no room for more at a time.
  ///
  /// - Parameters:
  ///   - width: in pixels.
  ///   - height: in pixels.
  ///   - pixelBytes: 1 for `L` and `P`, 2 for `I;16`, 4 for all with more channels.
  /// - Returns: nil where there is no room, and all that was obtained was given back.
  public init?<System, Heap>(
    width: UInt64, height: UInt64, pixelBytes: UInt64, storage: Storage = .blocks,
    in memory: inout ProgramMemory<System, Heap>
  ) {
    let (line, isLarge) = width.multipliedReportingOverflow(by: pixelBytes)
    guard !isLarge, line > 0, height > 0 else { return nil }
    let lines = PictureLines(bytes: line, count: height)
    let together: UInt64 =
      switch storage {
      case .blocks: lines.perBlock()
      // The threshold counts in pixels of four bytes.
      case .lines: line <= PictureLines.largestBlock / height ? height : 1
      }
    if obtain(lines, together, in: &memory) { return }
    // Then blocks of 4 KiB: as a rule one line each.
    let fewer = storage == .blocks ? lines.perBlock(of: 4096) : 1
    guard together > fewer, obtain(lines, fewer, in: &memory) else { return nil }
  }

  /// Obtains blocks of so many lines; gives all back where one is refused.
  private mutating func obtain<System, Heap>(
    _ lines: PictureLines, _ together: UInt64, in memory: inout ProgramMemory<System, Heap>
  ) -> Bool {
    for bytes in lines.requests(of: together) {
      guard let block = memory.allocate(bytes) else {
        free(in: &memory)
        return false
      }
      memory.touch(block, bytes)
      blocks.append(block)
    }
    memory.settle()
    return true
  }

  /// Gives the picture's memory back.
  public mutating func free<System, Heap>(in memory: inout ProgramMemory<System, Heap>) {
    for block in blocks { memory.free(block) }
    blocks = []
  }
}
