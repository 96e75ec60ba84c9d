extension PythonSizes {
  func dictionary(_ entries: [PythonObject.Entry]) -> [Part] {
    let size = DictionaryGrowth(build).tableSize(holding: entries.count)
    guard entries.count > 0 || !hasSharedEmptyKeys else { return [dictionaryObject] }
    return dictionary(tableSize: size, isText: hasTextKeys(entries))
  }

  /// Whether all keys are strings; shared ones are taken to be.
  func hasTextKeys(_ entries: [PythonObject.Entry]) -> Bool {
    entries.allSatisfy { entry in
      switch entry.key {
      case .shared, .str, .text: true
      default: false
      }
    }
  }

  /// A dictionary with a table of so many places.
  func dictionary(tableSize: Int, isText: Bool) -> [Part] {
    guard build.isSince(3, 3) || tableSize > 8 else { return [dictionaryObject] }
    return [dictionaryObject, table(tableSize, isText: isText)]
  }

  /// Since 3.8 all empty dictionaries share one table.
  private var hasSharedEmptyKeys: Bool { build.isSince(3, 8) }

  /// A dictionary without a table of its own.
  var dictionaryObject: Part {
    Part(
      bytes: collectorHead + dictionaryBytes,
      kind: build.isSince(2, 4) ? .cached(.dictionary) : .object)
  }

  private var dictionaryBytes: UInt64 {
    // Until 3.2: count, type, fill, use, mask, table, look-up, and 8 places.
    guard build.isSince(3, 3) else { return (7 + 8 * 3) * word }
    // Count, type, use, keys, values; since 3.6 a version of 8 bytes.
    guard build.isSince(3, 6) else { return 5 * word }
    return build.alignsLongNumbers ? Self.roundedUp(3 * word, to: 8) + 8 + 2 * word : 5 * word + 8
  }

  /// A table of so many places.
  func table(_ size: Int, isText: Bool) -> Part {
    let places = UInt64(size)
    guard build.isSince(3, 3) else { return Part(bytes: places * 3 * word, kind: .buffer) }
    guard build.isSince(3, 6) else {
      return Part(bytes: (4 + places * 3) * word, kind: .buffer)
    }
    let index: UInt64 = size < 256 ? 1 : size < 65536 ? 2 : 4
    let entries = UInt64(DictionaryGrowth(build).usable(size))
    let isSmall = isText && build.isSince(3, 11)
    // Five words; since 3.11 one, four bytes of sizes, a version of four, two words.
    let header = build.isSince(3, 11) ? 3 * word + 8 : 5 * word
    let bytes = header + places * index + entries * (isSmall ? 2 : 3) * word
    let isKept = size == 8 && (build.isSince(3, 11) ? isText : build.isSince(3, 10))
    return Part(bytes: bytes, kind: isKept ? .cached(.table) : .object)
  }
}
