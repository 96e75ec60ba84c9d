import AddressSpace

/// How forecasts of threads are put into words.
extension Wording {
  /// How many more threads can start, and what is wrong where none can.
  func sentence(forThreads buffer: BufferForecast, _ style: Style) -> String {
    let number = Self.number(of: buffer)
    let what = "with stacks of \(buffer.request.bytes)"
    guard buffer.fits == 0 else {
      return style.paint("\(number) more", .good)
        + " thread\(buffer.fits == 1 ? "" : "s") \(what) can start."
    }
    let none =
      style.paint(buffer.bound == .atLeast ? "Perhaps no" : "No", .bad)
      + " thread \(what) can start"
    return switch buffer.verdict {
    case .fragmented: none + ": free, but in pieces."
    case .exhausted: none + ": too little free."
    case .limited: none + (buffer.limitingWall.map { ": " + Self.refusal($0) } ?? "") + "."
    case .fits: none + "."
    }
  }
}
