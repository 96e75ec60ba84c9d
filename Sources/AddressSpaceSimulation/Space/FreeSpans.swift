import AddressSpace

/// The free spans of a space, with the largest of each chunk of them at hand.
///
/// How much a span can serve is counted from its first multiple of the alignment on: on Windows what
/// lies before it in 64 KiB is free, but nothing can begin there.
struct FreeSpans: Sendable {
  /// A free span.
  struct Span: Stretched, Equatable {
    var lower: UInt64
    var upper: UInt64
  }

  private var list: ChunkedList<Span>
  private var largest: MaximumTree
  /// One less than the alignment, a power of two.
  private let mask: UInt64
  /// How many bytes are free.
  private(set) var bytes: UInt64

  /// Spans in address order, none touching another.
  init(_ spans: [Span], alignment: UInt64) {
    list = ChunkedList(spans, most: 64)
    mask = alignment - 1
    bytes = spans.reduce(0) { $0 + ($1.upper - $1.lower) }
    largest = MaximumTree([])
    largest = MaximumTree(list.chunks.map(largestServed))
  }

  /// All spans, lowest first.
  var all: [Span] { list.chunks.flatMap { $0 } }

  /// What the largest of all spans can serve, in bytes.
  var largestServed: UInt64 { largest.largest }

  private func served(by span: Span) -> UInt64 {
    let base = (span.lower &+ mask) & ~mask
    return base >= span.lower && base < span.upper ? span.upper - base : 0
  }

  private func largestServed(in chunk: [Span]) -> UInt64 {
    var most: UInt64 = 0
    for span in chunk { most = max(most, served(by: span)) }
    return most
  }

  /// Notes what chunks hold after one change of the list at `chunk`, which may have split it, or have
  /// removed it or the next.
  private mutating func note(
    _ chunk: Int, chunksBefore: Int, losing old: Span?, gaining new: Span?
  ) {
    // Most changes are none to the largest of a chunk.
    if list.chunks.count == chunksBefore, chunk < chunksBefore {
      let most = largest[chunk]
      let now = new.map(served) ?? 0
      if now >= most {
        largest[chunk] = now
        return
      }
      if old.map(served) ?? 0 < most { return }
    }
    if list.chunks.count > chunksBefore { largest.insert(at: chunk) }
    if list.chunks.count < chunksBefore { largest.remove(at: min(chunk, chunksBefore - 1)) }
    let isSame = list.chunks.count == chunksBefore
    let last = list.chunks.count - 1
    let near = isSame ? chunk...chunk : max(0, chunk - 1)...max(0, chunk - 1, min(chunk + 1, last))
    for place in near where place <= last { largest[place] = largestServed(in: list.chunks[place]) }
  }
}

extension FreeSpans {
  /// The lowest span that ends above `address` and can serve `size` bytes, at least one.
  func lowest(above address: UInt64, serving size: UInt64) -> Span? {
    let start = list.position(above: address)
    guard start.chunk < list.chunks.count else { return nil }
    let chunk = list.chunks[start.chunk]
    if largest[start.chunk] >= size {
      for index in start.index..<chunk.count where served(by: chunk[index]) >= size {
        return chunk[index]
      }
    }
    return largest.first(from: start.chunk + 1, atLeast: size).flatMap { place in
      list.chunks[place].first { served(by: $0) >= size }
    }
  }

  /// The highest span that begins below `address` and can serve `size` bytes, at least one.
  func highest(below address: UInt64, serving size: UInt64) -> Span? {
    guard address > 0 else { return nil }
    var end = list.position(above: address - 1)
    if let span = list[end], span.lower < address {
      if served(by: span) >= size { return span }
    }
    if end.chunk == list.chunks.count {
      guard let last = list.before(end) else { return nil }
      if let span = list[last], served(by: span) >= size { return span }
      end = last
    }
    let chunk = list.chunks[end.chunk]
    if largest[end.chunk] >= size {
      var index = end.index - 1
      while index >= 0 {
        if served(by: chunk[index]) >= size { return chunk[index] }
        index -= 1
      }
    }
    return largest.last(through: end.chunk - 1, atLeast: size).flatMap { place in
      list.chunks[place].last { served(by: $0) >= size }
    }
  }

  /// Whether all of a stretch is free.
  func holds(_ lower: UInt64, _ upper: UInt64) -> Bool {
    list[list.position(above: lower)].map { $0.lower <= lower && upper <= $0.upper } ?? false
  }

  /// Takes a stretch, all of which is free.
  mutating func take(_ lower: UInt64, _ upper: UInt64) {
    let position = list.position(above: lower)
    guard let span = list[position], span.lower <= lower, upper <= span.upper, lower < upper else {
      return
    }
    bytes -= upper - lower
    let chunks = list.chunks.count
    let below = Span(lower: span.lower, upper: lower)
    let above = Span(lower: upper, upper: span.upper)
    let left = above.lower < above.upper ? above : below.lower < below.upper ? below : nil
    if let left { list.set(left, at: position) } else { list.remove(at: position) }
    note(position.chunk, chunksBefore: chunks, losing: span, gaining: left)
    guard left == above, below.lower < below.upper else { return }
    let place = list.insert(below, at: position)
    note(place.chunk, chunksBefore: chunks, losing: nil, gaining: below)
  }

  /// Frees a stretch, of which parts may be free already.
  mutating func give(_ lower: UInt64, _ upper: UInt64) {
    guard lower < upper else { return }
    var whole = Span(lower: lower, upper: upper)
    // What ends where the stretch begins belongs to it.
    var position = list.position(above: lower > 0 ? lower - 1 : 0)
    var chunks = list.chunks.count
    var isPlaced = false
    while !isPlaced, let span = list[position], span.lower <= upper {
      bytes -= span.upper - span.lower
      whole.lower = min(whole.lower, span.lower)
      whole.upper = max(whole.upper, span.upper)
      let goesOn = list[list.after(position)].map { $0.lower <= upper } ?? false
      let chunk = position.chunk
      if goesOn {
        position = list.remove(at: position)
      } else {
        list.set(whole, at: position)
        isPlaced = true
      }
      note(chunk, chunksBefore: chunks, losing: span, gaining: goesOn ? nil : whole)
      chunks = list.chunks.count
    }
    bytes += whole.upper - whole.lower
    if isPlaced { return }
    position = list.insert(whole, at: position)
    note(position.chunk, chunksBefore: chunks, losing: nil, gaining: whole)
  }
}
