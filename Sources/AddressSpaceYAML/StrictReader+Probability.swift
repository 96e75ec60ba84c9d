import AddressSpace

extension StrictReader {
  /// `probability` beside a rule's key: in how many runs it has to hold; nil where nothing is said.
  func probability() throws(YAMLError) -> RequiredShare? {
    guard let entry = entry("probability") else { return nil }
    let text = try entry.text()
    guard let share = RequiredShare(text: text) else {
      throw YAMLError(
        entry.value.place,
        .impossible(
          "\(quoted(text)) is no share of runs. Write more than 0 and at most all of them, as in "
            + "95%, 0.95 or 19/20."))
    }
    return share
  }
}
