import AddressSpace
import AddressSpaceFormats
import Testing

/// One text and what is to be read of it, with the place where it stands in the tests.
struct MapsCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bytes: [UInt8]
  /// The names of the regions, lowest address first.
  let names: [String]
  /// The lines that are complained about.
  let badLines: [Int?]
  let location: SourceLocation

  init(
    _ what: String, _ text: String, names: [String], badLines: [Int?] = [],
    location: SourceLocation = #_sourceLocation
  ) {
    self.init(what, Array(text.utf8), names: names, badLines: badLines, location: location)
  }

  init(
    _ what: String, _ bytes: [UInt8], names: [String], badLines: [Int?] = [],
    location: SourceLocation = #_sourceLocation
  ) {
    testDescription = what
    self.bytes = bytes
    self.names = names
    self.badLines = badLines
    self.location = location
  }

  /// Reads it, and holds what was read against what is wanted.
  @discardableResult
  func check() throws -> Snapshot {
    let snapshot = try MapsParser.parse(bytes)
    #expect(snapshot.map.regions.map(\.name) == names, sourceLocation: location)
    #expect(snapshot.diagnostics.kept.map(\.line) == badLines, sourceLocation: location)
    #expect(snapshot.diagnostics.count == badLines.count, sourceLocation: location)
    if badLines.isEmpty {
      #expect(throws: Never.self, sourceLocation: location) {
        try MapsParser.parse(bytes, strict: true)
      }
    } else {
      let error = #expect(throws: FormatError.self, sourceLocation: location) {
        try MapsParser.parse(bytes, strict: true)
      }
      #expect(error?.line == badLines[0], sourceLocation: location)
    }
    return snapshot
  }
}
