import AddressSpace

/// Chunks of CPython's stack of frames (3.11 and up): each leads to the one before it, tells its
/// size and how much of it is used, and begins with a frame, which begins with what it runs.
struct PythonFrameRecognizer: ContentRecognizer {
  init?(_ scene: borrowing ContentScene) {
    guard scene.hasPython else { return nil }
  }

  /// The smallest chunk (`DATA_STACK_CHUNK_SIZE`); larger ones are doubled until a frame fits.
  private static let smallest: UInt64 = 16 << 10
  private static let largest: UInt64 = 1 << 30

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    // _PyStackChunk: previous, size, top, data.
    guard let words = scene.memory.words(at: start, count: 5) else { return nil }
    let (previous, size, top) = (words[0], words[1], words[2])
    guard Self.isSize(size), size <= (run.upper - start).value, top < size / scene.width,
      previous == 0 || isChunk(previous, scene)
    else { return nil }
    // The first word of the first chunk stays empty.
    let frame = words[previous == 0 ? 4 : 3]
    guard frame != 0, isObject(frame & ~3, scene) else { return nil }
    return AddressRange(start, start + ByteCount(size)).map {
      ContentFacts.Piece($0, Origin(.pythonFrames, .certain))
    }
  }

  private static func isSize(_ size: UInt64) -> Bool {
    size >= smallest && size <= largest && size.nonzeroBitCount == 1
  }

  private func isChunk(_ address: UInt64, _ scene: borrowing ContentScene) -> Bool {
    guard address % 4096 == 0,
      let words = scene.memory.words(at: Address(address), count: 3)
    else { return false }
    return Self.isSize(words[1]) && words[2] < words[1] / scene.width
  }

  /// Whether an object of Python can lie at an address: it counts its users and leads to its type.
  private func isObject(_ address: UInt64, _ scene: borrowing ContentScene) -> Bool {
    guard address % scene.width == 0, scene.isReadable(address),
      let words = scene.memory.words(at: Address(address), count: 2)
    else { return false }
    return words[0] != 0 && words[1] % scene.width == 0 && scene.isReadable(words[1])
  }
}

extension ContentScene {
  /// Whether CPython is in the process: the program, its library, or an extension module.
  var hasPython: Bool { modules.contains { $0.contains("python") } }
}
