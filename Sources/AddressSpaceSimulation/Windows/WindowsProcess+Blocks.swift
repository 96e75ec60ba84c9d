import AddressSpace

/// Blocks of the process (PEB) and its threads (TEB).
extension WindowsProcess {
  private static let page = ByteCount.kibibytes(4)
  private static let stretch = ByteCount.mebibytes(2)

  /// What a thread's block takes: 8 KiB of a 64-bit one, 4 KiB of a 32-bit one, under WOW64 both.
  private var threadBlockSize: ByteCount {
    model.isWoW64 ? .kibibytes(12) : model.limit == .wide ? .kibibytes(8) : Self.page
  }

  /// The first address above the pages that blocks may have: below the limit, under WOW64 without
  /// large addresses below the view that all processes share.
  private var blocksEnd: Address {
    model.limit == .wow2GiB ? 0x7EFE_0000 : model.end
  }

  /// Draws and maps the block of the process.
  mutating func makeProcessBlock(in system: inout some MemorySystem) -> Bool {
    guard case .pages(let bits) = model.rules.blocks else {
      return addStretch(in: &system)
    }
    let size = model.isWoW64 ? Self.page + Self.page : Self.page
    let above = model.isWoW64 ? 0 : random.next(bits: bits)
    // Where something lies in the page that was drawn, the highest free one is taken.
    let drawn = blocksEnd - ByteCount(above * Self.page.value)
    processBlock =
      mapBlock("process block", size, below: drawn, atLeast: drawn - size, in: &system)
      ?? mapBlock("process block", size, below: blocksEnd, in: &system)
    return processBlock != nil
  }

  /// Where a thread's block lies.
  enum BlockSite {
    /// In a stretch with others.
    case stretch
    /// In pages of its own.
    case pages(AddressRange)

    var pages: AddressRange? {
      if case .pages(let range) = self { range } else { nil }
    }
  }

  /// A place for a further thread's block, nil where there is none.
  mutating func threadBlock(in system: inout some MemorySystem) -> BlockSite? {
    if case .slots = model.rules.blocks {
      let most = 31 + 32 * blockStretches.count
      return threads.count < most || addSlots(in: &system) ? .stretch : nil
    }
    guard case .pages = model.rules.blocks else {
      // The first of a stretch is that of the process; more than fit need another stretch.
      let each = Self.stretch.value / threadBlockSize.value - 1
      let hasRoom = UInt64(threads.count) < UInt64(blockStretches.count) * each
      return hasRoom || addStretch(in: &system) ? .stretch : nil
    }
    // Under WOW64 they go on at steps of their size below the process's.
    let upper = model.isWoW64 ? processBlock?.lower ?? blocksEnd : blocksEnd
    if let block = mapBlock("thread block", threadBlockSize, below: upper, in: &system) {
      return .pages(block)
    }
    // Where much was mapped from the top; a multiple of 64 KiB, which the real ones need not be.
    var mapping = Mapping.windows("thread block", .system)
    mapping.isTopDown = true
    return system.map(threadBlockSize, mapping).map { .pages($0) }
  }

  /// Maps the highest free pages below an address, at most 64 MiB below the end of blocks.
  private func mapBlock(
    _ name: String, _ size: ByteCount, below end: Address, atLeast least: Address? = nil,
    in system: inout some MemorySystem
  ) -> AddressRange? {
    let least = least ?? blocksEnd.lowered(by: .mebibytes(64))
    var upper = end
    while upper >= least + size {
      if let range = AddressRange(upper - size, upper),
        system.map(at: range, .windows(name, .system))
      {
        return range
      }
      upper = upper - Self.page
    }
    return nil
  }

  /// Under Wine a stretch of 2 MiB lies where any other would.
  private mutating func addSlots(in system: inout some MemorySystem) -> Bool {
    let mapping = Mapping.windows("blocks", .system, isReserved: true)
    guard let range = system.map(Self.stretch, mapping) else { return false }
    blockStretches.append(range)
    return true
  }

  /// The lowest free stretch of 2 MiB at a multiple of that.
  private mutating func addStretch(in system: inout some MemorySystem) -> Bool {
    let searched = system.layout.searches.first?.range
    guard var lower = searched?.lower.roundedUp(to: Self.stretch), let end = searched?.upper else {
      return false
    }
    while let range = AddressRange(lower, lower + Self.stretch), range.upper <= end {
      if system.map(at: range, .windows("blocks", .system, isReserved: true)) {
        blockStretches.append(range)
        return true
      }
      lower = lower + Self.stretch
    }
    return false
  }
}
