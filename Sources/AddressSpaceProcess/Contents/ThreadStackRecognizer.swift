import AddressSpace

/// Stacks of glibc's threads: those that glibc made, those that the program gave, and those kept for
/// the next thread. Their descriptors tell where they begin, so stacks whose mappings have merged with
/// others are found too.
struct ThreadStackRecognizer: ContentRecognizer {
  init?(_ scene: borrowing ContentScene) {
    guard !scene.threads.isEmpty else { return nil }
  }

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    var pieces: [ContentFacts.Piece] = []
    for thread in scene.threads where thread.isSelfProved {
      if let piece = piece(of: thread, scene) { pieces.append(piece) }
    }
    return pieces
  }

  /// The stack of a thread; of the first one, whose stack the kernel made, the pages that hold its
  /// descriptor.
  private func piece(
    of thread: GlibcDescriptor, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    let isLive = thread.thread > 0
    if let stack = thread.stack, scene.map.region(at: stack.lower) != nil {
      return ContentFacts.Piece(stack, Origin(isLive ? .threadStack : .cachedStack, .certain))
    }
    let page = ByteCount.kibibytes(4)
    guard isLive, let upper = thread.head.upper.roundedUp(to: page) else { return nil }
    return AddressRange(thread.head.lower.roundedDown(to: page), upper).map {
      ContentFacts.Piece($0, Origin(.firstThread, .certain))
    }
  }
}
