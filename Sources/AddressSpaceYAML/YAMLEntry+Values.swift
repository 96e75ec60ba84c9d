public import AddressSpace

extension YAMLEntry {
  /// Its value as text, in quotes or not, at least one letter.
  public func text() throws(YAMLError) -> String {
    try value.text(of: name)
  }

  /// The values of its list, at least one.
  public func list() throws(YAMLError) -> [YAMLNode] {
    guard case .list(let values) = value.content else {
      throw YAMLError(value.place, .wrongShape(of: name, wanted: .list, found: value.shape))
    }
    guard !values.isEmpty else {
      throw YAMLError(value.place, .impossible("\(name) has no entries. Write at least one."))
    }
    return values
  }

  /// Its value as a whole number, which is not in quotes.
  public func number() throws(YAMLError) -> UInt64 {
    guard case .scalar(let text, isPlain: true) = value.content, value.shape == .text else {
      throw YAMLError(value.place, .wrongShape(of: name, wanted: .number, found: value.shape))
    }
    guard let number = UInt64(digits: text) else {
      throw YAMLError(
        value.place,
        .impossible("\(quoted(text)) is no whole number below 2^64. Write digits alone."))
    }
    return number
  }

  /// Its value as a size.
  public func size() throws(YAMLError) -> ByteCount {
    let text = try text()
    guard let size = ByteCount(text: text) else {
      throw YAMLError(
        value.place,
        .impossible("\(quoted(text)) is no size below 2^64 bytes. Write one, as in 48MiB."))
    }
    return size
  }

  /// Its value as one of the names of `sort`, for sentences: `kind of region`.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _: Choice.Type, sort: String
  ) throws(YAMLError) -> Choice where Choice.RawValue == String {
    let text = try text()
    guard let choice = Choice(rawValue: text) else {
      let known = Choice.allCases.map(\.rawValue)
      throw YAMLError(
        value.place, .unknownName(text, of: sort, nearest: text.nearest(of: known), known: known))
    }
    return choice
  }

  private var name: String { quoted(key) }
}

extension YAMLNode {
  /// It as text, in quotes or not, at least one letter; `name` is for sentences.
  public func text(of name: String) throws(YAMLError) -> String {
    guard case .scalar(let text, _) = content, shape != .nothing else {
      throw YAMLError(place, .wrongShape(of: name, wanted: .text, found: shape))
    }
    guard !text.isEmpty else {
      throw YAMLError(place, .impossible("\(name) is empty. Write at least one letter."))
    }
    return text
  }

  /// It as a buffer, once: how often is said by another key, if at all. `name` is for sentences.
  func buffer(of name: String, countedBy key: String?) throws(YAMLError) -> BufferRequest {
    let text = try text(of: name)
    let request: BufferRequest
    do {
      request = try BufferRequest(text: text)
    } catch {
      // A text of any length and letters is not to be repeated.
      let error = text.short == text ? error : .notASize(text.short)
      throw YAMLError(place, .impossible(error.description))
    }
    guard !text.contains("*") else {
      throw YAMLError(
        place,
        .impossible(
          "\(quoted(text)) is a buffer with a count. Leave out the part from '*'"
            + (key.map { ", and write the count as \($0)." } ?? ".")))
    }
    return request
  }
}
