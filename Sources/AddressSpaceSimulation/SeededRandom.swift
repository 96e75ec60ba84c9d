/// Random numbers that are the same for the same seed, everywhere and in every version.
///
/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014). What the
/// standard library draws from a generator may change with its version, so draws are made here.
public struct SeededRandom: Sendable {
  private var state: UInt64

  /// The numbers of a seed.
  public init(seed: UInt64) {
    state = seed
  }

  /// The numbers of one run among many, whatever numbers the other runs draw.
  public init(seed: UInt64, run: Int) {
    var seeds = SeededRandom(seed: seed)
    self.init(seed: seeds.next() ^ Self.mixed(UInt64(truncatingIfNeeded: run)))
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mixed(state)
  }

  /// A number of so many random bits, at most 64.
  public mutating func next(bits: Int) -> UInt64 {
    bits <= 0 ? 0 : next() >> UInt64(max(0, 64 - bits))
  }

  /// A number below `count`, each as likely; 0 where `count` is 0.
  public mutating func next(below count: UInt64) -> UInt64 {
    guard count > 1 else { return 0 }
    var product = next().multipliedFullWidth(by: count)
    // Lemire, "Fast random integer generation in an interval", 2019.
    let threshold = (0 &- count) % count
    while product.low < threshold { product = next().multipliedFullWidth(by: count) }
    return product.high
  }

  private static func mixed(_ value: UInt64) -> UInt64 {
    var bits = value
    bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
    return bits ^ (bits >> 31)
  }
}
