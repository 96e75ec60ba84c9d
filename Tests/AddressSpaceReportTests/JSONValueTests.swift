import Foundation
import Testing

@testable import AddressSpaceReport

@Suite("JSON values")
struct JSONValueTests {
  private func parsed(_ value: JSONValue) throws -> Any {
    try JSONSerialization.jsonObject(
      with: Data(value.document().utf8), options: .fragmentsAllowed)
  }

  /// Every scalar below 0x3000, the ends of the blocks beyond, and what lies around the surrogates.
  static let scalars: [Unicode.Scalar] =
    ((0..<0x3000) as Range<UInt32>).compactMap(Unicode.Scalar.init)
    + [
      // Not U+FEFF: Foundation drops it, wherever it stands.
      0xD7FF, 0xE000, 0xF8FF, 0xFDD0, 0xFFFD, 0xFFFE, 0xFFFF, 0x1_0000, 0x1_F600, 0x2_0000,
      0xE_0001, 0xF_FFFF, 0x10_FFFF,
    ].compactMap { Unicode.Scalar($0 as UInt32) }

  @Test("every scalar comes back, alone and between others")
  func scalars() throws {
    for scalar in Self.scalars {
      for text in [String(Character(scalar)), "a\(Character(scalar))b", "\\\(Character(scalar))\""]
      {
        let back = try parsed(.string(text)) as? String
        // Compared by scalars: strings that are canonically equal would pass otherwise.
        #expect(back?.unicodeScalars.elementsEqual(text.unicodeScalars) == true, "\(scalar.value)")
      }
    }
  }

  @Test("as a key too")
  func keys() throws {
    let all = Self.scalars.map { (key: "k\(Character($0))", value: JSONValue.integer(1)) }
    let back = try parsed(.object(all)) as? [String: Any]
    // Keys that are canonically equal are one.
    #expect(back?.count == Set(all.map(\.key)).count)
  }

  @Test("controls are escaped, so that a terminal that shows the document obeys none")
  func controls() {
    let text = String(String.UnicodeScalarView(Self.scalars.filter { $0.value < 0xA0 }))
    let document = JSONValue.string(text).document()
    #expect(
      document.dropLast().unicodeScalars.allSatisfy { $0.properties.generalCategory != .control })
  }

  @Test("whole numbers keep all their digits")
  func integers() throws {
    for number in [0, 1, 1 << 53, (1 << 53) + 1, UInt64(Int64.max), .max - 1, .max] {
      #expect(JSONValue.integer(number).document() == "\(number)\n")
      #expect((try parsed(.integer(number)) as? NSNumber)?.uint64Value == number)
    }
  }

  @Test("other numbers come back; what is none is null")
  func numbers() throws {
    for number in [0, 0.1, 1.0 / 3, 0.73, 1e-9, 1e300, -2.5] {
      #expect((try parsed(.number(number)) as? NSNumber)?.doubleValue == number)
    }
    for number in [Double.nan, .infinity, -.infinity] {
      #expect(JSONValue.number(number).document() == "null\n")
    }
  }

  @Test("keys keep their order, two blanks a level, empty lists stay")
  func layout() {
    let value = JSONValue.object([
      ("zebra", .array([])), ("apple", .object([])), ("list", .array([.null, .bool(true)])),
      ("inner", ["b": 1.asJSON, "a": "text"]), ("none", .optional(nil as String?)),
    ])
    #expect(
      value.document() == """
        {
          "zebra": [],
          "apple": {},
          "list": [
            null,
            true
          ],
          "inner": {
            "b": 1,
            "a": "text"
          },
          "none": null
        }

        """)
  }
}

extension Int {
  fileprivate var asJSON: JSONValue { JSONValue(self) }
}
