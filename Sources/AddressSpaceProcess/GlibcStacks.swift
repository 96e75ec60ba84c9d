import AddressSpace

/// What glibc keeps for further threads: the stacks of those that have ended, and how large a thread's
/// stack is by default.
struct GlibcStacks {
  let threads: GlibcThreads
  let map: AddressMap
  let wordSize: WordSize

  /// What the rings tell.
  struct Lists {
    /// The stacks that are kept, guards included, the last kept first.
    var idle: [AddressRange]
    /// The bytes of the vector of thread-local storage that a thread gets; nil where unknown.
    var vectorBytes: ByteCount?
  }

  /// What the rings tell, nil where they were not found, or where the sizes of what is kept do not add
  /// up to a number beside the rings.
  func lists() -> Lists? {
    guard threads.hasFirstThread,
      let memory = ProcessMemory(pid: threads.pid, wordSize: wordSize, map: map)
    else { return nil }
    let rings = threads.rings
    // The first thread has another vector in a static program: room for 62 modules.
    let others = rings.joined().filter { $0.thread != threads.pid }
    let vector = others.compactMap { $0.vectorBytes(memory, wordSize) }.max()
    // A thread that has ended but was not waited for has no number either, but it is not kept.
    let ended = rings.filter { $0.allSatisfy { $0.thread <= 0 } }
    for ring in ended {
      let stacks = ring.compactMap(\.stack)
      guard stacks.count == ring.count, stacks.allSatisfy(isWhole),
        threads.data.contains(stacks.map(\.size.value).reduce(0, &+))
      else { continue }
      return Lists(idle: stacks, vectorBytes: vector)
    }
    // Were any kept, there would be a ring of them.
    let isUsedSeen = rings.contains { ring in
      ring.contains { $0.thread > 0 } && !ring.contains { $0.thread == threads.pid }
    }
    return ended.isEmpty || isUsedSeen == false && ended.count == 1
      ? Lists(idle: [], vectorBytes: vector) : nil
  }

  /// Whether a stack was mapped by itself: whole pages, not too few.
  private func isWhole(_ stack: AddressRange) -> Bool {
    stack.lower.value % 4096 == 0 && stack.size >= .kibibytes(16)
      && map.region(at: stack.lower) != nil
  }
}

extension GlibcStacks {
  /// The largest data of a library that is searched.
  private static let largestData = ByteCount.mebibytes(4)

  /// The stack that a thread gets by default: `__default_pthread_attr` in libc's data, before 2.34
  /// in libpthread's. It has no symbol there, but what it holds looks like nothing else: no policy, a
  /// guard of a page, no address, and a size of whole pages.
  func defaultSize() -> ByteCount? {
    guard let memory = ProcessMemory(pid: threads.pid, wordSize: wordSize, map: map) else {
      return nil
    }
    var found: Set<UInt64> = []
    var file: Substring = ""
    let hasLibrary = map.first { Self.isLibrary($0.split(separator: "/").last ?? "") } != nil
    for region in map.images {
      if !region.isUnnamed { file = region.name.split(separator: "/").last ?? "" }
      guard Self.isLibrary(file) || !hasLibrary, region.access.contains(.write),
        region.size <= Self.largestData,
        let words = memory.words(
          at: region.range.lower, count: Int(region.size.value / wordSize.pointerBytes))
      else { continue }
      found.formUnion(Self.sizes(in: words, wordSize))
    }
    return found.count == 1 ? found.first.map { ByteCount($0) } : nil
  }

  private static func isLibrary(_ file: Substring) -> Bool {
    file == "libc.so.6" || file.hasPrefix("libc-2.") || file.hasPrefix("libpthread")
  }

  private static func sizes(in words: [UInt64], _ wordSize: WordSize) -> Set<UInt64> {
    // Priority, policy and flags are four bytes each, with padding behind them on 64 bits.
    let zeros = wordSize == .bits32 ? 3 : 2
    let limit: UInt64 = wordSize == .bits32 ? 1 << 32 : 1 << 46
    var sizes: Set<UInt64> = []
    guard words.count >= zeros + 4 else { return [] }
    for index in 0...(words.count - zeros - 4) where words[index + zeros] == 4096 {
      let size = words[index + zeros + 2]
      if words[index..<index + zeros].allSatisfy({ $0 == 0 }), words[index + zeros + 1] == 0,
        words[index + zeros + 3] == 0, size >= 1 << 14, size % 4096 == 0, size < limit
      {
        sizes.insert(size)
      }
    }
    return sizes
  }
}
