/// The requests that one object and all that it alone holds cause, in the order they are made.
struct ObjectRecipe: Hashable, Sendable {
  var steps: [Step] = []
  /// The steps whose blocks stay, in the order they are freed in.
  var freed: [Int] = []

  struct Step: Hashable, Sendable {
    var part: PythonSizes.Part
    /// Whether its block is given up for that of the next step: a table that was outgrown.
    var isPassing = false
  }

  init(_ object: PythonObject, sizes: PythonSizes) {
    freed = add(object, sizes)
  }

  /// Adds what an object and all it holds ask for; says in what order its blocks are freed.
  private mutating func add(_ object: PythonObject, _ sizes: PythonSizes) -> [Int] {
    let parts = sizes.parts(of: object)
    switch object {
    case .tuple(let items), .list(let items):
      // The last item goes first.
      let held = hold(items, sizes)
      return held.reversed().flatMap { $0 } + take(parts).reversed()
    case .set(let items):
      return hold(items, within: parts, sizes)
    case .slots(let values), .instance(let values):
      return hold(values, within: parts, sizes)
    case .dictionary(let entries):
      return hold(
        entries.flatMap { [$0.key, $0.value] }, within: parts, sizes,
        outgrowing: sizes.outgrownTables(of: entries))
    default:
      return take(parts).reversed()
    }
  }

  /// What an object holds that is there before it has its items; its blocks after theirs.
  private mutating func hold(
    _ items: [PythonObject], within parts: [PythonSizes.Part], _ sizes: PythonSizes,
    outgrowing outgrown: [PythonSizes.Part] = []
  ) -> [Int] {
    let object = take(parts.prefix(1))
    let held = hold(items, sizes)
    steps += outgrown.map { Step(part: $0, isPassing: true) }
    let others = take(parts.dropFirst())
    return held.flatMap { $0 } + others.reversed() + object
  }

  private mutating func hold(_ items: [PythonObject], _ sizes: PythonSizes) -> [[Int]] {
    var freed: [[Int]] = []
    for item in items { freed.append(add(item, sizes)) }
    return freed
  }

  private mutating func take(_ parts: some Sequence<PythonSizes.Part>) -> [Int] {
    let first = steps.count
    steps += parts.map { Step(part: $0) }
    return Array(first..<steps.count)
  }
}

extension PythonSizes {
  /// The tables that a dictionary outgrew while it was filled.
  func outgrownTables(of entries: [PythonObject.Entry]) -> [Part] {
    let tables = DictionaryGrowth(build).tables(upTo: entries.count).dropLast()
    let isText = hasTextKeys(entries)
    return tables.compactMap { table in
      // Until 3.2 the first table is part of the object.
      build.isSince(3, 3) || table.size > 8 ? self.table(table.size, isText: isText) : nil
    }
  }
}
