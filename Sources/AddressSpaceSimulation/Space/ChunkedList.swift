/// What lies between two addresses.
protocol Stretched: Sendable {
  var lower: UInt64 { get }
  var upper: UInt64 { get }
}

/// Stretches in address order, none overlapping another, in chunks: a change moves a few dozen of
/// them and a copy shares all that does not change.
struct ChunkedList<Element: Stretched>: Sendable {
  /// None is empty, none holds more than `most`.
  private(set) var chunks: [[Element]] = []
  /// Where the last stretch of each chunk ends.
  private var ends: [UInt64] = []
  /// How many stretches there are.
  private(set) var count = 0

  private static var most: Int { 64 }

  /// A place in the list; `chunks.count` and 0 at its end.
  struct Position: Equatable {
    var chunk: Int
    var index: Int
  }

  /// The list of `elements`, which are in order.
  init(_ elements: [Element] = []) {
    count = elements.count
    let size = Self.most / 2
    for start in stride(from: 0, to: elements.count, by: size) {
      chunks.append(Array(elements[start..<min(start + size, elements.count)]))
    }
    ends = chunks.map { $0.last?.upper ?? 0 }
  }

  /// The stretch at a position, nil at the end.
  subscript(position: Position) -> Element? {
    position.chunk < chunks.count ? chunks[position.chunk][position.index] : nil
  }

  /// The first stretch that ends above `address`.
  func position(above address: UInt64) -> Position {
    let chunk = ends.firstIndex(above: address)
    guard chunk < chunks.count else { return Position(chunk: chunks.count, index: 0) }
    return Position(chunk: chunk, index: chunks[chunk].firstIndex(endingAbove: address))
  }

  /// The position after one that is not the end.
  func after(_ position: Position) -> Position {
    position.index + 1 < chunks[position.chunk].count
      ? Position(chunk: position.chunk, index: position.index + 1)
      : Position(chunk: position.chunk + 1, index: 0)
  }

  /// The position before, nil at the start.
  func before(_ position: Position) -> Position? {
    if position.index > 0 { return Position(chunk: position.chunk, index: position.index - 1) }
    guard position.chunk > 0 else { return nil }
    return Position(chunk: position.chunk - 1, index: chunks[position.chunk - 1].count - 1)
  }

  /// Puts `element` in the place of the one at `position`.
  mutating func set(_ element: Element, at position: Position) {
    chunks[position.chunk][position.index] = element
    if position.index == chunks[position.chunk].count - 1 { ends[position.chunk] = element.upper }
  }

  /// Puts `element` before what is at `position`.
  ///
  /// - Returns: where it is then.
  @discardableResult
  mutating func insert(_ element: Element, at position: Position) -> Position {
    count += 1
    guard !chunks.isEmpty else {
      chunks = [[element]]
      ends = [element.upper]
      return Position(chunk: 0, index: 0)
    }
    var place = position
    if place.index == 0, place.chunk > 0 {
      place = Position(chunk: place.chunk - 1, index: chunks[place.chunk - 1].count)
    }
    chunks[place.chunk].insert(element, at: place.index)
    if place.index == chunks[place.chunk].count - 1 { ends[place.chunk] = element.upper }
    let half = Self.most / 2
    if chunks[place.chunk].count > Self.most {
      let upper = Array(chunks[place.chunk][half...])
      chunks[place.chunk].removeLast(upper.count)
      chunks.insert(upper, at: place.chunk + 1)
      ends.insert(ends[place.chunk], at: place.chunk + 1)
      ends[place.chunk] = chunks[place.chunk][half - 1].upper
      if place.index >= half { place = Position(chunk: place.chunk + 1, index: place.index - half) }
    }
    return place
  }

  /// Removes the stretch at `position`.
  ///
  /// - Returns: where the one after it is then.
  @discardableResult
  mutating func remove(at position: Position) -> Position {
    let chunk = position.chunk
    chunks[chunk].remove(at: position.index)
    count -= 1
    let size = chunks[chunk].count
    guard size > 0 else {
      chunks.remove(at: chunk)
      ends.remove(at: chunk)
      return Position(chunk: chunk, index: 0)
    }
    if chunk + 1 < chunks.count, size + chunks[chunk + 1].count <= Self.most / 2 {
      chunks[chunk] += chunks[chunk + 1]
      ends[chunk] = ends[chunk + 1]
      chunks.remove(at: chunk + 1)
      ends.remove(at: chunk + 1)
      return position
    }
    guard position.index == size else { return position }
    ends[chunk] = chunks[chunk][size - 1].upper
    return Position(chunk: chunk + 1, index: 0)
  }
}

extension [UInt64] {
  /// The first index whose number, of rising ones, is above `number`.
  fileprivate func firstIndex(above number: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] > number { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Array where Element: Stretched {
  /// The first index whose stretch ends above `address`.
  fileprivate func firstIndex(endingAbove address: UInt64) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle].upper > address { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
