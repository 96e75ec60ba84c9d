public import AddressSpace

/// One boot of Windows: the bases that its images have in every process.
public struct WindowsBoot: Sendable {
  /// The bases of images so far, by name.
  public private(set) var bases: [String: Address] = [:]
  private var area: ImageArea?

  /// The group of images that the session manager loads before any program, `ntdll.dll` first.
  static let known = "known"
  /// The group of images that 64-bit Windows maps into 32-bit programs.
  static let wow64 = "wow64"
  /// The group of images that other programs may have loaded before.
  static let common = "common"

  /// Boots a model.
  ///
  /// Draws: the bias, the order of the known images, which common ones others have loaded before,
  /// how much others have loaded in all, and how that lies between the common ones.
  public init(_ model: WindowsModel, _ catalogue: ImageCatalogue, random: inout SeededRandom) {
    guard let bits = model.rules.imageBiasBits else { return }
    area = ImageArea(bias: random.next(bits: bits), below: ImageArea.top(in: model))
    let wow64 = model.isWoW64 ? catalogue.group(Self.wow64, in: model.version) : []
    var known = catalogue.group(Self.known, in: model.version) + wow64
    if let first = known.first {
      _ = base(of: first)
      known.removeFirst()
    }
    if model.rules.shufflesKnownImages { random.shuffle(&known) }
    for image in known { _ = base(of: image) }
    loadElsewhere(catalogue.group(Self.common, in: model.version), model.rules, &random)
  }

  /// Lets other programs load half of the common images, and others between them.
  private mutating func loadElsewhere(
    _ common: [Image], _ rules: WindowsRules, _ random: inout SeededRandom
  ) {
    var loaded = common.filter { _ in random.next(bits: 1) == 1 }
    random.shuffle(&loaded)
    let (least, most) = (rules.loadedElsewhere.lowerBound, rules.loadedElsewhere.upperBound)
    let total = least.value + random.next(below: most.value - least.value + 1)
    let own = loaded.reduce(0) { $0 + ImageArea.count($1.size) }
    let others = ImageArea.count(ByteCount(total)).subtractingOrZero(own)
    // Where the others end, in the order of loading.
    let ends = loaded.map { _ in random.next(below: others + 1) }.sorted()
    var done: UInt64 = 0
    for (image, end) in zip(loaded, ends) {
      area?.skip(end - done)
      done = end
      _ = base(of: image)
    }
    area?.skip(others - done)
  }

  /// The base of an image in this boot, the same from the first time it is asked for; nil where
  /// images are not moved, or the area has no room.
  public mutating func base(of image: Image) -> Address? {
    if let base = bases[image.name] { return base }
    guard let base = area?.take(image.size) else { return nil }
    bases[image.name] = base
    return base
  }
}

extension UInt64 {
  fileprivate func subtractingOrZero(_ other: UInt64) -> UInt64 { self - Swift.min(self, other) }
}

extension SeededRandom {
  /// Puts elements into an order of which each is as likely (Fisher and Yates).
  mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for last in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(last, Int(next(below: UInt64(last + 1))))
    }
  }
}
