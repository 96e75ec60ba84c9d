/// Pins dealt out by the buffers they gain.
///
/// Few lists of gains are different, so this orders a million pins without comparing them.
struct PinsByGain {
  private var places: [[UInt64]: Int] = [:]
  private var piles: [(gain: [UInt64], pins: [Pin])] = []
  /// Those that gain nothing: in most spaces nearly all.
  private var others: [Pin] = []

  init(capacity: Int) {
    others.reserveCapacity(capacity)
  }

  /// Puts a pin after those of equal gain.
  mutating func add(_ pin: Pin) {
    guard pin.gainsBuffers else { return others.append(pin) }
    guard let place = places[pin.bufferGain] else {
      places[pin.bufferGain] = piles.count
      piles.append((pin.bufferGain, [pin]))
      return
    }
    var pin = pin
    // One list for all of them takes less memory.
    pin.bufferGain = piles[place].gain
    piles[place].pins.append(pin)
  }

  /// Takes all pins out, behind those of `head`: those that gain most first, those of equal gain in the
  /// order in which they came.
  mutating func takeAll(behind head: [Pin]) -> [Pin] {
    piles.sort { $1.gain.lexicographicallyPrecedes($0.gain) }
    // The many are moved, not copied.
    var ordered: [Pin] = []
    swap(&ordered, &others)
    ordered.insert(contentsOf: head + piles.flatMap(\.pins), at: 0)
    (places, piles) = ([:], [])
    return ordered
  }
}

extension Pin {
  /// Whether any more buffers would fit without it.
  var gainsBuffers: Bool { bufferGain.contains { $0 > 0 } }
}
