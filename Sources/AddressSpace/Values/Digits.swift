extension FixedWidthInteger {
  /// Reads a number of digits alone: no sign, no blank, nil where it does not fit.
  package init?(digits: some StringProtocol, radix: Int = 10) {
    guard digits.first?.isHexDigit == true else { return nil }
    self.init(digits, radix: radix)
  }
}
