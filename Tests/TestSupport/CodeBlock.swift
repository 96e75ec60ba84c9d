public import SystemPackage

/// A block of code that a page in Markdown shows between fences.
public struct CodeBlock: Sendable, CustomStringConvertible {
  /// The first word behind the opening fence, as in ```` ```sh ````; empty where there is none.
  public let language: String
  /// The words behind it.
  public let words: [String]
  /// The heading above it.
  public let heading: String
  /// The line of the page that its text begins in.
  public let line: Int
  /// What stands between the fences.
  public let text: String

  /// Where it stands.
  public var description: String { "\(heading), line \(line) (\(language))" }

  /// The blocks of a page of this package, in their order.
  public static func all(in page: FilePath) throws -> [CodeBlock] {
    blocks(of: try Fixtures.text(Fixtures.package.appending(page.string)))
  }

  /// The blocks of a page's text; one without a closing fence goes to its end.
  public static func blocks(of text: String) -> [CodeBlock] {
    var blocks: [CodeBlock] = []
    var heading = ""
    var open: (info: [String], line: Int, lines: [Substring])?
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
      if let block = open {
        if line == "```" {
          blocks.append(CodeBlock(block, heading))
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if line.hasPrefix("```") {
        open = (line.dropFirst(3).split(separator: " ").map(String.init), index + 2, [])
      } else if line.hasPrefix("#") {
        heading = String(line.drop { $0 == "#" || $0 == " " })
      }
    }
    return open.map { blocks + [CodeBlock($0, heading)] } ?? blocks
  }

  private init(_ open: (info: [String], line: Int, lines: [Substring]), _ heading: String) {
    language = open.info.first ?? ""
    words = Array(open.info.dropFirst())
    self.heading = heading
    line = open.line
    text = open.lines.map { $0 + "\n" }.joined()
  }
}
