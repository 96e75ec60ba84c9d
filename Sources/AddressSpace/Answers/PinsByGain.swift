/// Pins dealt out by the buffers they gain.
///
/// Few lists of gains are different, so this orders a million pins without comparing them.
struct PinsByGain {
  private var places: [[UInt64]: Int] = [:]
  private var piles: [(gain: [UInt64], pins: [Pin])] = []

  /// Puts a pin after those of equal gain, whose list it shares from now on.
  mutating func add(_ pin: Pin) {
    guard let place = places[pin.bufferGain] else {
      places[pin.bufferGain] = piles.count
      piles.append((pin.bufferGain, [pin]))
      return
    }
    var pin = pin
    pin.bufferGain = piles[place].gain
    piles[place].pins.append(pin)
  }

  /// All pins, those that gain most first, those of equal gain in the order in which they came.
  func ordered() -> [Pin] {
    var ordered: [Pin] = []
    ordered.reserveCapacity(piles.reduce(0) { $0 + $1.pins.count })
    for pile in piles.sorted(by: { $1.gain.lexicographicallyPrecedes($0.gain) }) {
      ordered += pile.pins
    }
    return ordered
  }
}
