public import AddressSpace

extension NTHeap: MemoryAllocator {
  /// Gives memory (`HeapAlloc`); nil where no segment and no free span has room.
  public mutating func allocate(
    _ bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    guard bytes.value <= rules.mostBytes else { return nil }
    let size = rules.blockSize(bytes)
    if size > rules.largestBlock.value { return allocateLarge(bytes, in: &system) }
    guard let start = takeFree(size, in: &system) else { return nil }
    blocks[start] = size
    count(1, at: start, in: &system)
    noteFrontEnd(size, 1, in: &system)
    return Address(start + rules.header)
  }

  /// The same with zeros (`HEAP_ZERO_MEMORY`), which are written where the memory is not new.
  public mutating func allocateZeroed(
    _ bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    guard let address = allocate(bytes, in: &system) else { return nil }
    if blocks[address.value - rules.header] != nil,
      let range = AddressRange(address, address + bytes)
    {
      system.touch(range)
    }
    return address
  }

  /// As `_aligned_malloc` does it: the heap itself aligns to 8 bytes, so a larger block is asked for,
  /// in which the aligned address lies.
  public mutating func allocate(
    _ bytes: ByteCount, alignedTo alignment: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    guard alignment.value > rules.unit else { return allocate(bytes, in: &system) }
    guard let whole = bytes.adding(alignment), let base = allocate(whole, in: &system),
      let address = base.roundedUp(to: alignment)
    else { return nil }
    if address != base { aligned[address.value] = base.value }
    return address
  }

  /// Makes a block longer or shorter (`HeapReAlloc`), where it lies if what follows it is free.
  public mutating func reallocate(
    _ address: Address, to bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    if aligned[address.value] == nil, let same = resize(address, to: bytes, in: &system) {
      return same
    }
    guard let new = allocate(bytes, in: &system) else { return nil }
    free(address, in: &system)
    return new
  }

  /// Takes a block back (`HeapFree`); traps for what this heap did not give.
  public mutating func free(_ address: Address, in system: inout some MemorySystem) {
    let address = Address(aligned.removeValue(forKey: address.value) ?? address.value)
    if let range = large.removeValue(forKey: address.value) {
      system.unmap(range)
      return
    }
    let start = address.value - rules.header
    guard let size = blocks.removeValue(forKey: start) else {
      preconditionFailure("\(address) is no block of this heap")
    }
    noteFrontEnd(size, -1, in: &system)
    giveBack(start, size, in: &system)
    count(-1, at: start, in: &system)
  }

  /// What a program may store from an address on.
  public func usableSize(at address: Address) -> ByteCount? {
    if let base = aligned[address.value].map({ Address($0) }) {
      return usableSize(at: base).map { $0 - (address - base) }
    }
    if let range = large[address.value] {
      return range.upper - address - rules.guardBytes
    }
    return address.value < rules.header
      ? nil
      : blocks[address.value - rules.header].map { ByteCount($0 - rules.header) }
  }
}

extension NTHeap {
  /// A block that is a region of its own.
  private mutating func allocateLarge(
    _ bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    let size = rules.blockSize(bytes) + rules.largeHeader - rules.header
    guard let whole = ByteCount(size).roundedUp(to: ByteCount(NTHeapRules.page)),
      let range = system.map(
        whole + rules.guardBytes, .windows(Self.owner, .heap, isReserved: rules.guardBytes > .zero))
    else { return nil }
    if rules.guardBytes > .zero, let used = AddressRange(range.lower, range.lower + whole) {
      system.commit(used)
    }
    let address = range.lower + ByteCount(rules.largeHeader)
    large[address.value] = range
    return address
  }

  /// Cuts a block from free ones, from pages that are committed for it, or from a new segment.
  private mutating func takeFree(_ size: UInt64, in system: inout some MemorySystem) -> UInt64? {
    var found = free.take(atLeast: size)
    if found == nil, commitPages(for: size, in: &system) { found = free.take(atLeast: size) }
    if found == nil, addSegment(for: size, in: &system) {
      found = free.take(atLeast: size)
      if found == nil, commitPages(for: size, in: &system) { found = free.take(atLeast: size) }
    }
    guard let (start, whole) = found else { return nil }
    if whole > size { free.insert(start + size, whole - size) }
    return start
  }

  /// Joins what is freed with its neighbours; the whole pages of a large block are given back once
  /// enough is free.
  private mutating func giveBack(
    _ start: UInt64, _ size: UInt64, in system: inout some MemorySystem
  ) {
    let (lower, upper) = free.joined(start, size)
    let page = NTHeapRules.page
    let pages =
      (lower + page - 1) / page
      * page..<max(
        (lower + page - 1) / page * page, upper / page * page)
    let isKept =
      upper - lower < rules.decommitBlock.value
      || free.bytes + (upper - lower) < rules.decommitTotal.value
    if isKept || pages.isEmpty {
      free.insert(lower, upper - lower)
      return
    }
    if pages.lowerBound > lower { free.insert(lower, pages.lowerBound - lower) }
    if upper > pages.upperBound { free.insert(pages.upperBound, upper - pages.upperBound) }
    decommit(pages, in: &system)
  }

  /// Makes a block shorter or longer where it lies; nil where it has to move.
  private mutating func resize(
    _ address: Address, to bytes: ByteCount, in system: inout some MemorySystem
  ) -> Address? {
    let start = address.value - rules.header
    let wanted = rules.blockSize(bytes)
    if let size = usableSize(at: address), large[address.value] != nil {
      return wanted > rules.largestBlock.value && bytes <= size ? address : nil
    }
    guard let size = blocks[start] else {
      preconditionFailure("\(address) is no block of this heap")
    }
    guard wanted <= rules.largestBlock.value else { return nil }
    if wanted > size {
      guard let next = free.size(at: start + size), size + next >= wanted else { return nil }
      _ = free.remove(start + size)
      if size + next > wanted { free.insert(start + wanted, size + next - wanted) }
    } else if size > wanted {
      giveBack(start + wanted, size - wanted, in: &system)
    }
    blocks[start] = wanted
    noteFrontEnd(size, -1, in: &system)
    noteFrontEnd(wanted, 1, in: &system)
    return address
  }

  /// Counts blocks of a small size until there are enough for the front end to begin.
  private mutating func noteFrontEnd(
    _ size: UInt64, _ difference: Int, in system: inout some MemorySystem
  ) {
    guard !live.isEmpty, frontEnd == nil else { return }
    // 128 sizes up to 16 KiB: in steps of 8 bytes to 256, then 16 in each doubling.
    let index = min(128, size <= 256 ? Int(size / 8) : 32 + Int(size / 256))
    live[index] = difference > 0 ? live[index] + 1 : live[index] - min(1, live[index])
    if live[index] >= rules.frontEndBlocks, size <= 16 << 10 {
      frontEnd = system.map(rules.frontEnd, .windows(Self.owner, .heap, isReserved: true))
      live = []
    }
  }
}
