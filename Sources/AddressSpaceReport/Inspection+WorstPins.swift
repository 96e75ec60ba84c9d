import AddressSpace

extension Inspection {
  /// The pins that would bring something, those to ask for first: what gives more than it holds, then
  /// the others, then what cannot go.
  var worstPins: [Pin] {
    var giving: [Pin] = []
    var others: [Pin] = []
    var fixed: [Pin] = []
    for pin in pins where pin.largestGain > .zero || pin.bufferGain.contains(where: { $0 > 0 }) {
      if pin.action == .fixed {
        fixed.append(pin)
      } else if givesMoreThanItHolds(pin) {
        giving.append(pin)
      } else {
        others.append(pin)
      }
    }
    return giving + others + fixed
  }

  /// Freeing a buffer to get a buffer is no news; a small thing that splits a large span is.
  private func givesMoreThanItHolds(_ pin: Pin) -> Bool {
    let twice = pin.range.size.adding(pin.range.size) ?? pin.range.size
    return pin.largestGain > twice
      || zip(buffers, pin.bufferGain).contains { buffer, gain in
        (buffer.footprint.multiplied(by: gain) ?? .zero) > twice
      }
  }
}
