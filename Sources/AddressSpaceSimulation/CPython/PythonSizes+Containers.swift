extension PythonSizes {
  func tuple(_ count: Int) -> [Part] {
    guard count > 0 else { return [] }
    let hash = build.isSince(3, 14) ? word : 0
    let bytes = collectorHead + countedHead + hash + UInt64(count) * word
    let most = build.isSince(3, 10) ? 20 : 19
    return [Part(bytes: bytes, kind: count <= most ? .cached(.tuple(count)) : .object)]
  }

  /// A list with room for so many items.
  func list(capacity: Int) -> [Part] {
    // Count, type, length, items; since 2.4 room.
    let object = Part(
      bytes: collectorHead + (build.isSince(2, 4) ? 5 : 4) * word, kind: .cached(.list))
    return capacity == 0
      ? [object] : [object, Part(bytes: UInt64(capacity) * word, kind: .buffer)]
  }

  func set(_ count: Int) -> [Part] {
    // Since 2.4: count, type, fill, use, mask, table, 8 entries, hash, weak references; a function
    // to look up, later a place to go on from.
    let object = Part(
      bytes: collectorHead + (9 + 16) * word,
      kind: build.isSince(2, 5) && !build.isSince(3, 4) ? .cached(.set) : .object)
    let table = SetGrowth(build).tableSize(holding: count)
    return table == 8
      ? [object] : [object, Part(bytes: UInt64(table) * 2 * word, kind: .buffer)]
  }

  func instance(_ count: Int) -> [Part] {
    guard count > 0 else { return [Part(bytes: instanceBytes)] }
    guard build.isSince(3, 3) else {
      let table = DictionaryGrowth(build).tableSize(holding: count)
      let parts = dictionary(tableSize: table, isText: true).map { part in
        Part(bytes: part.bytes, kind: part.kind, uncounted: part.bytes)
      }
      return [Part(bytes: instanceBytes)] + parts
    }
    if build.isSince(3, 11) {
      // Room for one attribute more, and a byte for each.
      let places = UInt64(count + 1)
      if build.isSince(3, 13) {
        let values = Self.roundedUp(places, to: word) + (places + 1) * word
        return [Part(bytes: instanceBytes + values, uncounted: values)]
      }
      let values = Self.roundedUp(places + 2, to: word) + places * word
      return [
        Part(bytes: instanceBytes), Part(bytes: values, kind: .buffer, uncounted: values),
      ]
    }
    // A dictionary whose keys are the class's: of its own it has values only.
    let growth = DictionaryGrowth(build)
    var size = build.isSince(3, 6) ? 8 : 4
    while growth.usable(size) < count { size *= 2 }
    var dictionary = dictionaryObject
    dictionary.uncounted = dictionary.bytes
    let values = UInt64(growth.usable(size)) * word
    return [
      Part(bytes: instanceBytes), dictionary,
      Part(bytes: values, kind: .buffer, uncounted: values),
    ]
  }

  /// An instance without its attributes: since 3.11 two pointers stand before it.
  private var instanceBytes: UInt64 {
    if build.isSince(3, 12) { return collectorHead + head + 2 * word }
    return collectorHead + head + (build.isSince(3, 11) ? 3 : 2) * word
  }
}
