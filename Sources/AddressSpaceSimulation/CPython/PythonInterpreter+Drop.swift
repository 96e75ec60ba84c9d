internal import AddressSpace

extension PythonInterpreter {
  /// Drops objects: the last reference to each goes away, from one end to the other.
  ///
  /// - Parameters:
  ///   - objects: what `make` gave; not to be used any more.
  ///   - survivors: the places of those that something still refers to, ascending.
  ///   - lastFirst: whether the last goes first, as lists and tuples drop what they hold.
  /// - Returns: the survivors, in the order they were made in.
  public mutating func drop<System, Heap>(
    _ objects: PythonObjects, keeping survivors: [Int] = [], lastFirst: Bool = true,
    in memory: inout ProgramMemory<System, Heap>
  ) -> PythonObjects {
    var kept = PythonObjects(objects.recipe)
    kept.count = survivors.count
    var walks = objects.recipe.freed.map { step in
      RunWalk(step: step, objects.runs[step], lastFirst: lastFirst)
    }
    var survivorsLeft = survivors[...]
    var low = 0
    var high = objects.count
    while low < high, !walks.isEmpty {
      let together = Int(walks.reduce(Int32.max) { min($0, $1.left) })
      guard together > 0 else { break }
      let alive: Int
      if lastFirst {
        high -= together
        alive = survivorsLeft.removeLast(notBelow: high)
      } else {
        low += together
        alive = survivorsLeft.removeFirst(below: low)
      }
      for index in walks.indices {
        let source = walks[index].advance(Int32(together))
        let step = walks[index].step
        if alive > 0 { kept.runs[step].append(BlockRun(source: source, count: Int32(alive))) }
        guard together > alive else { continue }
        let run = BlockRun(source: source, count: Int32(together - alive))
        give(objects.recipe.steps[step].part, run, in: &memory)
      }
    }
    // What a failed attempt left incomplete.
    for walk in walks {
      for run in walk.rest { give(objects.recipe.steps[walk.step].part, run, in: &memory) }
    }
    if lastFirst { for step in kept.runs.indices { kept.runs[step].reverse() } }
    settle(in: &memory)
    return kept
  }
}

/// A way along the blocks of one step, from one end to the other.
private struct RunWalk {
  let step: Int
  private let runs: [BlockRun]
  private let lastFirst: Bool
  private var next: Int
  /// The blocks left of the run that is next.
  private(set) var left: Int32

  init(step: Int, _ runs: [BlockRun], lastFirst: Bool) {
    self.step = step
    self.runs = runs
    self.lastFirst = lastFirst
    next = lastFirst ? runs.count - 1 : 0
    left = runs.indices.contains(next) ? runs[next].count : 0
  }

  /// Goes past blocks of the run that is next; says where they came from.
  mutating func advance(_ count: Int32) -> Int32 {
    let source = runs[next].source
    left -= count
    if left == 0 {
      next += lastFirst ? -1 : 1
      left = runs.indices.contains(next) ? runs[next].count : 0
    }
    return source
  }

  /// All that is left.
  var rest: [BlockRun] {
    guard left > 0 else { return [] }
    let others = lastFirst ? Array(runs[..<next].reversed()) : Array(runs[(next + 1)...])
    return [BlockRun(source: runs[next].source, count: left)] + others
  }
}

extension ArraySlice<Int> {
  /// Takes the numbers from `bound` on off the end; says how many.
  fileprivate mutating func removeLast(notBelow bound: Int) -> Int {
    var count = 0
    while let last, last >= bound {
      removeLast()
      count += 1
    }
    return count
  }

  /// Takes the numbers below `bound` off the beginning; says how many.
  fileprivate mutating func removeFirst(below bound: Int) -> Int {
    var count = 0
    while let first, first < bound {
      removeFirst()
      count += 1
    }
    return count
  }
}
