internal import AddressSpace

/// How a list comes to hold its items.
public enum ListFilling: Hashable, Sendable {
  /// One is appended after another: a loop, a comprehension, `list()` of what has no length.
  case appending
  /// Their number is known before the first is made: `range()` of Python 2, `[x] * n`, a slice.
  case knownLength
  /// `list()` of what has a length: until 3.7 that leaves room for more.
  case list
}

extension PythonInterpreter {
  /// Makes a list of objects that are alike and its alone.
  ///
  /// - Throws: where there is no room; what was made until then is dropped again.
  public mutating func makeList<System, Heap>(
    of object: PythonObject, count: Int, by filling: ListFilling = .appending,
    in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonList {
    var list = try emptyList(items: ObjectRecipe(object, sizes: sizes), in: &memory)
    do {
      switch filling {
      case .knownLength, .list:
        let isExact = filling == .knownLength || build.isSince(3, 8) || count == 0
        let capacity = isExact ? count : ListGrowth(build).capacity(for: count)
        try resize(&list, to: capacity, used: 0, in: &memory)
        try make(count, more: &list.items, in: &memory)
        touch(list, items: count, in: &memory)
      case .appending: try append(count, to: &list, in: &memory)
      }
    } catch {
      drop(list, in: &memory)
      throw error
    }
    settle(in: &memory)
    return list
  }

  /// A list without room.
  mutating func emptyList<System, Heap>(
    items: ObjectRecipe, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonList {
    let object = try block(sizes.list(capacity: 0)[0], in: &memory)
    return PythonList(items: PythonObjects(items), object: object, buffer: nil)
  }

  /// Makes objects one by one and appends each.
  private mutating func append<System, Heap>(
    _ count: Int, to list: inout PythonList, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    var held = 0
    for capacity in ListGrowth(build).capacities(upTo: count) {
      // The object that no longer fits is made before room for it.
      if held < count {
        try make(1, more: &list.items, in: &memory)
        try resize(&list, to: capacity, used: held, in: &memory)
        held += 1
      }
      let more = min(capacity, count) - held
      try make(more, more: &list.items, in: &memory)
      held += more
    }
    touch(list, items: held, in: &memory)
  }

  /// Gives a list room for so many items, of which it has `used`.
  mutating func resize<System, Heap>(
    _ list: inout PythonList, to capacity: Int, used: Int,
    in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    touch(list, items: used, in: &memory)
    let bytes = UInt64(capacity) * build.word
    list.buffer = try reallocate(list.buffer, to: bytes, in: &memory)
    touch(list, items: used, in: &memory)
  }

  /// Writes so many items into a list's buffer.
  func touch<System, Heap>(
    _ list: PythonList, items: Int, in memory: inout ProgramMemory<System, Heap>
  ) {
    guard let buffer = list.buffer, let address = address(of: buffer.source) else { return }
    memory.touch(address, UInt64(items) * build.word)
  }

  /// Drops a list: what it holds, the last first, then where it kept them, then itself.
  public mutating func drop<System, Heap>(
    _ list: PythonList, in memory: inout ProgramMemory<System, Heap>
  ) {
    _ = drop(list, keeping: [], in: &memory)
  }

  /// Drops a list some of whose items something else still refers to.
  ///
  /// - Parameter survivors: their places, ascending.
  /// - Returns: the survivors.
  public mutating func drop<System, Heap>(
    _ list: PythonList, keeping survivors: [Int],
    in memory: inout ProgramMemory<System, Heap>
  ) -> PythonObjects {
    let kept = drop(list.items, keeping: survivors, in: &memory)
    if let buffer = list.buffer { free(buffer, in: &memory) }
    free(list.object, in: &memory)
    settle(in: &memory)
    return kept
  }
}
