import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

/// The programs and libraries that frames lie in, with their symbols.
final class ModuleTable<Sink: TraceSink> {
  private let log: TraceLog<Sink>
  private var modules: [Module] = []
  private var places: [Key: Int] = [:]
  /// Files that are no Windows images.
  private var others: Set<Key> = []
  /// What was looked up before the end: debug information takes its time to search.
  private var found: [Frame: [Symbol]] = [:]

  /// What tells one file from another.
  private struct Key: Hashable {
    let name: String
    let inode: UInt64
    /// The kernel's own code has no file: each process may have another.
    let pid: Int32?
  }

  private struct Module {
    let path: String
    let python: PythonVersion?
    /// Nil where the file cannot be read.
    let symbols: OpaquePointer?
    let image: WindowsFile?
    /// Whether it is what Wine's Windows calls end in.
    let isWine: Bool
  }

  init(_ log: TraceLog<Sink>) { self.log = log }

  deinit {
    for module in modules {
      asp_symbols_close(module.symbols)
      if let image = module.image { asp_close(image.file) }
    }
  }

  /// The place of the module that `region` of process `pid` maps, which is added if it is new.
  func place(of region: Region, pid: Int32) throws(RecorderError) -> Int {
    let key = Self.key(of: region, pid: pid)
    if let place = places[key] { return place }
    let file = Self.open(region, pid: pid)
    defer { if file >= 0 { asp_close(file) } }
    return try add(region, key, file: file, image: WindowsFile(of: file))
  }

  private func add(
    _ region: Region, _ key: Key, file: Int32, image: WindowsFile?
  ) throws(RecorderError) -> Int {
    let symbols = Self.symbols(of: image?.file ?? file, path: region.name)
    let buildID = symbols.flatMap { asp_symbols_build_id($0) }.map { String(cString: $0) }
    let place = try log.add(TraceModule(path: region.name, buildID: buildID))
    modules.append(
      Module(
        path: region.name, python: PythonVersion(fileName: region.name), symbols: symbols,
        image: image, isWine: region.name.hasSuffix("/ntdll.so")))
    places[key] = place
    return place
  }

  private static func key(of region: Region, pid: Int32) -> Key {
    Key(name: region.name, inode: region.inode, pid: region.inode == 0 ? pid : nil)
  }

  /// The Windows program or library whose file `region` of process `pid` maps, nil where it is none.
  func image(
    of region: Region, pid: Int32
  ) throws(RecorderError) -> (module: Int, base: UInt64, size: UInt64, file: Int32)? {
    let key = Self.key(of: region, pid: pid)
    if others.contains(key) { return nil }
    if places[key] == nil {
      let file = Self.open(region, pid: pid)
      defer { if file >= 0 { asp_close(file) } }
      guard let image = WindowsFile(of: file) else {
        others.insert(key)
        return nil
      }
      _ = try add(region, key, file: file, image: image)
    }
    guard let place = places[key], let image = modules[place].image else { return nil }
    return (place, image.base, image.size, image.file)
  }

  /// Whether a module is what Windows calls end in under Wine, before they reach the system.
  func isWine(_ module: Int) -> Bool { modules[module].isWine }

  /// The address as linked of what lies at `offset` of a module's file; where the file is not
  /// understood the offset itself.
  func linkedAddress(of offset: UInt64, in module: Int) -> UInt64 {
    var address: UInt64 = 0
    guard let symbols = modules[module].symbols,
      asp_symbols_address(symbols, offset, &address) == 0
    else { return offset }
    return address
  }

  /// The version of Python that a module is, nil for everything else.
  func pythonVersion(of module: Int) -> PythonVersion? { modules[module].python }

  /// The address as linked of a symbol of a module's own tables.
  func address(ofSymbol name: String, in module: Int) -> UInt64? {
    var address: UInt64 = 0
    guard let symbols = modules[module].symbols,
      asp_symbols_find(symbols, name, &address) == 0
    else { return nil }
    return address
  }

  /// What is known of a frame, innermost inlined function first; it is not looked up again.
  func keptSymbols(of frame: Frame) -> [Symbol] {
    if let known = found[frame] { return known }
    let symbols = symbols(of: frame)
    found[frame] = symbols
    return symbols
  }

  /// What is known of a frame, innermost inlined function first.
  func symbols(of frame: Frame) -> [Symbol] {
    if let known = found[frame] { return known }
    guard let module = frame.module, let symbols = modules[module].symbols else { return [] }
    var found = [asp_symbol](repeating: asp_symbol(), count: Self.mostInlined)
    let count = asp_symbols_lookup(symbols, frame.offset, &found, found.count)
    return found.prefix(count).map { symbol in
      Symbol(
        function: symbol.function.map { Demangler.demangled(String(cString: $0)) },
        file: symbol.file.map { String(cString: $0) },
        line: symbol.line > 0 ? Int(symbol.line) : nil, isInlined: symbol.is_inlined != 0)
    }
  }

  /// The file or memory that a region maps, or an error.
  private static func open(_ region: Region, pid: Int32) -> Int32 {
    let range = region.range
    return region.inode == 0
      ? asp_copy_memory(pid, range.lower.value, Int(clamping: min(range.size, mostOfImage).value))
      : asp_open_mapped(pid, region.name, region.inode, range.lower.value, range.upper.value)
  }

  private static func symbols(of file: Int32, path: String) -> OpaquePointer? {
    var symbols: OpaquePointer?
    return file >= 0 && asp_symbols_open(file, path, &symbols) == 0 ? symbols : nil
  }

  /// How many functions are shown that were inlined into each other.
  private static var mostInlined: Int { 16 }
  /// The kernel's own code is two pages; a process may say otherwise.
  private static var mostOfImage: ByteCount { .mebibytes(1) }
}
