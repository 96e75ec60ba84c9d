import AddressSpace

/// What a capture's lines tell of malloc's heap; they come in any order.
struct CapturedHeap {
  private var heap: HeapFacts?
  private var topEnd: Address?
  private var chunks: [ChunkCount] = []
  private var read: (isWhole: Bool, unsorted: UInt64)?
  private var threshold: ByteCount?
  private var pad: ByteCount?
  private var arenas: [ArenaFacts] = []

  /// No address and no sum of sizes is larger: what is counted with them stays in range.
  private static let limit: UInt64 = 1 << 62

  /// The facts, nil where the capture has none.
  var facts: HeapFacts? {
    guard var heap else { return nil }
    if let topEnd { heap.topEnd = topEnd }
    heap.otherChunks = (heap.otherChunks + chunks).sorted { $0.size > $1.size }
    if let read { (heap.isWhole, heap.unsorted) = read }
    heap.mmapThreshold = threshold
    heap.topPad = pad
    heap.arenas = arenas
    return heap
  }

  /// Whether the heap can be in this map: it ends in a mapping, and nothing of it is larger than
  /// one, nor all of it than all of them.
  func fits(in map: AddressMap) -> Bool {
    guard let facts else { return true }
    guard facts.end.value > 0, map.region(at: facts.end - 1) != nil,
      facts.topEnd.value > 0, map.region(at: facts.topEnd - 1) != nil
    else { return false }
    let largest = map.regions.lazy.map(\.size).max() ?? .zero
    let mapped = map.regions.lazy.reduce(UInt64(0)) { $0 &+ min($1.size.value, Self.limit) }
    var total = facts.top.value
    for size in facts.freeChunks.map(\.size.value) { total &+= size }
    for chunk in facts.otherChunks { total &+= chunk.size.value * chunk.count }
    return facts.top <= largest && facts.freeChunks.allSatisfy { $0.size <= largest }
      && facts.otherChunks.allSatisfy { $0.size <= largest } && total <= mapped
  }

  /// `END TOP contiguous|pieces [RANGE,RANGE...]`; none of it can be larger than its space. Captures
  /// of before chunks had addresses have sizes in the place of ranges.
  mutating func readHeap(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    guard words.count >= 3, let end = Self.address(words[0]), let top = Self.bytes(words[1]),
      top.value <= end.value, words[2] == "contiguous" || words[2] == "pieces"
    else { return false }
    let isContiguous = words[2] == "contiguous"
    let list = words.count > 3 ? words[3].split(separator: ",") : []
    var heap = HeapFacts(top: top, end: end, isContiguous: isContiguous)
    for item in list {
      if let size = Self.bytes(item) {
        guard size.value <= end.value, size > .zero else { return false }
        heap.otherChunks.append(ChunkCount(size: size, count: 1))
      } else {
        guard let range = Self.range(item),
          (heap.freeChunks.last?.upper).map({ $0 <= range.lower }) != false
        else { return false }
        heap.freeChunks.append(range)
      }
    }
    guard Self.total(heap.otherChunks) != nil else { return false }
    self.heap = heap
    return true
  }

  /// `SIZE*COUNT,SIZE*COUNT...`
  mutating func readChunks(_ text: String) -> Bool {
    var counts: [ChunkCount] = []
    for item in text.split(separator: ",") {
      let parts = item.split(separator: "*", omittingEmptySubsequences: false)
      guard parts.count == 2, let size = Self.bytes(parts[0]), size > .zero,
        let count = UInt64(digits: parts[1]), count > 0
      else { return false }
      counts.append(ChunkCount(size: size, count: count))
    }
    guard Self.total(counts) != nil else { return false }
    chunks = counts
    return true
  }

  mutating func readTopEnd(_ text: String) -> Bool {
    guard let address = Self.address(text[...]) else { return false }
    topEnd = address
    return true
  }

  /// `whole|part [UNSORTED]`
  mutating func readExtent(_ text: String) -> Bool {
    let words = text.split(separator: " ")
    guard let first = words.first, first == "whole" || first == "part", words.count <= 2 else {
      return false
    }
    let unsorted = words.count == 2 ? UInt64(digits: words[1]) : 0
    guard let unsorted else { return false }
    read = (first == "whole", unsorted)
    return true
  }

