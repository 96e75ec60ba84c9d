extension String {
  /// The text with other forms of some characters in their place.
  func escaped(_ forms: [Unicode.Scalar: String]) -> String {
    unicodeScalars.map { forms[$0] ?? String($0) }.joined()
  }
}
