// A toolchain's static libraries have neither of them.
#if canImport(Testing)
  import Testing
#endif
#if canImport(XCTest)
  import XCTest
#endif

/// Tells whichever test runs of a failed assertion.
enum Failure {
  /// Records `text` as a failure of the test that runs, at the assertion's line.
  ///
  /// Swift Testing is asked first: it knows its test in every task of it. XCTest takes a failure from
  /// any thread while a test runs. What remains is a thread that a test of Swift Testing made, which
  /// its runner attributes to no test but counts, or no test at all: then nobody would hear of it, so
  /// the program ends.
  static func record(_ text: String, at site: CallSite) {
    if recordInSwiftTesting(text, at: site, always: false) { return }
    if recordInXCTest(text, at: site) { return }
    if recordInSwiftTesting(text, at: site, always: true) { return }
    fatalError("outside of any test: \(text)", file: site.file, line: site.line)
  }

  private static func recordInSwiftTesting(
    _ text: String, at site: CallSite, always: Bool
  ) -> Bool {
    #if canImport(Testing)
      guard always ? isRunBySwiftTesting : Test.current != nil else { return false }
      let location = SourceLocation(
        fileID: "\(site.fileID)", filePath: "\(site.file)", line: Int(site.line),
        column: Int(site.column))
      Issue.record(Comment(rawValue: text), sourceLocation: location)
      return true
    #else
      return false
    #endif
  }

  /// Whether this process is one that `swift test` started for Swift Testing; for XCTest it starts
  /// another.
  private static var isRunBySwiftTesting: Bool {
    let words = CommandLine.arguments
    return zip(words, words.dropFirst()).contains {
      $0 == "--testing-library" && $1 == "swift-testing"
    } || words.contains("--testing-library=swift-testing")
  }

  private static func recordInXCTest(_ text: String, at site: CallSite) -> Bool {
    #if canImport(XCTest)
      let before = XCTestWitness.shared.count
      XCTFail(text, file: site.file, line: site.line)
      return XCTestWitness.shared.count > before
    #else
      return false
    #endif
  }
}
