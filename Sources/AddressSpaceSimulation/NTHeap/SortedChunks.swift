import AddressSpace

/// Things in order, in chunks: a change moves a few hundred of them, however many there are.
struct SortedChunks<Element: Comparable & Sendable>: Sendable {
  /// None is empty, none holds more than `most`.
  private var chunks: [[Element]] = []

  private static var most: Int { 512 }

  /// The lowest of which `isHigh` says yes, as it does of all above it.
  func first(where isHigh: (Element) -> Bool) -> Element? {
    let chunk = chunks.partitioningIndex { $0.last.map(isHigh) ?? true }
    guard chunk < chunks.count else { return nil }
    return chunks[chunk][chunks[chunk].partitioningIndex(where: isHigh)]
  }

  /// Adds one that is not there.
  mutating func insert(_ element: Element) {
    guard !chunks.isEmpty else { return chunks = [[element]] }
    let above = chunks.partitioningIndex { $0.last.map { $0 > element } ?? true }
    let chunk = min(above, chunks.count - 1)
    chunks[chunk].insert(element, at: chunks[chunk].partitioningIndex { $0 > element })
    if chunks[chunk].count > Self.most {
      let half = Array(chunks[chunk].suffix(Self.most / 2))
      chunks[chunk].removeLast(half.count)
      chunks.insert(half, at: chunk + 1)
    }
  }

  /// Takes one out, if it is there.
  mutating func remove(_ element: Element) {
    let chunk = chunks.partitioningIndex { $0.last.map { $0 >= element } ?? true }
    guard chunk < chunks.count else { return }
    let index = chunks[chunk].partitioningIndex { $0 >= element }
    guard chunks[chunk][index] == element else { return }
    chunks[chunk].remove(at: index)
    if chunks[chunk].isEmpty { chunks.remove(at: chunk) }
  }
}
