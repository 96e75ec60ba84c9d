import AddressSpace

/// Work buffers of OpenBLAS: large mappings whose beginnings stand in the library's own tables.
struct OpenBLASRecognizer: ContentRecognizer {
  init?(_ scene: borrowing ContentScene) {
    let isThere = scene.modules.contains { $0.contains("openblas") }
    guard isThere else { return nil }
  }

  /// What builds choose as `BUFFER_SIZE`, largest first.
  private static let sizes: [ByteCount] = [
    .mebibytes(128), .mebibytes(64), .mebibytes(32), .mebibytes(16),
  ]
  /// The largest stretch of the library's data that is searched, and all of them together.
  private static let largestData = ByteCount.mebibytes(8)
  private static let mostData = ByteCount.mebibytes(32)

  func survey(_ scene: borrowing ContentScene) -> [ContentFacts.Piece] {
    let starts = starts(scene)
    // Each ends where the next begins or its mapping ends; all are of one size.
    let size = Self.sizes.first { size in
      starts.allSatisfy { start in
        guard let region = scene.map.region(at: start), size <= region.range.upper - start else {
          return false
        }
        return start + size == region.range.upper || starts.contains(start + size)
      }
    }
    let origin = Origin(.openBLAS, size == nil ? .likely : .certain)
    return starts.sorted().compactMap { start in
      let smallest = ByteCount.mebibytes(16)
      return AddressRange(start, start + (size ?? smallest)).map { ContentFacts.Piece($0, origin) }
    }
  }

  /// The page-aligned pointers in the library's data with room for a buffer behind them.
  private func starts(_ scene: borrowing ContentScene) -> Set<Address> {
    var starts: Set<Address> = []
    var isLibrary = false
    var read = ByteCount.zero
    for region in scene.map.regions {
      if !region.isUnnamed {
        isLibrary = region.kind == .image && region.name.contains("openblas")
      }
      guard isLibrary, region.kind == .image, region.access.contains(.write),
        region.size <= Self.largestData, read <= Self.mostData,
        let bytes = scene.memory.bytes(at: region.range.lower, count: Int(region.size.value))
      else { continue }
      read += region.size
      let width = Int(scene.width)
      for offset in stride(from: 0, to: bytes.count - width + 1, by: width) {
        guard bytes[offset] == 0, bytes[offset + 1] & 0x0F == 0 else { continue }
        let start = Address(bytes[offset..<offset + width].littleEndian)
        guard start.value > 0, let target = scene.map.region(at: start), target.isPlainMemory,
          target.kind != .image, target.range.upper - start >= .mebibytes(16)
        else { continue }
        starts.insert(start)
      }
    }
    return starts
  }
}
