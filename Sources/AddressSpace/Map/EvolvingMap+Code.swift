extension EvolvingMap {
  /// Whether anything in `range` may be executed.
  public func holdsCode(in range: AddressRange) -> Bool {
    var position = list.position(above: range.lower.value)
    while let piece = list[position], piece.lower < range.upper.value {
      if table[piece.columns].access.contains(.execute) { return true }
      position = list.after(position)
    }
    return false
  }
}
