extension RecordingReport {
  /// The first screen: what was recorded, how the room went, what took it, who holds it, what to do.
  ///
  /// - Parameter stacks: whether whole stacks are shown and not only their most telling frames.
  public func text(_ style: Style, stacks: Bool = false) -> String {
    let screen = RecordingScreen(report: self, style: style, showsStacks: stacks)
    return screen.sections.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }
}
