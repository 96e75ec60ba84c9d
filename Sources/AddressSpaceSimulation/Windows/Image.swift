public import AddressSpace

/// A program or library as its header describes it, in one version of Windows.
public struct Image: Hashable, Sendable {
  /// Its file name, in small letters: `kernel32.dll`.
  public let name: String
  /// How many bytes of addresses it takes.
  public let size: ByteCount
  /// The base that its header asks for; nil where it is not known: then it has none of its own.
  public let preferredBase: Address?
  /// Whether its header allows it to be moved (DYNAMICBASE).
  public let isRandomized: Bool
  /// Who says so; a name among the sources of the catalogue.
  public let source: String

  /// An image with these properties.
  public init(
    name: String, size: ByteCount, preferredBase: Address? = nil, isRandomized: Bool,
    source: String = ""
  ) {
    self.name = name
    self.size = size
    self.preferredBase = preferredBase
    self.isRandomized = isRandomized
    self.source = source
  }

  /// The same, allowed to be moved.
  var movable: Image {
    Image(
      name: name, size: size, preferredBase: preferredBase, isRandomized: true, source: source)
  }

  /// What linkers name for libraries unless they are told otherwise.
  public static let usualBase: Address = 0x1000_0000
}
