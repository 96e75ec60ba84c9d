/// What is known of a Windows process besides its regions; nil where the source does not tell.
public struct WindowsFacts: Hashable, Sendable {
  /// Whether the program may use addresses above 2 GiB.
  public var isLargeAddressAware: Bool?
  /// Whether the system is 64-bit, so that a 32-bit process runs under WOW64.
  public var is64BitSystem: Bool?
  /// Its version, such as `10.0.19045`.
  public var version: String?
  /// The first address beyond the user space, where the source lists free memory up to it.
  public var end: Address?
  /// The versions of programs and libraries, such as `1.2.3.4`, by their paths.
  public var versions: [String: String] = [:]

  /// Between which addresses it gives room, where a model has drawn that.
  public var edges: WindowsEdges?

  /// Windows, and nothing else known.
  public init() {}
}

/// The bounds of a modelled user space.
public struct WindowsEdges: Hashable, Sendable {
  /// The layout's name: `windows-7-wow64-2g`.
  public var name: String
  /// The first address that is no user space any more.
  public var top: Address
  /// The first address above what a region may have.
  public var end: Address
  /// Where `VirtualAlloc` begins to look.
  public var low: Address
  /// Where it begins to look from the top (`MEM_TOP_DOWN`).
  public var high: Address

  /// Some bounds.
  public init(name: String, top: Address, end: Address, low: Address, high: Address) {
    (self.name, self.top, self.end, self.low, self.high) = (name, top, end, low, high)
  }
}
