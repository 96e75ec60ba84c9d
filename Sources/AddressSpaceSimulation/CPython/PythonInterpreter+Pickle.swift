internal import AddressSpace

extension PythonInterpreter {
  /// Pickles a list of objects that are alike: what that takes besides them, until it is dropped.
  ///
  /// Python 2 (`cPickle`) remembers each item that is not a number in a dictionary, by a number that
  /// holds its address, with a pair and a number of its own; Python 3 each string and container in a
  /// table.
  ///
  /// - Parameters:
  ///   - item: what the list holds.
  ///   - outputBytes: the bytes that are written, where they are gathered in memory (`dumps`).
  /// - Throws: where there is no room; nothing is left of the attempt then.
  public mutating func pickle<System, Heap>(
    _ list: PythonList, of item: PythonObject, outputBytes: UInt64 = 0,
    in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonMemo {
    let isOld = build.version.major == 2
    var memo =
      isOld
      ? try emptyMemo([.tuple([.shared, .shared]), .int(bits: 20)], in: &memory)
      : PythonMemo(entries: PythonObjects(ObjectRecipe(.shared, sizes: sizes)))
    do {
      let count = list.items.count * item.memoized(inAll: !isOld)
      if isOld {
        try rememberPairs(count, in: &memo, &memory)
      } else {
        try growMemoTable(to: count, in: &memo, &memory)
      }
      try gather(outputBytes, in: &memo, &memory)
    } catch {
      drop(memo, in: &memory)
      throw error
    }
    settle(in: &memory)
    return memo
  }

  /// Python 2: a dictionary that grows with its entries.
  private mutating func rememberPairs<System, Heap>(
    _ count: Int, in memo: inout PythonMemo, _ memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    for table in DictionaryGrowth(build).tables(upTo: count).dropFirst() {
      try make(table.from - memo.entries.count, more: &memo.entries, in: &memory)
      try growTable(of: &memo, to: sizes.table(table.size, isText: false), in: &memory)
    }
    try make(count - memo.entries.count, more: &memo.entries, in: &memory)
  }

  /// Python 3: a table of pointers and numbers, 8 at first (`PyMemoTable`).
  private mutating func growMemoTable<System, Heap>(
    to count: Int, in memo: inout PythonMemo, _ memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    var size = 8
    try growTable(of: &memo, to: memoTable(size), in: &memory)
    while size * 2 <= count * 3 {
      let used = (size * 2 + 2) / 3
      let wanted = used > 50_000 ? used * 2 : used * 4
      while size < wanted { size *= 2 }
      try growTable(of: &memo, to: memoTable(size), in: &memory)
    }
  }

  private func memoTable(_ size: Int) -> PythonSizes.Part {
    PythonSizes.Part(bytes: UInt64(size) * 2 * build.word, kind: .buffer)
  }

  /// A `bytes` that grows by half whenever it is full, and is cut to its length at last.
  private mutating func gather<System, Heap>(
    _ bytes: UInt64, in memo: inout PythonMemo, _ memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    guard bytes > 0 else { return }
    var room: UInt64 = 4096
    var output = try reallocate(nil, to: sizes.bytesHeader + room, in: &memory)
    memo.output = output
    while room < bytes {
      touch(output, in: &memory)
      room = (room + 1) / 2 * 3
      output = try reallocate(output, to: sizes.bytesHeader + room, in: &memory)
      memo.output = output
    }
    output = try reallocate(output, to: sizes.bytesHeader + bytes, in: &memory)
    touch(output, in: &memory)
    memo.output = output
  }
}

extension PythonObject {
  /// How many entries pickling makes for it: for what it holds too, or for itself alone.
  fileprivate func memoized(inAll: Bool) -> Int {
    let held: [PythonObject]
    switch self {
    case .shared, .int, .float, .complex: return 0
    case .tuple(let items), .list(let items), .set(let items), .slots(let items),
      .instance(let items):
      held = items
    case .dictionary(let entries): held = entries.flatMap { [$0.key, $0.value] }
    default: held = []
    }
    return 1 + (inAll ? held.reduce(0) { $0 + $1.memoized(inAll: true) } : 0)
  }
}
