/// The bytes of a saved file, wherever they are: whoever needs only its headers reads only those.
public protocol FileBytes {
  /// How many there are.
  var size: UInt64 { get }

  /// Up to `count` bytes from `offset` on: fewer where the file ends before, none beyond its end or
  /// where it cannot be read.
  func bytes(at offset: UInt64, count: Int) -> [UInt8]
}

extension FileBytes {
  /// All of them.
  func all() -> [UInt8] { bytes(at: 0, count: Int(clamping: size)) }
}

extension [UInt8]: FileBytes {
  /// How many there are.
  public var size: UInt64 { UInt64(count) }

  /// Those of them that are asked for.
  public func bytes(at offset: UInt64, count: Int) -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let start = Int(offset)
    return start == 0 && count >= self.count
      ? self : Array(self[start..<start + Swift.min(count, self.count - start)])
  }
}
