/// A buffer that somebody wants: so many bytes in one piece.
public struct BufferRequest: Hashable, Sendable {
  /// How many bytes.
  public let bytes: ByteCount
  /// The picture it holds, where it was given as one.
  public let image: ImageShape?
  /// What its address must be a multiple of, nil where anything will do.
  public let alignment: ByteCount?
  /// How often it is wanted in a sequence.
  public let count: UInt64
  /// The request as it was written, without its count.
  public let text: String

  /// A picture's dimensions.
  public struct ImageShape: Hashable, Sendable {
    /// In pixels.
    public let width: UInt64
    /// In pixels.
    public let height: UInt64
    /// Values a pixel.
    public let channels: UInt64
    /// Bytes a value.
    public let channelBytes: UInt64
  }

  /// A request for a number of bytes, at least one.
  public init(bytes: ByteCount) {
    self.init(bytes: bytes, alignment: nil)
  }

  /// A request for a number of bytes, at least one, at a multiple of a power of two.
  init(bytes: ByteCount, alignment: ByteCount?) {
    let bytes = max(bytes, 1)
    self.bytes = bytes
    image = nil
    self.alignment = alignment
    count = 1
    text = Self.shortText(of: bytes)
  }

  /// Reads `SIZE` or `WIDTHxHEIGHTxCHANNELSxBYTES`, then `@ALIGN`, then `*COUNT`.
  public init(text: String) throws(BufferRequestError) {
    let counted = text.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    let aligned = counted[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    count = try counted.count == 2 ? Self.count(counted[1], in: text) : 1
    alignment = try aligned.count == 2 ? Self.alignment(aligned[1], in: text) : nil
    (bytes, image) = try Self.size(aligned[0], in: text)
    self.text = String(counted[0])
  }

  /// A size that reads back as the same number of bytes: `48MiB`, else plain bytes.
  static func shortText(of bytes: ByteCount) -> String {
    let units: [(UInt64, String)] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
    for (unit, name) in units where bytes.value >= unit && bytes.value % unit == 0 {
      return "\(bytes.value / unit)\(name)"
    }
    return "\(bytes.value)"
  }
}

/// Why a buffer cannot be read.
public enum BufferRequestError: Error, Equatable, Sendable {
  /// Neither a size nor a picture.
  case notASize(String)
  /// A size of nothing.
  case empty(String)
  /// More bytes than 64 bits count.
  case tooLarge(String)
  /// An alignment that is not a power of two.
  case alignment(String, in: String)
  /// A count that is not a positive number.
  case count(String, in: String)
}

extension BufferRequestError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .notASize(let text):
      "\"\(text)\" is no buffer. Write a size (48MiB, 48MB, 0x3000000) or "
        + "WIDTHxHEIGHTxCHANNELSxBYTES (8000x6000x4x2), then @ALIGN and *COUNT if wanted."
    case .empty(let text):
      "\"\(text)\" holds no bytes. Ask for at least one."
    case .tooLarge(let text):
      "\"\(text)\" is more than 2^64 bytes."
    case .alignment(let alignment, let text):
      "\"\(alignment)\" in \"\(text)\" is no alignment. Write a power of two, as in 48MB@4MiB."
    case .count(let count, let text):
      "\"\(count)\" in \"\(text)\" is no count. Write a positive number, as in 48MB*3."
    }
  }
}

extension BufferRequest {
  private static func size(
    _ part: Substring, in text: String
  ) throws(BufferRequestError) -> (ByteCount, ImageShape?) {
    if let image = try picture(part, in: text) { return image }
    guard let bytes = ByteCount(text: part) else { throw .notASize(text) }
    guard bytes > .zero else { throw .empty(text) }
    return (bytes, nil)
  }

  private static func picture(
    _ part: Substring, in text: String
  ) throws(BufferRequestError) -> (ByteCount, ImageShape)? {
    let factors = part.split(separator: "x", omittingEmptySubsequences: false)
    let numbers = factors.compactMap { UInt64(digits: $0) }
    guard factors.count == 4, numbers.count == 4 else { return nil }
    guard !numbers.contains(0) else { throw .empty(text) }
    var bytes = ByteCount(1)
    for number in numbers {
      guard let product = bytes.multiplied(by: number) else { throw .tooLarge(text) }
      bytes = product
    }
    let shape = ImageShape(
      width: numbers[0], height: numbers[1], channels: numbers[2], channelBytes: numbers[3])
    return (bytes, shape)
  }

  private static func alignment(
    _ part: Substring, in text: String
  ) throws(BufferRequestError) -> ByteCount {
    guard let alignment = ByteCount(text: part), alignment.value.nonzeroBitCount == 1 else {
      throw .alignment(String(part), in: text)
    }
    return alignment
  }

  private static func count(
    _ part: Substring, in text: String
  ) throws(BufferRequestError) -> UInt64 {
    guard let count = UInt64(digits: part), count > 0 else { throw .count(String(part), in: text) }
    return count
  }
}
