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

  /// Windows, and nothing else known.
  public init() {}
}
