internal import AddressSpace

/// The bytes of CPython's objects, for one build: what `sys.getsizeof` says, and what is asked for.
///
/// All follows from the structures in `Include/` and `Objects/` of each release; the sources, and the
/// releases whose running interpreters were asked, are in `docs/simulation-python.md`.
public struct PythonSizes: Sendable {
  /// The build.
  public let build: PythonBuild
  let word: UInt64

  /// The sizes of a build.
  public init(_ build: PythonBuild) {
    self.build = build
    word = build.word
  }

  /// What stands before an object that the garbage collector follows.
  var collectorHead: UInt64 {
    if build.isSince(3, 8) { return 2 * word }
    // Two pointers and a counter, padded to what `long double`, since 3.4 `double`, is aligned to.
    let isLong = !build.isSince(3, 4) || build.isAlignedBy16
    let isWide = isLong && build.wordSize == .bits64 && !build.isWindows
    let padding: UInt64 = isWide ? 16 : build.alignsLongNumbers ? 8 : 4
    return Self.roundedUp(3 * word, to: padding)
  }

  /// `PyObject`: a count and a type.
  var head: UInt64 { 2 * word }

  /// `PyVarObject`: also a length.
  var countedHead: UInt64 { 3 * word }

  static func roundedUp(_ bytes: UInt64, to unit: UInt64) -> UInt64 {
    (bytes + unit - 1) / unit * unit
  }

  /// What `sys.getsizeof` says of an object: it, its head for the collector and the buffers that are
  /// its alone, but nothing it refers to.
  public func size(of object: PythonObject) -> UInt64 {
    let parts = parts(of: object)
    return parts.reduce(0) { $0 + $1.bytes - $1.uncounted }
  }

  /// One request that making an object causes.
  struct Part: Hashable, Sendable {
    var bytes: UInt64
    var kind: Kind = .object
    /// What of it `sys.getsizeof` leaves out.
    var uncounted: UInt64 = 0

    /// Who serves a request.
    enum Kind: Hashable, Sendable {
      /// The allocator of objects.
      case object
      /// The allocator of objects, after a list of dead ones has none left.
      case cached(ObjectKind)
      /// `PyMem_Malloc`.
      case buffer
      /// Python 2's blocks of ints, or of floats.
      case block(BlockKind)
    }
  }

  /// The requests for an object itself, in the order they are made.
  func parts(of object: PythonObject) -> [Part] {
    switch object {
    case .shared: []
    case .int(let bits): number(bits: bits)
    case .float: [Part(bytes: head + 8, kind: floatKind)]
    case .complex: [Part(bytes: head + 16)]
    case .str(let count): build.version.major == 2 ? bytes(count) : text(count, .ascii)
    case .bytes(let count): bytes(count)
    case .text(let count, let widest): text(count, widest)
    case .bytearray(let count): byteArray(count)
    case .tuple(let items): tuple(items.count)
    case .list(let items): list(capacity: items.count)
    case .dictionary(let entries): dictionary(entries)
    case .set(let items): set(items.count)
    case .object: [Part(bytes: head)]
    case .slots(let values): [Part(bytes: collectorHead + head + UInt64(values.count) * word)]
    case .instance(let values): instance(values.count)
    case .array(let items, let itemBytes): array(items, itemBytes)
    }
  }
}
