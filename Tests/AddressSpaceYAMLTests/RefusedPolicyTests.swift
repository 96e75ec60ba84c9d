import Testing

/// The files of `fixtures/policies/refused`.
@Suite("Refused policies")
struct RefusedPolicyTests {
  static let files = RefusedFiles(folder: PolicyFiles.folder) { bytes in
    PolicyFiles.outcome(bytes).map { "\($0) rules" }
  }

  @Test("why, and where")
  func sentences() throws {
    try Self.files.expectSentences(of: PolicyFiles.refused)
  }

  @Test("each is one line that says what to do", arguments: PolicyFiles.refused)
  func form(name: String) throws {
    try Self.files.expectForm(of: name)
  }
}
