extension PythonSizes {
  /// Nothing where the string is one of those that there is one of: without characters, or with one.
  func bytes(_ count: Int) -> [Part] {
    guard count > 1 else { return [] }
    // Until 2.6 and 3.0 the whole structure, rounded up to words, and the characters.
    let isTight = build.isSince(3, 1) || (build.version.major == 2 && build.isSince(2, 7))
    let hash = build.isSince(3, 2) ? word : build.longBytes
    let fixed = countedHead + hash + (build.version.major == 2 ? 4 : 0) + 1
    let bytes = (isTight ? fixed : Self.roundedUp(fixed, to: word)) + UInt64(count)
    return [Part(bytes: bytes)]
  }

  func text(_ count: Int, _ widest: PythonObject.Width) -> [Part] {
    guard count > (widest.rawValue > 1 ? 0 : 1) else { return [] }
    guard build.isSince(3, 3) else { return oldText(count, widest) }
    // Count, type, length, hash, state; until 3.11 a pointer to wide characters.
    let ascii = 4 * word + word + (build.isSince(3, 12) ? 0 : word)
    // Two words for UTF-8, until 3.11 one for the length of wide characters.
    let others = ascii + (build.isSince(3, 12) ? 2 : 3) * word
    let characters = UInt64(count) + 1
    return widest == .ascii
      ? [Part(bytes: ascii + characters)]
      : [Part(bytes: others + characters * widest.rawValue)]
  }

  /// Until 3.2: an object, and a buffer of characters that are all as wide.
  private func oldText(_ count: Int, _ widest: PythonObject.Width) -> [Part] {
    let isPaired = widest == .ucs4 && build.characterBytes == 2
    let characters = UInt64(count) * (isPaired ? 2 : 1) + 1
    // Count, type, length, characters, hash, encoded form; 3.0 to 3.2 also a state.
    let object = (build.version.major == 2 ? 6 : 7) * word
    // Buffers of up to 8 characters stay with a dead string.
    return [
      Part(bytes: object, kind: .cached(.text)),
      Part(
        bytes: characters * build.characterBytes,
        kind: characters <= 9 ? .cached(.characters(Int(characters))) : .object),
    ]
  }

  func byteArray(_ count: Int) -> [Part] {
    // Count, type, length, exports, room, bytes; since 3.4 also where they start.
    let object = (build.isSince(3, 4) ? 7 : 6) * word
    let bytes = UInt64(count) + 1
    guard count > 0 else { return [Part(bytes: object)] }
    // Since 3.4 the bytes come from the allocator of objects, before from `PyMem_Malloc`.
    return [
      Part(bytes: object), Part(bytes: bytes, kind: build.isSince(3, 4) ? .object : .buffer),
    ]
  }

  func array(_ items: Int, _ itemBytes: Int) -> [Part] {
    // Count, type, length, items, room, kind, weak references; since 3.0 exports.
    let object = (build.isSince(3, 0) ? 8 : 7) * word
    let head = build.isSince(3, 10) ? collectorHead : 0
    guard items > 0 else { return [Part(bytes: head + object)] }
    return [
      Part(bytes: head + object), Part(bytes: UInt64(items) * UInt64(itemBytes), kind: .buffer),
    ]
  }
}

extension PythonSizes {
  /// What a `bytes` of Python 3 takes besides its bytes.
  var bytesHeader: UInt64 { countedHead + word + 1 }
}
