extension YAMLError {
  /// What libyaml says of a document, in words that tell what to do.
  init(_ problem: YAMLProblem, in text: [UInt8]) {
    let letter = YAMLCharacters.letter(at: problem.place, in: text)
    let (place, what, remedy) = Self.explanation(of: problem, letter)
    self.init(place, .notYAML(what, remedy: remedy))
  }

  private typealias Explanation = (place: YAMLPlace, what: String, remedy: String)

  private static func explanation(
    of problem: YAMLProblem, _ letter: Unicode.Scalar?
  ) -> Explanation {
    let (place, begin) = (problem.place, problem.contextPlace)
    switch (problem.problem, problem.context) {
    case ("found character that cannot start any token", _):
      if letter == "\t" { return (place, "a tab stands between blanks", "Indent with blanks.") }
      let name = letter.map { "'\($0)'" } ?? "this"
      return (place, "no value can begin with \(name)", "Put the text into quotes.")
    case ("did not find expected alphabetic or numeric character", _):
      return (
        begin, "what begins with '*' or '&' is no text",
        "Put a pattern into quotes, as in \"*.so\"."
      )
    case ("mapping values are not allowed in this context", _):
      return (
        place, "no key can stand before this colon",
        "Put text with a colon into quotes, or indent the line as the one above."
      )
    case ("could not find expected ':'", _):
      return (begin, "behind this key there is no colon", "Write KEY: VALUE.")
    case ("did not find expected ',' or ']'", _):
      return (begin, "this '[' is not closed", "Write ']' behind its last entry.")
    case ("did not find expected ',' or '}'", _):
      return (begin, "this '{' is not closed", "Write '}' behind its last value.")
    case ("found unexpected end of stream", "while scanning a quoted scalar"):
      return (begin, "this quote is not closed", "Write the same quote behind the text.")
    case ("found unknown escape character", _):
      return (
        place, "this escape is not known",
        "Put text with backslashes into single quotes, as in '*\\ntdll.dll'."
      )
    case ("did not find expected key", _):
      return (
        place, "no key begins here, as the mapping of line \(begin.line) wants it",
        "Write KEY: VALUE, indented as its other keys."
      )
    case ("did not find expected '-' indicator", _):
      return (
        place, "no entry begins here, as the list of line \(begin.line) wants it",
        "Begin it with \"- \", indented as its other entries."
      )
    case ("did not find expected <document start>", _):
      return (place, "the document has ended before this", "Indent it as the lines above.")
    case ("block sequence entries are not allowed in this context", _):
      return (place, "no list can begin here", "Put it on a line of its own behind its key.")
    default:
      let context = problem.context.map { ", \($0) of line \(begin.line)" } ?? ""
      return (
        place, "this is no YAML (\(problem.problem)\(context))",
        "Check this line and the one before it."
      )
    }
  }
}
