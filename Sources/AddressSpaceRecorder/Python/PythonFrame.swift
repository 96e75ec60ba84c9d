/// A frame of a CPython program.
public struct PythonFrame: Hashable, Sendable {
  /// The function; from 3.11 on with its class.
  public var function: String
  /// The file as the program was compiled from it.
  public var file: String
  /// The line that is executed, nil where the code has none.
  public var line: Int?
  /// Whether the interpreter was called anew for it: it and the frames within it, up to the next
  /// such frame, stand for one frame of the interpreter's own function.
  public var isEntry: Bool

  /// A frame.
  public init(function: String, file: String, line: Int?, isEntry: Bool) {
    self.function = function
    self.file = file
    self.line = line
    self.isEntry = isEntry
  }
}

/// A minor version of CPython.
public struct PythonVersion: Hashable, Comparable, Sendable {
  /// 2 or 3.
  public var major: Int
  /// Its minor version.
  public var minor: Int

  /// A version.
  public init(_ major: Int, _ minor: Int) {
    self.major = major
    self.minor = minor
  }

  /// By release.
  public static func < (one: Self, other: Self) -> Bool {
    (one.major, one.minor) < (other.major, other.minor)
  }

  /// The symbol of the interpreter or its library at whose address a `PythonStack` begins.
  public var symbol: String { self < Self(3, 7) ? "_PyThreadState_Current" : "_PyRuntime" }

  /// The version that the name of an interpreter or of its library says: `python3.11`,
  /// `libpython2.7.so.1.0`, `libpython3.6m.so`. Nil for the name of anything else.
  public init?(fileName: String) {
    let name = fileName.split(separator: "/").last ?? ""
    guard let start = ["libpython", "python"].first(where: { name.hasPrefix($0) }) else {
      return nil
    }
    let rest = name.dropFirst(start.count)
    guard let major = rest.first?.wholeNumberValue, major == 2 || major == 3,
      rest.dropFirst().first == "."
    else { return nil }
    let digits = rest.dropFirst(2).prefix { $0.isASCII && $0.isNumber }
    guard digits.count <= 2, let minor = Int(digits) else { return nil }
    let after = rest.dropFirst(2 + digits.count).drop { "dmut".contains($0) }
    guard after.isEmpty || (start == "libpython" && after.hasPrefix(".so")) else { return nil }
    self.init(major, minor)
  }
}
