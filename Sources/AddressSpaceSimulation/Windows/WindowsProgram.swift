public import AddressSpace

/// A program as Windows starts it.
public struct WindowsProgram: Hashable, Sendable {
  /// What it is called in the catalogue.
  public let name: String
  /// What it is, in words.
  public let about: String
  /// Its own image.
  public internal(set) var image: Image
  /// What its header asks for each thread's stack.
  public var stack = ByteCount.mebibytes(1)
  /// What its header asks for its heap.
  public var heap = ByteCount.mebibytes(1)
  /// Whether it has windows: user32 and what comes with it.
  public var hasWindows = true
  /// The groups of images that it loads at start-up, in order, besides those that every program has.
  public var groups: [String] = []
  /// How many threads it starts with, besides its first.
  public var threads = 0

  /// A program with this image.
  public init(name: String, about: String = "", image: Image) {
    self.name = name
    self.about = about
    self.image = image
  }
}
