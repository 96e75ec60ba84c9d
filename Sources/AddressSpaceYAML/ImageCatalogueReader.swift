import AddressSpace
import AddressSpaceSimulation

/// Reads the parts of a catalogue, each of which may name what stands before it.
struct ImageCatalogueReader {
  private var sources: [String: String] = [:]
  private var images: [WindowsVersion: [Image]] = [:]
  private var names: Set<String> = []
  private var groups: [String: [String]] = [:]
  private var programs: [WindowsProgram] = []

  func catalogue() -> ImageCatalogue {
    ImageCatalogue(images: images, groups: groups, programs: programs, sources: sources)
  }

  mutating func readSource(_ node: YAMLNode) throws(YAMLError) {
    let source = try StrictReader(node, of: "a source", keys: ["name", "about"])
    let name = try source.required("name")
    let about = try source.required("about").text()
    guard sources.updateValue(about, forKey: try name.text()) == nil else { throw Self.twice(name) }
  }

  mutating func readImage(_ node: YAMLNode) throws(YAMLError) {
    let versions = WindowsVersion.allCases.map(\.rawValue)
    let reader = try StrictReader(node, of: "an image", keys: ["name", "any"] + versions)
    let entry = try reader.required("name")
    let name = try entry.text()
    guard names.insert(name).inserted else { throw Self.twice(entry) }
    if let any = reader.entry("any") {
      guard reader.entries.count == 2 else {
        throw YAMLError(
          any.place, .impossible("\"any\" is every version. Leave out the versions beside it."))
      }
      let image = try image(any.value, name)
      for version in WindowsVersion.allCases { images[version, default: []].append(image) }
      return
    }
    for version in WindowsVersion.allCases {
      guard let entry = reader.entry(version.rawValue) else { continue }
      images[version, default: []].append(try image(entry.value, name))
    }
    guard reader.entries.count > 1 else {
      throw YAMLError(
        reader.place,
        .impossible(
          "the image is of no version. Add one of any, \(versions.joined(separator: ", ")) to it."))
    }
  }

  mutating func readGroup(_ node: YAMLNode) throws(YAMLError) {
    let reader = try StrictReader(node, of: "a group", keys: ["name", "images"])
    let entry = try reader.required("name")
    var members: [String] = []
    for node in try reader.required("images").list() {
      members.append(try Self.known(node, of: "image", among: names))
    }
    guard groups.updateValue(members, forKey: try entry.text()) == nil else {
      throw Self.twice(entry)
    }
  }

  mutating func readProgram(_ node: YAMLNode) throws(YAMLError) {
    let reader = try StrictReader(
      node, of: "a program",
      keys: ["name", "about", "image", "stack", "heap", "windows", "groups", "threads"])
    let entry = try reader.required("name")
    let name = try entry.text()
    guard !programs.contains(where: { $0.name == name }) else { throw Self.twice(entry) }
    let header = try StrictReader(
      reader.required("image").value, of: "an image", keys: ["name"] + Self.imageKeys)
    let image = try image(header, header.required("name").text())
    var program = WindowsProgram(
      name: name, about: try reader.required("about").text(), image: image)
    if let stack = reader.entry("stack") { program.stack = try stack.size32() }
    if let heap = reader.entry("heap") { program.heap = try heap.size32() }
    if let windows = reader.entry("windows") { program.hasWindows = try windows.answer() }
    if let threads = reader.entry("threads") { program.threads = try threads.count(atMost: 1000) }
    if let entry = reader.entry("groups") {
      for node in try entry.list() {
        program.groups.append(try Self.known(node, of: "group", among: Set(groups.keys)))
      }
    }
    programs.append(program)
  }

  private static let imageKeys = ["base", "size", "moves", "source"]

  private func image(_ node: YAMLNode, _ name: String) throws(YAMLError) -> Image {
    try image(StrictReader(node, of: "a version of an image", keys: Self.imageKeys), name)
  }

  private func image(_ reader: StrictReader, _ name: String) throws(YAMLError) -> Image {
    let source = try reader.required("source")
    let base = try reader.entry("base")?.base()
    let moves = try reader.entry("moves")?.answer() ?? true
    return Image(
      name: name, size: try reader.required("size").size32(), preferredBase: base,
      isRandomized: moves,
      source: try Self.known(source.value, of: "source", among: Set(sources.keys)))
  }

  private static func known(
    _ node: YAMLNode, of sort: String, among names: Set<String>
  ) throws(YAMLError) -> String {
    let name = try node.text(of: "a name")
    guard names.contains(name) else {
      let known = names.sorted()
      throw YAMLError(
        node.place, .unknownName(name, of: sort, nearest: name.nearest(of: known), known: known))
    }
    return name
  }

  private static func twice(_ entry: YAMLEntry) -> YAMLError {
    YAMLError(
      entry.value.place, .impossible("the name stands before already. Take one of both out."))
  }
}

extension YAMLEntry {
  /// `yes` or `no`.
  func answer() throws(YAMLError) -> Bool {
    try choice(Answer.self, sort: "answer") == .yes
  }

  private enum Answer: String, CaseIterable {
    case yes
    case no
  }

  /// `0x` and hexadecimal digits of an address below 4 GiB, at a multiple of 64 KiB.
  func base() throws(YAMLError) -> Address {
    let number = try number32()
    guard number % 0x1_0000 == 0 else {
      throw YAMLError(
        value.place, .impossible("a base is a multiple of 0x10000. Write one, as in 0x10000000."))
    }
    return Address(number)
  }

  /// A number of bytes below 4 GiB, at least one: `0x` and hexadecimal digits, or a size.
  func size32() throws(YAMLError) -> ByteCount {
    let size = try text().hasPrefix("0x") ? ByteCount(number32()) : size()
    guard size > .zero, size.value < 1 << 32 else {
      throw YAMLError(
        value.place, .impossible("it is more than 0 and less than 4 GiB. Write such a size."))
    }
    return size
  }

  /// A whole number that is not more.
  func count(atMost most: UInt64) throws(YAMLError) -> Int {
    let number = try number()
    guard number <= most else {
      throw YAMLError(value.place, .impossible("it is \(most) at most. Write less."))
    }
    return Int(number)
  }

  private func number32() throws(YAMLError) -> UInt64 {
    let text = try text()
    guard text.hasPrefix("0x"), let number = UInt32(digits: text.dropFirst(2), radix: 16) else {
      throw YAMLError(
        value.place,
        .impossible("\(quoted(text)) is no number below 2^32. Write 0x and hexadecimal digits."))
    }
    return UInt64(number)
  }
}
