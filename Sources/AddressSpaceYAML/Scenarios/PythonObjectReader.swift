import AddressSpace
import AddressSpaceSimulation

/// Reads what Python makes: `int`, `{str: 24}`, `{dict: [...]}`, or the name of a template.
struct PythonObjectReader {
  private var templates: [String: (object: PythonObject, parts: Int)] = [:]
  /// How many objects may still be said: templates of templates say much in few letters.
  private var left = 1_000_000

  private enum Sort: String, CaseIterable {
    case shared, float, complex, object
    case int, str, text, bytes, bytearray, array
    case tuple, list, set, dict, slots, instance

    var isAlone: Bool { [.shared, .float, .complex, .object, .int].contains(self) }
  }

  /// Reads the templates of a scenario; each may use those above it.
  mutating func readTemplates(of entry: YAMLEntry) throws(YAMLError) {
    guard case .mapping(let entries) = entry.value.content else {
      throw YAMLError(
        entry.value.place,
        .wrongShape(of: "\"objects\"", wanted: .mapping, found: entry.value.shape))
    }
    for template in entries {
      guard Sort(rawValue: template.key) == nil else {
        throw YAMLError(
          template.place,
          .impossible("\(template.key) is an object of Python's own. Write another name."))
      }
      let before = left
      let object = try read(template.value)
      templates[template.key] = (object, before - left)
    }
  }

  /// An object.
  func object(_ node: YAMLNode) throws(YAMLError) -> PythonObject {
    var reader = self
    return try reader.read(node)
  }

  private mutating func read(_ node: YAMLNode) throws(YAMLError) -> PythonObject {
    try spend(1, at: node.place)
    switch node.content {
    case .scalar(let text, _): return try alone(text, at: node.place)
    case .mapping(let entries):
      let reader = try StrictReader(
        node, of: "an object", keys: Sort.allCases.map(\.rawValue) + ["item-bytes"])
      let kinds = entries.filter { $0.key != "item-bytes" }
      guard let entry = kinds.first, let sort = Sort(rawValue: entry.key), kinds.count == 1 else {
        throw YAMLError(
          node.place, .impossible("an object is of one kind. Write one, as in {str: 24}."))
      }
      return try object(sort, entry, reader)
    case .list:
      throw YAMLError(
        node.place, .impossible("a list of objects is written {list: [...]}. Write so."))
    }
  }

  private mutating func alone(
    _ text: String, at place: YAMLPlace
  ) throws(YAMLError) -> PythonObject {
    if let template = templates[text] {
      try spend(template.parts, at: place)
      return template.object
    }
    switch Sort(rawValue: text) {
    case .shared: return .shared
    case .float: return .float
    case .complex: return .complex
    case .object: return .object
    case .int: return .int(bits: 30)
    case .some(let sort):
      throw YAMLError(
        place, .impossible("\(sort) has a size. Write it, as in {\(sort): 24}."))
    case nil:
      let known = Sort.allCases.map(\.rawValue) + templates.keys.sorted()
      throw YAMLError(
        place, .unknownName(text, of: "object", nearest: text.nearest(of: known), known: known))
    }
  }

  private mutating func object(
    _ sort: Sort, _ entry: YAMLEntry, _ reader: StrictReader
  ) throws(YAMLError) -> PythonObject {
    if sort != .array, let bytes = reader.entry("item-bytes") {
      throw YAMLError(
        bytes.place, .impossible("\(sort) has no item-bytes. Take it out, or make it an array."))
    }
    switch sort {
    case .shared, .float, .complex, .object: return try alone(entry.key, at: entry.place)
    case .int: return .int(bits: try entry.length())
    case .str: return .str(try entry.length())
    case .text: return .text(try entry.length())
    case .bytes: return .bytes(try entry.length())
    case .bytearray: return .bytearray(try entry.length())
    case .array:
      return .array(
        items: try entry.length(), itemBytes: try reader.required("item-bytes").length())
    case .tuple: return .tuple(try parts(of: entry))
    case .list: return .list(try parts(of: entry))
    case .set: return .set(try parts(of: entry))
    case .dict:
      // Keys are names that the program has once.
      return .dictionary(try parts(of: entry).map { PythonObject.Entry(.shared, $0) })
    case .slots: return .slots(try parts(of: entry))
    case .instance: return .instance(try parts(of: entry))
    }
  }

  /// The objects of a list; `{times: N, of: OBJECT}` in it stands for N of them.
  private mutating func parts(of entry: YAMLEntry) throws(YAMLError) -> [PythonObject] {
    guard case .list(let nodes) = entry.value.content else {
      throw YAMLError(
        entry.value.place,
        .wrongShape(of: quoted(entry.key), wanted: .list, found: entry.value.shape))
    }
    var parts: [PythonObject] = []
    for node in nodes {
      guard case .mapping(let entries) = node.content,
        entries.contains(where: { $0.key == "times" })
      else {
        parts.append(try read(node))
        continue
      }
      let many = try StrictReader(node, of: "several objects", keys: ["times", "of"])
      let times = try many.required("times").count()
      let before = left
      let part = try read(try many.required("of").value)
      let (all, overflow) = (before - left).multipliedReportingOverflow(by: times - 1)
      try spend(overflow ? .max : all, at: node.place)
      parts += Array(repeating: part, count: times)
    }
    return parts
  }

  private mutating func spend(_ count: Int, at place: YAMLPlace) throws(YAMLError) {
    guard count <= left else {
      throw YAMLError(
        place, .impossible("this has more than a million objects. Write less, and repeat it."))
    }
    left -= count
  }
}

extension YAMLEntry {
  /// Its value as a length or a number of bits, at most 2^31.
  fileprivate func length() throws(YAMLError) -> Int {
    let number = try number()
    guard number <= 1 << 31 else {
      throw YAMLError(value.place, .impossible("\(number) is too long. Write at most 2147483648."))
    }
    return Int(number)
  }
}
