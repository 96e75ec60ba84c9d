import AddressSpace

/// The keys of a mapping of a document, of which none is left unread.
public struct StrictReader: Sendable {
  /// What the mapping is, for sentences: `a rule`.
  public let what: String
  /// Where it begins.
  public let place: YAMLPlace
  /// Its keys with their values, in their order.
  public let entries: [YAMLEntry]

  /// Reads a mapping that has some of these keys and no others.
  public init(_ node: YAMLNode, of what: String, keys: [String]) throws(YAMLError) {
    guard case .mapping(let entries) = node.content else {
      throw YAMLError(node.place, .wrongShape(of: what, wanted: .mapping, found: node.shape))
    }
    for entry in entries where !keys.contains(entry.key) {
      throw YAMLError(
        entry.place,
        .unknownKey(entry.key, of: what, nearest: entry.key.nearest(of: keys), known: keys))
    }
    self.what = what
    place = node.place
    self.entries = entries
  }

  /// The entry of a key, nil where it has none.
  public func entry(_ key: String) -> YAMLEntry? {
    entries.first { $0.key == key }
  }

  /// The entry of a key that it has to have.
  public func required(_ key: String) throws(YAMLError) -> YAMLEntry {
    guard let entry = entry(key) else { throw YAMLError(place, .missingKey(key, of: what)) }
    return entry
  }
}
