/// Why a document is refused, and where. Prints as a sentence with the remedy.
public struct YAMLError: Error, Equatable, Sendable {
  /// Where in the document.
  public let place: YAMLPlace
  /// Why.
  public let reason: Reason

  /// A reason at a place.
  public init(_ place: YAMLPlace, _ reason: Reason) {
    self.place = place
    self.reason = reason
  }

  /// What there is to refuse.
  public enum Reason: Equatable, Sendable {
    /// More bytes than are read.
    case tooLarge
    /// No memory for a parser.
    case noMemory
    /// Nothing, or comments alone.
    case empty
    /// Bytes that are no letters.
    case notUTF8
    /// A letter that no document may hold.
    case character(Unicode.Scalar)
    /// A tab where blanks indent.
    case tab
    /// A line for the parser, that begins with `%`.
    case directive
    /// What is no YAML: what is wrong, and what to do.
    case notYAML(String, remedy: String)

    /// Lists and mappings in one another, more than are read.
    case tooDeep
    /// Another document behind the first.
    case secondDocument
    /// `*NAME`.
    case alias(String)
    /// `&NAME`.
    case anchor(String)
    /// `!NAME`.
    case tag(String)
    /// A key that is a list or a mapping.
    case keyIsNoText
    /// A key that stands in the same mapping before.
    case duplicateKey(String, first: YAMLPlace)

    /// A key that the thing does not have: the key that was probably meant, and those that there are.
    case unknownKey(String, of: String, nearest: String?, known: [String])
    /// A key that the thing has to have.
    case missingKey(String, of: String)
    /// A value that is something else than it has to be: what, what it is instead.
    case wrongShape(of: String, wanted: YAMLNode.Shape, found: YAMLNode.Shape)
    /// A name that is none of those that there are: of what, and the one that was probably meant.
    case unknownName(String, of: String, nearest: String?, known: [String])
    /// A value that cannot be: a sentence with the remedy.
    case impossible(String)
  }
}

extension YAMLError: CustomStringConvertible {
  /// `LINE:COLUMN: ` and the sentence.
  public var description: String {
    "\(place.line):\(place.column): \(reason)"
  }

  /// `FILE:LINE:COLUMN: ` and the sentence, as compilers say it.
  public func message(in file: String) -> String {
    "\(file):\(description)"
  }
}
