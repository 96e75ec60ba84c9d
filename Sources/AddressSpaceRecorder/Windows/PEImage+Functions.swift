import AddressSpace

extension PEImage {
  /// A function, or another thing in code that has a name.
  public struct Function: Hashable, Sendable {
    /// As linkers know it, but for the underscore that i386 puts before each.
    public let name: String
    /// Where it begins, counted from the image's base.
    public let offset: UInt64
    /// How far it goes at most: to the next one, with or without a name, or to the section's end.
    public let size: UInt64
    /// The section that it lies in, by its place.
    public let section: Int
  }

  /// Everything in code that the exports and the symbol table name, by its place; one name for each
  /// place, an exported one where there is one.
  public func functions() -> [Function] {
    var names = Names(budget: 2 * bytes.count)
    addExports(to: &names)
    // What can be seen from outside first: aliases tend to be local.
    addSymbols(to: &names) { storage, _ in storage == Self.external }
    addSymbols(to: &names) { storage, type in storage == Self.local && type == Self.function }
    var starts = functionStarts()
    var nextStart = UInt64.max
    var functions: [Function] = []
    for (offset, name) in names.found.sorted(by: { $0.key > $1.key }) {
      guard let place = section(holding: offset), sections[place].isCode else { continue }
      let end = sections[place].offset + sections[place].size
      while let start = starts.last, start > offset {
        nextStart = start
        starts.removeLast()
      }
      // The last one that was added is the next in the image.
      let next = min(end, nextStart, functions.last?.offset ?? end)
      functions.append(Function(name: name, offset: offset, size: next - offset, section: place))
    }
    return functions.reversed()
  }

  private func section(holding offset: UInt64) -> Int? {
    sections.firstIndex { $0.offset <= offset && offset - $0.offset < $0.size }
  }

  /// Names by their place.
  private struct Names {
    private(set) var found: [UInt64: String] = [:]
    /// How many bytes names may have: many may stand at one place of a small file.
    private var budget: Int

    init(budget: Int) { self.budget = budget }

    mutating func add(_ offset: UInt64, _ name: @autoclosure () -> String?) {
      guard budget > 0, found.count < PEImage.mostFunctions, found[offset] == nil,
        let name = name(), !name.isEmpty
      else { return }
      budget -= name.utf8.count
      found[offset] = name
    }
  }

  /// What the image exports, in the order of the names, then what has but a number.
  private func addExports(to names: inout Names) {
    guard let (start, size) = header.exports, let directory = place(of: start),
      let first = bytes.number(at: directory + 16, size: 4),
      let count = bytes.int(at: directory + 20, size: 4),
      let nameCount = bytes.int(at: directory + 24, size: 4),
      let addresses = bytes.number(at: directory + 28, size: 4).flatMap(place(of:))
    else { return }
    // What lies in the directory is not code but the name of another image's export.
    let address = { (index: Int) -> UInt64? in
      guard index < min(count, Self.mostExports) else { return nil }
      let offset = self.bytes.number(at: addresses + index * 4, size: 4)
      return offset.flatMap { $0 == 0 || ($0 >= start && $0 - start < size) ? nil : $0 }
    }
    if let places = bytes.number(at: directory + 32, size: 4).flatMap(place(of:)),
      let numbers = bytes.number(at: directory + 36, size: 4).flatMap(place(of:))
    {
      for index in 0..<min(nameCount, Self.mostExports) {
        guard let number = bytes.int(at: numbers + index * 2, size: 2),
          let nameOffset = bytes.number(at: places + index * 4, size: 4)
        else { break }
        guard let offset = address(number), let place = place(of: nameOffset) else { continue }
        names.add(offset, bytes.text(in: place..<bytes.count))
      }
    }
    for index in 0..<min(count, Self.mostExports, bytes.count / 4) {
      if let offset = address(index) { names.add(offset, "#\(first + UInt64(index))") }
    }
  }

  /// What is wanted, by storage class and type, of the symbol table that MinGW and others leave in a
  /// file.
  private func addSymbols(to names: inout Names, _ isWanted: (UInt64, UInt64) -> Bool) {
    guard let (start, count) = header.symbols else { return }
    var index = 0
    while index < count {
      let entry = start + index * Self.symbolSize
      guard let value = bytes.number(at: entry + 8, size: 4),
        let section = bytes.int(at: entry + 12, size: 2),
        let type = bytes.number(at: entry + 14, size: 2),
        let storage = bytes.number(at: entry + 16, size: 1),
        let more = bytes.int(at: entry + 17, size: 1)
      else { break }
      index += 1 + more
      guard isWanted(storage, type), sections.indices.contains(section - 1),
        sections[section - 1].isCode
      else { continue }
      names.add(sections[section - 1].offset + value, symbolName(at: entry))
    }
  }

  /// Eight letters, or zeros and a place in the string table.
  private func symbolName(at entry: Int) -> String? {
    var name: String?
    if bytes.number(at: entry, size: 4) != 0 {
      name = bytes.text(in: entry..<entry + 8)
    } else if let strings = header.strings, let offset = bytes.int(at: entry + 4, size: 4),
      offset < strings.count
    {
      name = bytes.text(in: strings.lowerBound + offset..<strings.upperBound)
    }
    guard wordSize == .bits32, let plain = name, plain.hasPrefix("_") else { return name }
    return String(plain.dropFirst())
  }

  /// Where in the file something is that lies `offset` bytes above the image's base in memory.
  func place(of offset: UInt64) -> Int? {
    for section in sections where section.offset <= offset {
      let inside = offset - section.offset
      if inside < UInt64(section.contents.count) {
        return section.contents.lowerBound + Int(inside)
      }
    }
    return nil
  }

  /// The size of an entry of the symbol table.
  static var symbolSize: Int { 18 }
  /// The largest programs have some hundred thousand.
  static var mostFunctions: Int { 1 << 20 }
  /// Numbers of exports have 16 bits.
  private static var mostExports: Int { 1 << 16 }
  /// Storage classes of symbols, and the type of functions.
  private static var external: UInt64 { 2 }
  private static var local: UInt64 { 3 }
  private static var function: UInt64 { 0x20 }
}
