internal import AddressSpace

extension PythonInterpreter {
  /// Copies a list deep (`copy.deepcopy`) whose items are immutable and hold nothing that is not:
  /// the copy refers to the same items.
  ///
  /// Until 3.2 every item is remembered all the same, by a number that holds its address, in a
  /// dictionary and in a list.
  ///
  /// - Throws: where there is no room; nothing is left of the copy then.
  public mutating func copyDeep<System, Heap>(
    _ list: PythonList, in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) -> PythonList {
    let shared = ObjectRecipe(.shared, sizes: sizes)
    var copy = try emptyList(items: shared, in: &memory)
    var memo: PythonMemo?
    do {
      if !build.isSince(3, 3) {
        memo = try emptyMemo([], in: &memory)
        memo?.alive = try emptyList(items: shared, in: &memory)
      }
      try copyItems(list.items.count, to: &copy, remembered: &memo, in: &memory)
    } catch {
      if let memo { drop(memo, in: &memory) }
      drop(copy, in: &memory)
      throw error
    }
    if let memo { drop(memo, in: &memory) }
    settle(in: &memory)
    return copy
  }

  private mutating func copyItems<System, Heap>(
    _ count: Int, to copy: inout PythonList, remembered memo: inout PythonMemo?,
    in memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    var done = 0
    for event in growthOfCopies(count, isRemembered: memo != nil) {
      if memo != nil {
        try remember(event.object + 1 - done, in: &memo, &memory)
      }
      done = event.object + 1
      switch event.target {
      case .list: try resize(&copy, to: event.size, used: event.object, in: &memory)
      case .alive:
        if var alive = memo?.alive {
          try resize(&alive, to: event.size, used: event.object, in: &memory)
          memo?.alive = alive
        }
      case .table:
        if var known = memo {
          let part = sizes.table(event.size, isText: false)
          try growTable(of: &known, to: part, in: &memory)
          memo = known
        }
      }
    }
    if memo != nil { try remember(count - done, in: &memo, &memory) }
    copy.items.count = count
    touch(copy, items: count, in: &memory)
    if let alive = memo?.alive { touch(alive, items: count, in: &memory) }
  }

  private mutating func remember<System, Heap>(
    _ count: Int, in memo: inout PythonMemo?, _ memory: inout ProgramMemory<System, Heap>
  ) throws(PythonMemoryError) {
    guard var known = memo else { return }
    defer { memo = known }
    try make(count, more: &known.entries, in: &memory)
  }

  /// What grows while items are copied, at which of them.
  private func growthOfCopies(_ count: Int, isRemembered: Bool) -> [GrowthEvent] {
    var events: [GrowthEvent] = []
    var before = 0
    for capacity in ListGrowth(build).capacities(upTo: count) {
      if isRemembered { events.append(GrowthEvent(object: before, target: .alive, size: capacity)) }
      events.append(GrowthEvent(object: before, target: .list, size: capacity))
      before = capacity
    }
    if isRemembered {
      events += DictionaryGrowth(build).tables(upTo: count).dropFirst().map {
        GrowthEvent(object: $0.from - 1, target: .table, size: $0.size)
      }
    }
    // For each item first it is remembered, then kept alive, then appended.
    return events.enumerated().sorted { left, right in
      (left.element.object, left.element.order, left.offset)
        < (right.element.object, right.element.order, right.offset)
    }.map(\.element)
  }
}

extension GrowthEvent {
  fileprivate var order: Int {
    switch target {
    case .table: 0
    case .alive: 1
    case .list: 2
    }
  }
}

extension PythonInterpreter {
  /// Drops a list after another one of as many items came to refer to all that it holds: `list(x)`,
  /// then `x` goes.
  public mutating func hand<System, Heap>(
    over list: PythonList, to other: inout PythonList,
    in memory: inout ProgramMemory<System, Heap>
  ) {
    other.items = list.items
    var empty = list
    empty.items = PythonObjects(ObjectRecipe(.shared, sizes: sizes))
    drop(empty, in: &memory)
  }
}
