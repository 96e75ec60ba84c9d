/// V8's heap by its shape: pages of 256 KiB at multiples of that, each at an address of its own; and
/// a range of addresses for code, in which some may run.
package struct V8Shapes: OriginRule {
  private let runs: PrivateRuns
  private let certainty: Origin.Certainty

  package init?(_ scene: OriginScene) {
    guard scene.system == .linux else { return nil }
    let isNamed = Self.isNamed(by: scene.modules)
    let isSeen = scene.facts.contents?.pieces.contains { $0.origin.owner == .v8Heap } == true
    let pages = scene.regions.indices.count { Self.isLonePage($0, scene) }
    guard isNamed || isSeen || pages >= Self.manyPages else { return nil }
    runs = PrivateRuns(scene.regions)
    certainty = isNamed || isSeen ? .likely : .possible
  }

  /// Whether the files of a process are those of a program that has V8 in it.
  package static func isNamed(by modules: Set<String>) -> Bool {
    modules.contains { name in names.contains(where: name.hasPrefix) }
  }

  static let names = [
    "node", "libnode", "libv8", "d8", "chrome", "chromium", "content_shell", "msedge", "electron",
    "libcef", "libmini_racer",
  ]

  /// `kPageSize` and alignment of V8's heap (`MemoryChunk`, src/common/globals.h).
  static let page = ByteCount.kibibytes(256)
  /// So many pages of that size and alignment, touching nothing, are not made by chance.
  private static let manyPages = 16

  package func origin(at index: Int, in scene: OriginScene) -> Origin? {
    let region = scene.regions[index]
    guard region.isPrivateUnnamed, let run = runs.run(of: index) else { return nil }
    if region.isPlainCode { return Origin(.v8Code, certainty) }
    if isPartOfWasm(index, scene) { return Origin(.wasmMemory, certainty) }
    let hasCode = run.indices.contains { scene.regions[$0].isPlainCode }
    if region.isPlainReserve, hasCode || scene.below(index)?.isCopyOfCode == true {
      return Origin(.v8Code, certainty)
    }
    if hasCode, region.isPlainMemory, region.size < Self.page {
      return Origin(.v8Code, certainty)
    }
    if Self.isLonePage(index, scene) { return Origin(.v8Heap, certainty) }
    let isAlone = run.indices.count == 1 && !region.access.isNone
    let isAligned = region.range.lower.value % Self.page.value == 0
    return isAlone && isAligned ? Origin(.v8Heap, .possible) : nil
  }

  private static func isLonePage(_ index: Int, _ scene: OriginScene) -> Bool {
    let region = scene.regions[index]
    return region.size == page && region.range.lower.value % page.value == 0
      && region.kind == .anonymous && region.isPlainMemory
      && scene.below(index) == nil && scene.above(index) == nil
  }

  /// Memory of WebAssembly: some pages of 64 KiB, above them what it may grow to, or on 64-bit
  /// systems all that an index of 32 bits can reach, with a guard below.
  private func isPartOfWasm(_ index: Int, _ scene: OriginScene) -> Bool {
    let region = scene.regions[index]
    let above = scene.above(index)
    if region.isPlainMemory { return Self.isWasm(region, reserve: above, scene.wordSize) }
    guard region.isPlainReserve else { return false }
    if let below = scene.below(index), Self.isWasm(below, reserve: region, scene.wordSize) {
      return true
    }
    return scene.wordSize == .bits64 && region.size >= .gibibytes(1)
      && index + 2 < scene.regions.count
      && above.map { Self.isWasm($0, reserve: scene.above(index + 1), .bits64) } ?? false
  }

  private static func isWasm(_ memory: Region, reserve: Region?, _ wordSize: WordSize) -> Bool {
    let page = ByteCount.kibibytes(64).value
    guard let reserve, reserve.isPlainReserve, memory.isPlainMemory, memory.kind == .anonymous,
      memory.range.lower.value % page == 0, memory.size.value % page == 0
    else { return false }
    return wordSize == .bits32 ? reserve.size.value % page == 0 : reserve.size >= .gibibytes(4)
  }
}

extension Region {
  /// Whether it is code of the program's file that can have been mapped once more.
  fileprivate var isCopyOfCode: Bool {
    kind == .image && access.contains(.execute) && !isImageName(name)
  }
}
