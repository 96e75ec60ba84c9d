/// What a JSON document has to look like: every key named, none besides.
indirect enum Shape: Sendable {
  case any
  case text
  case address
  case integer
  /// Between 0 and 1.
  case share
  case number
  case flag
  /// An object of any keys, all alike.
  case dictionary(Shape)
  case null
  case word([String])
  case optional(Shape)
  case list(Shape)
  case object([String: Shape])
  case either(Shape, Shape)

  /// Where `json` is not of this shape, a line each.
  func faults(of json: JSON, at path: String = "") -> [String] {
    let place = path.isEmpty ? "the document" : path
    func fault(_ wanted: String) -> [String] { ["\(place) is no \(wanted): \(json)"] }
    switch self {
    case .any: return []
    case .text: return json.text != nil ? [] : fault("string")
    case .address: return json.address != nil ? [] : fault("address")
    case .integer: return json.integer != nil ? [] : fault("integer")
    case .share: return json.number.map { (0...1).contains($0) } == true ? [] : fault("share")
    case .number: return json.number != nil ? [] : fault("number")
    case .dictionary(let shape):
      guard case .object(let members) = json else { return fault("object") }
      return members.flatMap { shape.faults(of: $1, at: "\(path).\($0)") }
    case .flag:
      guard case .flag = json else { return fault("boolean") }
      return []
    case .null: return json == .null ? [] : fault("null")
    case .word(let words):
      return json.text.map(words.contains) == true ? [] : fault("one of \(words)")
    case .optional(let shape): return json == .null ? [] : shape.faults(of: json, at: path)
    case .list(let shape):
      guard case .list(let items) = json else { return fault("list") }
      return items.enumerated().flatMap { shape.faults(of: $1, at: "\(path)[\($0)]") }
    case .either(let one, let other):
      let faults = one.faults(of: json, at: path)
      return faults.isEmpty || other.faults(of: json, at: path).isEmpty ? [] : faults
    case .object(let shapes):
      guard case .object(let members) = json else { return fault("object") }
      let missing = Set(shapes.keys).subtracting(members.keys).map { "\(path).\($0) is missing" }
      let unknown = Set(members.keys).subtracting(shapes.keys).map { "\(path).\($0) is not known" }
      return missing + unknown
        + shapes.flatMap { key, shape in
          members[key].map { shape.faults(of: $0, at: "\(path).\(key)") } ?? []
        }
    }
  }

  /// The same object with more members.
  func with(_ more: [String: Shape]) -> Shape {
    guard case .object(let members) = self else { return self }
    return .object(members.merging(more) { $1 })
  }
}
