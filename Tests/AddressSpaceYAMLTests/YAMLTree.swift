import AddressSpaceYAML

enum YAMLTree {
  /// A value as `tree.py` prints it: a line each value and key, and where it begins.
  static func lines(of node: YAMLNode, depth: Int = 0) -> [String] {
    let line = "\(depth) \(node.place.line):\(node.place.column)"
    switch node.content {
    // What is not there begins between what stands around it, and parsers differ.
    case .scalar("", isPlain: true): return ["\(depth) nothing"]
    case .scalar(let text, let isPlain): return ["\(line) \(leaf(text, isPlain))"]
    case .list(let nodes):
      return ["\(line) list"] + nodes.flatMap { lines(of: $0, depth: depth + 1) }
    case .mapping(let entries):
      return ["\(line) mapping"]
        + entries.flatMap { entry in
          let place = "\(depth + 1) \(entry.place.line):\(entry.place.column)"
          return ["\(place) key \(hex(entry.key))"] + lines(of: entry.value, depth: depth + 1)
        }
    }
  }

  private static func leaf(_ text: String, _ isPlain: Bool) -> String {
    (isPlain ? "plain " : "quoted ") + hex(text)
  }

  private static func hex(_ text: String) -> String {
    text.utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}
