public import AddressSpace

extension RoomLoss {
  /// What an assertion says where more than `tolerance` went: how much, the space in a line, and
  /// what took it.
  ///
  /// - Parameters:
  ///   - title: what to call the process.
  ///   - recorder: the command that says who takes room, nil where none can.
  ///   - after: the later room.
  public func assertionText(
    of title: String, tolerance: ByteCount, recorder: String?, after: Room
  ) -> String {
    let style = Style(width: 100, isUnicode: true)
    let wording = Wording(room: after)
    let free = self.free > .zero ? "\(self.free) less is free" : nil
    let largest = self.largest > .zero ? "the largest free span is \(self.largest) smaller" : nil
    let limit = tolerance == .zero ? "nothing may go" : "at most \(tolerance) may go"
    let lost = [free, largest].compactMap { $0 }.joined(separator: ", ")
    var lines = ["\(title.printable): room was not kept: \(lost); \(limit)."]
    lines += after.strip(style)
    for taker in takers.prefix(3) {
      let region = after.regions[taker.region]
      let part = region.range == taker.range ? "" : "part of "
      lines.append(
        String.indent + "\(taker.range.size)".padded(left: 10) + "   \(taker.range.lower) " + part
          + wording.name(of: region, width: 50))
    }
    if takers.count > 3 { lines.append(String.indent + "and \(takers.count - 3) more") }
    if let recorder { lines.append("Who takes it:  " + recorder) }
    return lines.joined(separator: "\n")
  }
}
