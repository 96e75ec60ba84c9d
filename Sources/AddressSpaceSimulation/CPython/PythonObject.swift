/// What a Python program makes, as far as memory sees it: a value and all that it alone holds.
public indirect enum PythonObject: Hashable, Sendable {
  /// A reference to what is there already: `None`, a cached number, an interned string.
  case shared
  /// A number of so many bits; up to 8 bits it is taken to be a cached one.
  case int(bits: Int)
  case float
  case complex
  /// `str` of so many characters below U+0080: `bytes` of Python 2, `text` of Python 3.
  case str(Int)
  /// `str` of Python 2 with so many characters, `bytes` of Python 3.
  case bytes(Int)
  /// `unicode` of Python 2, `str` of Python 3, with so many characters.
  case text(Int, widest: Width = .ascii)
  /// `bytearray(n)`.
  case bytearray(Int)
  case tuple([PythonObject])
  /// A list whose items are known when it is made: no room is left over.
  case list([PythonObject])
  /// A dictionary that was filled key by key.
  case dictionary([Entry])
  /// A set that was filled one by one.
  case set([PythonObject])
  /// `object()`.
  case object
  /// An instance of a class with `__slots__`.
  case slots([PythonObject])
  /// An instance of a class whose instances all have the same attributes, set in the same order.
  case instance([PythonObject])
  /// `array.array`, of items of so many bytes each, made from a known number of them.
  case array(items: Int, itemBytes: Int)

  /// The widest character of a text: since 3.3 all take as much.
  public enum Width: UInt64, Sendable {
    /// Below U+0080: a byte each, and a smaller header.
    case ascii = 0
    /// Below U+0100.
    case latin1 = 1
    /// Below U+10000.
    case ucs2 = 2
    /// Any.
    case ucs4 = 4
  }

  /// A key and its value.
  public struct Entry: Hashable, Sendable {
    /// The key.
    public var key: PythonObject
    /// Its value.
    public var value: PythonObject

    /// A key and its value.
    public init(_ key: PythonObject, _ value: PythonObject) {
      self.key = key
      self.value = value
    }
  }
}
