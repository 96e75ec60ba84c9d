extension PinRanking {
  /// The pins that would bring something, those to ask for first: what gives more than it holds, then
  /// the others, then what cannot go.
  ///
  /// - Parameter buffers: the forecasts in the order of `Pin.bufferGain`.
  public func worstPins(for buffers: [BufferForecast]) -> [Pin] {
    var giving: [Pin] = []
    var others: [Pin] = []
    var fixed: [Pin] = []
    for pin in gainingPins() {
      if pin.action == .fixed {
        fixed.append(pin)
      } else if pin.givesMoreThanItHolds(buffers) {
        giving.append(pin)
      } else {
        others.append(pin)
      }
    }
    return giving + others + fixed
  }
}

extension Pin {
  /// Freeing a buffer to get a buffer is no news; a small thing that splits a large span is.
  fileprivate func givesMoreThanItHolds(_ buffers: [BufferForecast]) -> Bool {
    let twice = range.size.adding(range.size) ?? range.size
    return largestGain > twice
      || zip(buffers, bufferGain).contains { buffer, gain in
        (buffer.footprint.multiplied(by: gain) ?? .zero) > twice
      }
  }
}
