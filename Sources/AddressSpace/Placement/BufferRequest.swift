/// A buffer that somebody wants: so many bytes in one piece; or a thread, with its stack.
public struct BufferRequest: Hashable, Sendable {
  /// How many bytes; of a thread its stack's without guard, zero for what a thread gets by default.
  public let bytes: ByteCount
  /// Whether a thread is wanted.
  public let isThread: Bool
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
    isThread = false
    image = nil
    self.alignment = alignment
    count = 1
    text = Self.shortText(of: bytes)
  }

  /// The same request, of which it is now known how many bytes a thread gets by default.
  func with(bytes: ByteCount) -> BufferRequest {
    BufferRequest(self, bytes: bytes)
  }

  private init(_ other: BufferRequest, bytes: ByteCount) {
    self.bytes = bytes
    isThread = other.isThread
    image = other.image
    alignment = other.alignment
    count = other.count
    text = other.text
  }

  /// Reads `SIZE` or `WIDTHxHEIGHTxCHANNELSxBYTES`, then `@ALIGN`; or `thread` or `thread:SIZE`. Then
  /// `*COUNT`.
  public init(text: String) throws(BufferRequestError) {
    let counted = text.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false)
    let aligned = counted[0].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    count = try counted.count == 2 ? Self.count(counted[1], in: text) : 1
    alignment = try aligned.count == 2 ? Self.alignment(aligned[1], in: text) : nil
    if let stack = try Self.stack(aligned[0], in: text) {
      guard aligned.count == 1 else { throw .alignedThread(text) }
      (bytes, image, isThread) = (stack, nil, true)
    } else {
      (bytes, image) = try Self.size(aligned[0], in: text)
      isThread = false
    }
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
  /// An alignment of a thread's stack.
  case alignedThread(String)
  /// A stack that is no size.
  case stack(String, in: String)
  /// A stack that is too small for any thread.
  case smallStack(String)
}

extension BufferRequestError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .notASize(let text):
      "\"\(text)\" is no buffer. Write a size (48MiB, 48MB, 0x3000000) or "
        + "WIDTHxHEIGHTxCHANNELSxBYTES (8000x6000x4x2), then @ALIGN and *COUNT if wanted; or "
        + "thread, or thread:SIZE (thread:256K)."
    case .empty(let text):
      "\"\(text)\" holds no bytes. Ask for at least one."
    case .tooLarge(let text):
      "\"\(text)\" is more than 2^64 bytes."
    case .alignment(let alignment, let text):
      "\"\(alignment)\" in \"\(text)\" is no alignment. Write a power of two, as in 48MB@4MiB."
    case .count(let count, let text):
      "\"\(count)\" in \"\(text)\" is no count. Write a positive number, as in 48MB*3."
    case .alignedThread(let text):
      "\"\(text)\" asks for an alignment, but a thread's stack has its own. Leave out the part "
        + "after @."
    case .stack(let size, let text):
      "\"\(size)\" in \"\(text)\" is no size of a stack. Write one, as in thread:256K."
    case .smallStack(let text):
      "\"\(text)\" is too small: no thread's stack has less than \(BufferRequest.smallestStack)."
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

  /// `PTHREAD_STACK_MIN`; Windows rounds up to more.
  static let smallestStack = ByteCount.kibibytes(16)

  /// The stack of `thread` or `thread:SIZE`, nil for what is no thread.
  private static func stack(
    _ part: Substring, in text: String
  ) throws(BufferRequestError) -> ByteCount? {
    let parts = part.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts[0] == "thread" else { return nil }
    guard parts.count == 2 else { return .zero }
    guard let bytes = ByteCount(text: parts[1]) else { throw .stack(String(parts[1]), in: text) }
    guard bytes >= smallestStack else { throw .smallStack(text) }
    return bytes
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
