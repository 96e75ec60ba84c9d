import Foundation

/// A JSON document as Foundation reads it, with whole numbers told from others.
enum JSON: Equatable {
  case null
  case flag(Bool)
  case integer(UInt64)
  case number(Double)
  case text(String)
  case list([JSON])
  case object([String: JSON])

  init(_ document: String) throws {
    self.init(try JSONSerialization.jsonObject(with: Data(document.utf8)))
  }

  private init(_ value: Any) {
    switch value {
    case let text as String: self = .text(text)
    case let list as [Any]: self = .list(list.map { JSON($0) })
    case let object as [String: Any]: self = .object(object.mapValues { JSON($0) })
    case let number as NSNumber: self.init(number)
    default: self = .null
    }
  }

  private init(_ number: NSNumber) {
    switch String(cString: number.objCType) {
    case "c", "B": self = .flag(number.boolValue)
    case "d", "f": self = .number(number.doubleValue)
    // A negative size would be none.
    default: self = UInt64(number.stringValue).map(JSON.integer) ?? .number(number.doubleValue)
    }
  }

  /// A member of an object, `null` where there is none: shapes are checked elsewhere.
  subscript(key: String) -> JSON {
    if case .object(let members) = self { members[key] ?? .null } else { .null }
  }

  subscript(index: Int) -> JSON { index < items.count ? items[index] : .null }

  var items: [JSON] { if case .list(let items) = self { items } else { [] } }

  var integer: UInt64? { if case .integer(let value) = self { value } else { nil } }

  var text: String? { if case .text(let value) = self { value } else { nil } }

  /// A whole number is a number too.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }

  /// An address, written `0x` and at least eight hexadecimal digits in lower case.
  var address: UInt64? {
    guard let text, text.hasPrefix("0x"), text.count >= 10, text == text.lowercased() else {
      return nil
    }
    return UInt64(text.dropFirst(2), radix: 16)
  }

  /// The same without one member of one object, for comparisons.
  func without(_ key: String, in parent: String) -> JSON {
    guard case .object(var members) = self, case .object(var inner)? = members[parent] else {
      return self
    }
    inner[key] = nil
    members[parent] = .object(inner)
    return .object(members)
  }

  /// The same without the warnings of its buffers.
  var withoutWarnings: JSON {
    guard case .object(var members) = self, case .list(let buffers)? = members["buffers"] else {
      return self
    }
    members["buffers"] = .list(
      buffers.map { buffer in
        guard case .object(var inner) = buffer else { return buffer }
        inner["warnings"] = nil
        return .object(inner)
      })
    return .object(members)
  }
}
