import AddressSpace

extension StrictReader {
  /// `at-least` or `at-most`, one of them.
  func bound(in unit: PolicyRule.Subject.Unit) throws(YAMLError) -> PolicyRule.Bound {
    let (least, most) = (entry("at-least"), entry("at-most"))
    if let least, let most {
      throw YAMLError(
        max(least.place, most.place),
        .impossible("a rule has one bound. Write a second rule for this one."))
    }
    if let least {
      let bound = PolicyRule.Bound.atLeast(try least.limit(in: unit))
      guard !bound.isAlwaysHeld(in: unit) else {
        throw YAMLError(
          least.value.place, .impossible("at least 0 always holds. Write more, or at-most."))
      }
      return bound
    }
    if let most {
      let bound = PolicyRule.Bound.atMost(try most.limit(in: unit))
      guard !bound.isAlwaysHeld(in: unit) else {
        throw YAMLError(
          most.value.place,
          .impossible("at most \(try most.text()) always holds. Write less."))
      }
      return bound
    }
    throw YAMLError(
      place, .impossible("\(what) has no bound. Add at-least or at-most to it."))
  }

  /// `smaller-than` and `between`.
  func pins() throws(YAMLError) -> PolicyRule.Subject {
    .pins(
      smallerThan: try required("smaller-than").positiveSize(),
      between: try required("between").size())
  }

  /// `buffer`, and `allocator` where there is one.
  func fits() throws(YAMLError) -> PolicyRule.Subject {
    let buffer = try required("buffer").value.buffer(
      of: quoted("buffer"), countedBy: "at-least")
    guard let entry = entry("allocator") else { return .fits(buffer, nil) }
    let family = try entry.choice(Allocator.Family.self, sort: "allocator")
    guard !buffer.isThread else {
      throw YAMLError(
        entry.place, .impossible("no allocator makes threads. Leave out allocator."))
    }
    return .fits(buffer, family)
  }
}

extension YAMLEntry {
  fileprivate func limit(in unit: PolicyRule.Subject.Unit) throws(YAMLError) -> UInt64 {
    switch unit {
    case .bytes: try size().value
    case .count: try number()
    case .percent: try percent()
    }
  }

  /// A whole number with or without `%` behind it.
  private func percent() throws(YAMLError) -> UInt64 {
    let text = try text()
    let digits = text.hasSuffix("%") ? text.dropLast() : text[...]
    guard let percent = UInt64(digits: digits), percent <= 100 else {
      throw YAMLError(
        value.place, .impossible("\(quoted(text)) is no percentage. Write 0% to 100%, as in 40%."))
    }
    return percent
  }

  /// A whole number of at least one.
  func positiveNumber() throws(YAMLError) -> UInt64 {
    let number = try number()
    guard number > 0 else {
      throw YAMLError(
        value.place, .impossible("\(quoted(key)) cannot be 0. Write a number from 1 up."))
    }
    return number
  }

  /// A size of at least a byte.
  func positiveSize() throws(YAMLError) -> ByteCount {
    let size = try size()
    guard size > .zero else {
      throw YAMLError(
        value.place,
        .impossible("\(quoted(key)) of no bytes asks for nothing. Write a size, as in 48MiB."))
    }
    return size
  }
}
