public import AddressSpace

/// A CPython as it was compiled: what its structures and its allocator depend on.
public struct PythonBuild: Hashable, Sendable {
  /// The release.
  public var version: PythonVersion
  /// The width of a pointer.
  public var wordSize: WordSize
  /// Whether it runs on Windows: `VirtualAlloc`, `long double` as wide as `double`, `long` of 4 bytes.
  public var isWindows: Bool
  /// Whether numbers of 8 bytes are aligned to 8: everywhere but on Linux for 32-bit x86.
  public var alignsLongNumbers: Bool
  /// The bytes of a character of `unicode`, or `str` of 3.0 to 3.2: 2 on Windows and where nobody
  /// said otherwise to `configure`, 4 in most Linux distributions.
  public var characterBytes: UInt64
  /// Whether a 64-bit release before 3.8 aligns to 16 bytes: what comes with 3.8, and what some build
  /// tools patch into 2.7, 3.6 and 3.7.
  public var isAlignedAhead: Bool

  /// A build as it comes.
  public init(
    _ version: PythonVersion, wordSize: WordSize, isWindows: Bool = false, isArm: Bool = false,
    characterBytes: UInt64? = nil, isAlignedAhead: Bool = false
  ) {
    self.version = version
    self.wordSize = wordSize
    self.isWindows = isWindows
    alignsLongNumbers = wordSize == .bits64 || isWindows || isArm
    self.characterBytes = characterBytes ?? (isWindows ? 2 : 4)
    self.isAlignedAhead = isAlignedAhead
  }

  /// The build of a release for a layout.
  public init(_ version: PythonVersion, for layout: Layout) {
    self.init(
      version, wordSize: layout.wordSize, isWindows: layout.system != .linux,
      isArm: layout.name.hasPrefix("linux-arm"))
  }

  /// The bytes of a pointer.
  var word: UInt64 { wordSize.pointerBytes }

  /// The bytes of C's `long`.
  var longBytes: UInt64 { isWindows ? 4 : word }

  /// Whether it is this release or a later one.
  func isSince(_ major: Int, _ minor: Int, _ micro: Int = 0) -> Bool {
    version >= PythonVersion(major, minor, micro)
  }

  /// Whether 64-bit blocks are aligned to 16 bytes.
  var isAlignedBy16: Bool {
    guard wordSize == .bits64 else { return false }
    return isSince(3, 8) || isAlignedAhead
  }
}
