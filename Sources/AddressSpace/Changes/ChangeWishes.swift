/// What a list of changes asks for together.
struct ChangeWishes: Sendable {
  /// The changes in the order in which they are applied.
  let changes: [Change]

  init(_ changes: [Change]) throws(ChangeError) {
    var slots: Set<String> = []
    for change in changes where !slots.insert(change.slot).inserted {
      throw .twice(change.slot)
    }
    let places = changes.indices.sorted {
      (changes[$0].rank, $0) < (changes[$1].rank, $1)
    }
    self.changes = places.map { changes[$0] }
  }

  /// The size of the pieces that buffers are asked for in, nil where they are whole.
  var tile: ByteCount? {
    changes.lazy.compactMap { change -> ByteCount? in
      if case .tile(let size) = change { size } else { nil }
    }.first
  }

  /// Those that a restart of a Linux program brings about.
  var restarting: [Change] {
    changes.filter { change in
      switch change {
      case .layout, .topDown, .withoutRandomization, .threadStack, .resourceLimit(.stack, _): true
      default: false
      }
    }
  }
}
