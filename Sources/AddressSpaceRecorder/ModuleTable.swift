import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

/// The programs and libraries that frames lie in, with their symbols.
final class ModuleTable<Sink: TraceSink> {
  private let log: TraceLog<Sink>
  private var modules: [Module] = []
  private var places: [Key: Int] = [:]
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
  }

  init(_ log: TraceLog<Sink>) { self.log = log }

  deinit {
    for module in modules { asp_symbols_close(module.symbols) }
  }

  /// The place of the module that `region` of process `pid` maps, which is added if it is new.
  func place(of region: Region, pid: Int32) throws(RecorderError) -> Int {
    let isKernels = region.inode == 0
    let key = Key(name: region.name, inode: region.inode, pid: isKernels ? pid : nil)
    if let place = places[key] { return place }
    let symbols = Self.symbols(of: region, pid: pid)
    let buildID = symbols.flatMap { asp_symbols_build_id($0) }.map { String(cString: $0) }
    let place = try log.add(TraceModule(path: region.name, buildID: buildID))
    modules.append(
      Module(
        path: region.name, python: PythonVersion(fileName: region.name), symbols: symbols))
    places[key] = place
    return place
  }

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

  private static func symbols(of region: Region, pid: Int32) -> OpaquePointer? {
    let range = region.range
    let file =
      region.inode == 0
      ? asp_copy_memory(pid, range.lower.value, Int(clamping: min(range.size, mostOfImage).value))
      : asp_open_mapped(pid, region.name, region.inode, range.lower.value, range.upper.value)
    guard file >= 0 else { return nil }
    defer { asp_close(file) }
    var symbols: OpaquePointer?
    return asp_symbols_open(file, region.name, &symbols) == 0 ? symbols : nil
  }

  /// How many functions are shown that were inlined into each other.
  private static var mostInlined: Int { 16 }
  /// The kernel's own code is two pages; a process may say otherwise.
  private static var mostOfImage: ByteCount { .mebibytes(1) }
}
