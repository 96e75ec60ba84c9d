import AddressSpace

/// Finds the threads of the GNU C library in a process that runs on.
///
/// Every thread's descriptor (`struct pthread`) is in one of three rings: stacks that glibc made and
/// that are in use, those of others (the first thread's among them), and those that are kept. Their
/// heads are side by side in the dynamic loader's data, before 2.34 in libpthread's, in a static
/// program in its own. Nothing of it has a symbol in a stripped library, but every step can be
/// checked: rings lead back to their heads, and a descriptor points at itself.
struct GlibcThreads {
  /// The rings that are not empty, each from its head on.
  private(set) var rings: [[GlibcDescriptor]] = []
  /// The data that their heads are in, word by word.
  private(set) var data: [UInt64] = []
  /// The process.
  let pid: Int32
  private let map: AddressMap
  private let wordSize: WordSize

  /// The largest data of a module that is searched, and the most threads that are followed.
  private static let largestData = ByteCount.mebibytes(4)
  private static let mostThreads = 1 << 16

  /// The threads of a process, none where nothing of them was found.
  init(pid: Int32, map: AddressMap, wordSize: WordSize, machine: Machine?) {
    self.pid = pid
    self.map = map
    self.wordSize = wordSize
    guard let shape = machine.flatMap({ GlibcDescriptor.Shape(wordSize, $0) }),
      let memory = ProcessMemory(pid: pid, wordSize: wordSize, map: map)
    else { return }
    for module in modules() {
      let found = read(module, shape, memory)
      guard !found.rings.isEmpty, rings.isEmpty || Self.holds(pid, found.rings) else { continue }
      (rings, data) = found
      if Self.holds(pid, rings) { return }
    }
  }

  /// Whether the first thread is among them, by the number that it has out here.
  var hasFirstThread: Bool { Self.holds(pid, rings) }

  private static func holds(_ pid: Int32, _ rings: [[GlibcDescriptor]]) -> Bool {
    rings.contains { $0.contains { $0.thread == pid } }
  }

  private func read(
    _ module: [Region], _ shape: GlibcDescriptor.Shape, _ memory: borrowing ProcessMemory
  ) -> (rings: [[GlibcDescriptor]], data: [UInt64]) {
    var rings: [[GlibcDescriptor]] = []
    var data: [UInt64] = []
    for region in module {
      let count = Int(region.size.value / wordSize.pointerBytes)
      guard let words = memory.words(at: region.range.lower, count: count) else { continue }
      data += words
      rings += self.rings(in: words, at: region.range.lower, shape, memory)
    }
    return (rings, data)
  }

  /// The writable parts of the modules that may hold the heads: what begins with the loader's or
  /// libpthread's name; in a process without them, the program itself.
  private func modules() -> [[Region]] {
    var modules: [(name: String, parts: [Region])] = []
    for region in map.images {
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
    let width = wordSize.pointerBytes
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
}
