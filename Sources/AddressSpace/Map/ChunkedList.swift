/// What lies between two addresses.
@usableFromInline
package protocol Stretched: Sendable {
  var lower: UInt64 { get }
  var upper: UInt64 { get }
}

/// Stretches in address order, none overlapping another, in chunks: a change moves those of one
/// chunk, and a copy shares all that does not change.
//
// Another module's list is several times as fast where it is specialised there, which the compiler
// does to what is @inlinable and of types that are @usableFromInline.
@usableFromInline
package struct ChunkedList<Element: Stretched>: Sendable {
  /// None is empty, none holds more than `most`.
  @usableFromInline package internal(set) var chunks: [[Element]] = []
  /// Where the last stretch of each chunk ends.
  @usableFromInline var ends: [UInt64] = []
  /// How many stretches there are.
  @usableFromInline package internal(set) var count = 0
  /// How many stretches a chunk holds at most.
  @usableFromInline let most: Int

  /// A place in the list; `chunks.count` and 0 at its end.
  @usableFromInline
  package struct Position: Equatable {
    @usableFromInline package let chunk: Int
    @usableFromInline package let index: Int

    @inlinable
    package init(chunk: Int, index: Int) {
      self.chunk = chunk
      self.index = index
    }
  }

  /// The list of `elements`, which are in order.
  ///
  /// - Parameter most: how many a chunk holds at most. In small ones there is less to move and to
  ///   search, of large ones there are fewer to copy.
  @inlinable
  package init(_ elements: [Element] = [], most: Int) {
    self.most = most
    count = elements.count
    guard count > 0 else { return }
    let parts = max(1, count / (most / 2))
    for part in 0..<parts {
      chunks.append(Array(elements[count * part / parts..<count * (part + 1) / parts]))
    }
    ends = chunks.map { $0.last?.upper ?? 0 }
  }

  /// Where the first stretch is.
  @inlinable package var start: Position { Position(chunk: 0, index: 0) }
  /// Behind the last stretch.
  @inlinable package var end: Position { Position(chunk: chunks.count, index: 0) }

  /// The stretch at a position, nil at the end.
  @inlinable
  package subscript(position: Position) -> Element? {
    position.chunk < chunks.count ? chunks[position.chunk][position.index] : nil
  }

  /// The first stretch that ends above `address`.
  @inlinable
  package func position(above address: UInt64) -> Position {
    let chunk = ends.partitioningIndex { $0 > address }
    guard chunk < chunks.count else { return end }
    return Position(chunk: chunk, index: chunks[chunk].partitioningIndex { $0.upper > address })
  }

  /// The position after one that is not the end.
  @inlinable
  package func after(_ position: Position) -> Position {
    position.index + 1 < chunks[position.chunk].count
      ? Position(chunk: position.chunk, index: position.index + 1)
      : Position(chunk: position.chunk + 1, index: 0)
  }

  /// The position before, nil at the start.
  @inlinable
  package func before(_ position: Position) -> Position? {
    if position.index > 0 { return Position(chunk: position.chunk, index: position.index - 1) }
    guard position.chunk > 0 else { return nil }
    return Position(chunk: position.chunk - 1, index: chunks[position.chunk - 1].count - 1)
  }
}

extension ChunkedList {
  /// Puts `element` in the place of the one at `position`.
  @inlinable
  package mutating func set(_ element: Element, at position: Position) {
    chunks[position.chunk][position.index] = element
    if position.index == chunks[position.chunk].count - 1 { ends[position.chunk] = element.upper }
  }

  /// Puts `element` before what is at `position`.
  ///
  /// - Returns: where it is then.
  @inlinable @discardableResult
  package mutating func insert(_ element: Element, at position: Position) -> Position {
    guard !chunks.isEmpty else {
      self = ChunkedList([element], most: most)
      return start
    }
    count += 1
    var place = position
    if place.index == 0, place.chunk > 0 {
      place = Position(chunk: place.chunk - 1, index: chunks[place.chunk - 1].count)
    }
    chunks[place.chunk].insert(element, at: place.index)
    mend(place.chunk)
    let size = chunks[place.chunk].count
    return place.index < size ? place : Position(chunk: place.chunk + 1, index: place.index - size)
  }

  /// Removes the stretch at `position`.
  ///
  /// - Returns: where the one after it is then.
  @inlinable @discardableResult
  package mutating func remove(at position: Position) -> Position {
    count -= 1
    chunks[position.chunk].remove(at: position.index)
    let size = chunks[position.chunk].count
    mend(position.chunk)
    // It was the last of a chunk, to which the next one was not added.
    guard size > 0, position.index == size, chunks[position.chunk].count == size else {
      return position
    }
    return Position(chunk: position.chunk + 1, index: 0)
  }

  /// Puts `elements` in the place of those from `first` up to `last`.
  @inlinable
  package mutating func replace(_ first: Position, _ last: Position, with elements: [Element]) {
    if first.chunk == last.chunk, first.chunk < chunks.count {
      count += elements.count - (last.index - first.index)
      chunks[first.chunk].replaceSubrange(first.index..<last.index, with: elements)
      return mend(first.chunk)
    }
    guard first.chunk < chunks.count else { return append(elements) }
    count += elements.count - (chunks[first.chunk].count - first.index)
    chunks[first.chunk].replaceSubrange(first.index..., with: elements)
    if last.chunk < chunks.count, last.index > 0 {
      count -= last.index
      chunks[last.chunk].removeFirst(last.index)
    }
    for chunk in first.chunk + 1..<last.chunk { count -= chunks[chunk].count }
    chunks.removeSubrange(first.chunk + 1..<last.chunk)
    ends.removeSubrange(first.chunk + 1..<last.chunk)
    mend(first.chunk)
  }

  @inlinable
  mutating func append(_ elements: [Element]) {
    guard !chunks.isEmpty else {
      self = ChunkedList(elements, most: most)
      return
    }
    guard !elements.isEmpty else { return }
    count += elements.count
    chunks[chunks.count - 1] += elements
    mend(chunks.count - 1)
  }

  /// Makes a chunk that has changed neither empty, nor too large, nor needlessly small.
  @inlinable
  mutating func mend(_ chunk: Int) {
    let size = chunks[chunk].count
    guard size > 0 else {
      chunks.remove(at: chunk)
      ends.remove(at: chunk)
      return
    }
    if size > most {
      // A few at a time are added to a chunk, or a whole map's worth by a move of many.
      let parts = ChunkedList(chunks[chunk], most: most)
      chunks.replaceSubrange(chunk...chunk, with: parts.chunks)
      ends.replaceSubrange(chunk...chunk, with: parts.ends)
    } else if chunk + 1 < chunks.count, size + chunks[chunk + 1].count <= most / 2 {
      chunks[chunk] += chunks[chunk + 1]
      ends[chunk] = ends[chunk + 1]
      chunks.remove(at: chunk + 1)
      ends.remove(at: chunk + 1)
    } else {
      ends[chunk] = chunks[chunk][size - 1].upper
    }
  }
}
