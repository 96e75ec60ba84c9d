/// Where in a test an assertion stands.
struct CallSite: Sendable {
  /// `Module/File.swift`, as Swift Testing wants it.
  let fileID: StaticString
  /// The file's whole path.
  let file: StaticString
  let line: UInt
  let column: UInt
}