  mutating func readThreshold(_ text: String) -> Bool {
    guard let bytes = Self.bytes(text[...]) else { return false }
    threshold = bytes
    return true
  }

  mutating func readPad(_ text: String) -> Bool {
    guard let bytes = Self.bytes(text[...]) else { return false }
    pad = bytes
    return true
  }

  /// `used=N free=N top=N reserve=N largest=N threads=N [system=N] whole|part [RANGE,RANGE...]`
  mutating func readArena(_ text: String) -> Bool {
    var numbers: [Substring: UInt64] = [:]
    var isWhole: Bool?
    var pieces: [AddressRange] = []
    for word in text.split(separator: " ") {
      if let sign = word.firstIndex(of: "=") {
        guard let number = UInt64(digits: word[word.index(after: sign)...]), number < Self.limit
        else { return false }
        numbers[word[..<sign]] = number
      } else if word == "whole" || word == "part" {
        isWhole = word == "whole"
      } else {
        for item in word.split(separator: ",") {
          guard let range = Self.range(item) else { return false }
          pieces.append(range)
        }
      }
    }
    func size(_ key: Substring) -> ByteCount { ByteCount(numbers[key] ?? 0) }
    guard let isWhole else { return false }
    arenas.append(
      ArenaFacts(
        pieces: pieces, used: size("used"), free: size("free"), top: size("top"),
        reserve: size("reserve"), largest: size("largest"), threads: size("threads").value,
        system: numbers["system"].map { ByteCount($0) }, isWhole: isWhole))
    return true
  }

  private static func address(_ text: Substring) -> Address? {
    guard text.hasPrefix("0x"), let value = UInt64(digits: text.dropFirst(2), radix: 16),
      value <= limit
    else { return nil }
    return Address(value)
  }

  private static func bytes(_ text: Substring) -> ByteCount? {
    UInt64(digits: text).flatMap { $0 <= limit ? ByteCount($0) : nil }
  }

  private static func range(_ text: Substring) -> AddressRange? {
    AddressRange(text: text).flatMap { $0.upper.value <= limit ? $0 : nil }
  }

  /// The bytes of all, nil where they are more than can be counted with.
  private static func total(_ chunks: [ChunkCount]) -> UInt64? {
    var total: UInt64 = 0
    for chunk in chunks {
      guard let bytes = chunk.size.multiplied(by: chunk.count)?.value, bytes <= limit,
        total + bytes <= limit
      else { return nil }
      total += bytes
    }
    return total
  }
}

extension CapturedHeap {
  /// The lines that keep `heap`.
  static func lines(of heap: HeapFacts) -> [(CaptureHeader.Field, String)] {
    var lines: [(CaptureHeader.Field, String)] = []
    let chunks = list(heap.freeChunks)
    lines.append(
      (
        .heap,
        "\(heap.end) \(heap.top.value) \(heap.isContiguous ? "contiguous" : "pieces")"
          + (chunks.isEmpty ? "" : " " + chunks)
      ))
    if heap.topEnd != heap.end { lines.append((.heapTopEnd, heap.topEnd.description)) }
    let counts = heap.otherChunks.map { "\($0.size.value)*\($0.count)" }.joined(separator: ",")
    if !counts.isEmpty { lines.append((.heapChunks, counts)) }
    lines.append((.heapRead, "\(heap.isWhole ? "whole" : "part") \(heap.unsorted)"))
    if let threshold = heap.mmapThreshold { lines.append((.mmapThreshold, "\(threshold.value)")) }
    if let pad = heap.topPad { lines.append((.topPad, "\(pad.value)")) }
    for arena in heap.arenas { lines.append((.arena, text(of: arena))) }
    return lines
  }

  private static func text(of arena: ArenaFacts) -> String {
    let numbers =
      [
        ("used", arena.used), ("free", arena.free), ("top", arena.top), ("reserve", arena.reserve),
        ("largest", arena.largest), ("threads", ByteCount(arena.threads)),
      ] + (arena.system.map { [("system", $0)] } ?? [])
    let words =
      numbers.map { "\($0.0)=\($0.1.value)" } + [arena.isWhole ? "whole" : "part"]
      + (arena.pieces.isEmpty ? [] : [list(arena.pieces)])
    return words.joined(separator: " ")
  }

  private static func list(_ ranges: [AddressRange]) -> String {
    ranges.map(\.description).joined(separator: ",")
  }
}
