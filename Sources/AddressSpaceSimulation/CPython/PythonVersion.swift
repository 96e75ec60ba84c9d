/// A release of CPython, such as 2.7.18.
public struct PythonVersion: Hashable, Comparable, Sendable {
  /// The language: 2 or 3.
  public let major: Int
  /// The feature release.
  public let minor: Int
  /// The maintenance release.
  public let micro: Int

  /// A release.
  public init(_ major: Int, _ minor: Int, _ micro: Int = 0) {
    self.major = major
    self.minor = minor
    self.micro = micro
  }

  /// Reads `2.7` or `2.7.18`; nil where it is neither.
  public init?(text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part in
      part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil
    }
    guard numbers.count == parts.count, (2...3).contains(numbers.count) else { return nil }
    self.init(numbers[0], numbers[1], numbers.count == 3 ? numbers[2] : 0)
  }

  /// Whether `left` comes before `right`.
  public static func < (left: PythonVersion, right: PythonVersion) -> Bool {
    (left.major, left.minor, left.micro) < (right.major, right.minor, right.micro)
  }
}

extension PythonVersion: CustomStringConvertible {
  /// `2.7.18`.
  public var description: String { "\(major).\(minor).\(micro)" }
}
