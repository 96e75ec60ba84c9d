import AddressSpace

/// Finds the stacks that glibc keeps of ended threads, in a process that runs on.
///
/// Every thread's descriptor (`struct pthread`) is in one of three rings: stacks that glibc made and
/// that are in use, those of others (the first thread's among them), and those that are kept. Their
/// heads are side by side in the dynamic loader's data, before 2.34 in libpthread's, in a static
/// program in its own. Nothing of it has a symbol in a stripped library, but every step can be
/// checked: rings lead back to their heads, a descriptor points at itself, and the sizes of what is
/// kept add up to a number beside the rings.
struct GlibcStacks {
  private let pid: Int32
  private let map: AddressMap
  private let wordSize: WordSize
  private let machine: Machine
  private let width: UInt64

  init(pid: Int32, map: AddressMap, wordSize: WordSize, machine: Machine) {
    self.pid = pid
    self.map = map
    self.wordSize = wordSize
    self.machine = machine
    width = wordSize.pointerBytes
  }

  /// What the rings tell.
  struct Lists {
    /// The stacks that are kept, guards included, the last kept first.
    var idle: [AddressRange]
    /// The bytes of the vector of thread-local storage that a thread gets; nil where unknown.
    var vectorBytes: ByteCount?
  }

  /// The largest data of a module that is searched, and the most threads that are followed.
  private static let largestData = ByteCount.mebibytes(4)
  private static let mostThreads = 1 << 16

  /// What the rings tell, nil where they were not found or do not add up.
  func lists() -> Lists? {
    guard let shape = GlibcDescriptor.Shape(wordSize, machine),
      let memory = ProcessMemory(pid: pid, wordSize: wordSize)
    else { return nil }
    for module in modules() {
      var rings: [[GlibcDescriptor]] = []
      var data: [UInt64] = []
      for region in module {
        guard
          let words = memory.words(
            at: region.range.lower, count: Int(region.size.value / width))
        else { continue }
        data += words
        rings += self.rings(in: words, at: region.range.lower, shape, memory)
      }
      guard rings.contains(where: { $0.contains { $0.thread == pid } }) else { continue }
      return lists(of: rings, data: data, memory)
    }
    return nil
  }

  /// The writable parts of the modules that may hold the heads: what begins with the loader's or
  /// libpthread's name; in a process without them, the program itself.
  private func modules() -> [[Region]] {
    var modules: [(name: String, parts: [Region])] = []
    for region in map.regions where region.kind == .image {
      if !region.isUnnamed, region.name != modules.last?.name {
        modules.append((region.name, []))
      }
      guard !modules.isEmpty, region.access.contains(.write), region.size <= Self.largestData
      else { continue }
      modules[modules.count - 1].parts.append(region)
    }
    let named = modules.filter { module in
      let file = module.name.split(separator: "/").last ?? ""
      return file.hasPrefix("ld-") || file.hasPrefix("ld.so") || file.hasPrefix("libpthread")
    }
    return (named.isEmpty ? modules.prefix(1) : named[...]).map(\.parts)
  }

  /// The rings of descriptors whose heads are in these words; empty ones are not told.
  private func rings(
    in words: [UInt64], at base: Address, _ shape: GlibcDescriptor.Shape,
    _ memory: borrowing ProcessMemory
  ) -> [[GlibcDescriptor]] {
    guard words.count > 1 else { return [] }
    var rings: [[GlibcDescriptor]] = []
    for index in 0..<(words.count - 1) {
      let head = base.value + UInt64(index) * width
      let next = words[index]
      guard next % width == 0, words[index + 1] % width == 0, next != head,
        next >= 1 << 12, next < 1 << 56, map.region(at: Address(next)) != nil,
        map.region(at: Address(words[index + 1])) != nil,
        memory.word(at: Address(next + width)) == head,
        let ring = ring(from: next, head: head, shape, memory)
      else { continue }
      rings.append(ring)
    }
    return rings
  }

  private func ring(
    from first: UInt64, head: UInt64, _ shape: GlibcDescriptor.Shape,
    _ memory: borrowing ProcessMemory
  ) -> [GlibcDescriptor]? {
    var ring: [GlibcDescriptor] = []
    var node = first
    var before = head
    while node != head {
      guard ring.count < Self.mostThreads, node >= 1 << 12, node < 1 << 56,
        let links = memory.words(at: Address(node), count: 2), links[1] == before,
        let one = GlibcDescriptor(at: Address(node), shape, memory, wordSize)
      else { return nil }
      ring.append(one)
      before = node
      node = links[0]
    }
    return ring
  }

  private func lists(
    of rings: [[GlibcDescriptor]], data: [UInt64], _ memory: borrowing ProcessMemory
  ) -> Lists? {
    // The first thread has another vector in a static program: room for 62 modules.
    let others = rings.joined().filter { $0.thread != pid }
    let vector = others.compactMap { $0.vectorBytes(memory, wordSize) }.max()
    // A thread that has ended but was not waited for has no number either, but it is not kept.
    let ended = rings.filter { $0.allSatisfy { $0.thread <= 0 } }
    for ring in ended {
      let stacks = ring.compactMap(\.stack)
      guard stacks.count == ring.count, stacks.allSatisfy({ map.region(at: $0.lower) != nil }),
        data.contains(stacks.map(\.size.value).reduce(0, &+))
      else { continue }
      return Lists(idle: stacks, vectorBytes: vector)
    }
    // Were any kept, there would be a ring of them.
    let isUsedSeen = rings.contains { ring in
      ring.contains { $0.thread > 0 } && !ring.contains { $0.thread == pid }
    }
    return ended.isEmpty || isUsedSeen == false && ended.count == 1
      ? Lists(idle: [], vectorBytes: vector) : nil
  }
}

extension GlibcStacks {
  /// The stack that a thread gets by default: `__default_pthread_attr` in libc's data, before 2.34
  /// in libpthread's. It has no symbol there, but what it holds looks like nothing else: no policy, a
  /// guard of a page, no address, and a size of whole pages.
  func defaultSize() -> ByteCount? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize) else { return nil }
    var found: Set<UInt64> = []
    var file: Substring = ""
    let hasLibrary = map.first { Self.isLibrary($0.split(separator: "/").last ?? "") } != nil
    for region in map.regions where region.kind == .image {
      if !region.isUnnamed { file = region.name.split(separator: "/").last ?? "" }
      guard Self.isLibrary(file) || !hasLibrary, region.access.contains(.write),
        region.size <= Self.largestData,
        let words = memory.words(at: region.range.lower, count: Int(region.size.value / width))
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
