/// How the tables of dictionaries grow as keys are added (`Objects/dictobject.c`).
struct DictionaryGrowth: Sendable {
  private let build: PythonBuild

  init(_ build: PythonBuild) {
    self.build = build
  }

  /// How many keys a table of `size` places takes.
  func usable(_ size: Int) -> Int {
    build.isSince(3, 6) ? 2 * size / 3 : (2 * size + 1) / 3
  }

  /// The places of the next table, once `used` keys fill one of `size`.
  private func next(after size: Int, used: Int) -> Int {
    let wanted: Int
    if !build.isSince(3, 3) {
      wanted = used > 50_000 ? 2 * used : 4 * used
    } else if !build.isSince(3, 4) {
      wanted = 2 * used
    } else {
      wanted = build.isSince(3, 7) ? 3 * used : 2 * used + size / 2
    }
    var next = 8
    // Until 3.5 the table has to be larger than what is wanted, then at least as large.
    while build.isSince(3, 6) ? next < wanted : next <= wanted { next *= 2 }
    return next
  }

  /// The tables that a dictionary goes through until it holds `count` keys, added one by one: from
  /// how many keys on, and its places.
  func tables(upTo count: Int) -> [(from: Int, size: Int)] {
    var tables = [(from: 0, size: 8)]
    var size = 8
    while true {
      // Until 3.2 a table grows when a key fills two thirds of it, later before the next one.
      let isEager = !build.isSince(3, 3)
      let full = isEager ? (2 * size + 2) / 3 : usable(size)
      let from = isEager ? full : full + 1
      guard from <= count else { return tables }
      size = next(after: size, used: full)
      tables.append((from, size))
    }
  }

  /// The places of the table of a dictionary that `count` keys were added to.
  func tableSize(holding count: Int) -> Int {
    tables(upTo: count).last?.size ?? 8
  }
}

/// How the tables of sets grow as members are added (`Objects/setobject.c`).
struct SetGrowth: Sendable {
  private let build: PythonBuild

  init(_ build: PythonBuild) {
    self.build = build
  }

  /// The places of the table of a set that `count` members were added to.
  func tableSize(holding count: Int) -> Int {
    var size = 8
    while fullAt(size) <= count {
      let used = fullAt(size)
      let wanted = used > 50_000 ? 2 * used : 4 * used
      while size <= wanted { size *= 2 }
    }
    return size
  }

  /// The members at which a table grows.
  private func fullAt(_ size: Int) -> Int {
    let mask = size - 1
    if build.isSince(3, 7) { return (mask * 3 + 4) / 5 }
    return ((build.isSince(3, 6) ? mask : mask + 1) * 2 + 2) / 3
  }
}
