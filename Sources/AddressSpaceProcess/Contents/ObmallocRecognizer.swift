import AddressSpace

/// Arenas of CPython's allocator of small objects: cut into pools, each with a header that tells
/// its size class, the arena it belongs to and how far its blocks were ever used.
struct ObmallocRecognizer: ContentRecognizer {
  private let geometries: [Geometry]

  /// What decides where pools lie and what their headers hold (CPython `obmalloc.c`).
  private struct Geometry {
    let arena: UInt64
    let pool: UInt64
    let alignment: UInt64
    /// `pool_header`: the bytes that it takes at a pool's beginning.
    let overhead: UInt64
  }

  init?(_ scene: borrowing ContentScene) {
    guard scene.hasPython else { return nil }
    switch scene.wordSize {
    case .bits32:
      geometries = [Geometry(arena: 1 << 18, pool: 1 << 12, alignment: 8, overhead: 32)]
    case .bits64:
      // From 3.10 on; from 3.7 on; before.
      geometries = [
        Geometry(arena: 1 << 20, pool: 1 << 14, alignment: 16, overhead: 48),
        Geometry(arena: 1 << 18, pool: 1 << 12, alignment: 16, overhead: 48),
        Geometry(arena: 1 << 18, pool: 1 << 12, alignment: 8, overhead: 48),
      ]
    }
  }

  /// How many pools of an arena are looked at.
  private static let samples: UInt64 = 16

  func piece(
    at start: Address, in run: AddressRange, _ scene: borrowing ContentScene
  ) -> ContentFacts.Piece? {
    for geometry in geometries {
      guard geometry.arena <= (run.upper - start).value,
        let base = start.roundedUp(to: ByteCount(geometry.pool)),
        let first = header(at: base, geometry, scene)
      else { continue }
      // An arena that begins inside a pool's place has one pool less.
      let pools = (geometry.arena - (base - start).value) / geometry.pool
      guard let used = usedPools(of: pools, from: base, like: first, geometry, scene) else {
        continue
      }
      return AddressRange(start, start + ByteCount(geometry.arena)).map {
        ContentFacts.Piece($0, Origin(.obmallocArena, used > 1 ? .certain : .likely))
      }
    }
    return nil
  }

  /// How many of the pools that are looked at were ever used, nil where one is no pool: they are
  /// used from the lowest on, and all lead to the same arena.
  private func usedPools(
    of count: UInt64, from base: Address, like first: Header, _ geometry: Geometry,
    _ scene: borrowing ContentScene
  ) -> Int? {
    var used = 1
    for sample in 1..<Self.samples {
      let place = base + ByteCount(sample * (count - 1) / (Self.samples - 1) * geometry.pool)
      guard let next = header(at: place, geometry, scene) else {
        // Never used, then: nothing behind it was either.
        let words = Int(geometry.overhead / scene.width)
        let top = base + ByteCount((count - 1) * geometry.pool)
        guard isEmpty(at: place, words, scene), isEmpty(at: top, words, scene) else { return nil }
        // The second pool is nearly always used where the first is.
        if used == 1, header(at: base + ByteCount(geometry.pool), geometry, scene) != nil {
          used += 1
        }
        return used
      }
      guard next.arena == first.arena else { return nil }
      used += 1
    }
    return used
  }

  private func isEmpty(
    at place: Address, _ count: Int, _ scene: borrowing ContentScene
  ) -> Bool {
    scene.memory.words(at: place, count: count)?.allSatisfy { $0 == 0 } == true
  }

  private struct Header {
    let arena: UInt64
  }

  /// The header of a pool: `ref.count`, `freeblock`, `nextpool`, `prevpool`, `arenaindex`, `szidx`,
  /// `nextoffset`, `maxnextoffset`; nil where these do not agree.
  private func header(
    at place: Address, _ geometry: Geometry, _ scene: borrowing ContentScene
  ) -> Header? {
    let width = Int(scene.width)
    guard let bytes = scene.memory.bytes(at: place, count: 4 * width + 16) else { return nil }
    func number(_ offset: Int, _ count: Int) -> UInt64 {
      bytes[offset..<offset + count].littleEndian
    }
    let numbers = 4 * width
    let sizeClass = number(numbers + 4, 4)
    let (next, last) = (number(numbers + 8, 4), number(numbers + 12, 4))
    guard sizeClass < 512 / geometry.alignment else { return nil }
    let block = (sizeClass + 1) * geometry.alignment
    let count = number(0, 4)
    let free = number(width, width)
    guard last == geometry.pool - block, count <= (geometry.pool - geometry.overhead) / block,
      next >= geometry.overhead + block, next <= geometry.pool + block,
      (next - geometry.overhead) % block == 0,
      free == 0 || place.value < free && free < place.value + geometry.pool
    else { return nil }
    return Header(arena: number(numbers, 4))
  }
}
