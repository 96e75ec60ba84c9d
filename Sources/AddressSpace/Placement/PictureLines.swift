/// A picture as Pillow keeps it: lines of bytes, of which a request takes several together
/// (`libImaging/Storage.c`).
package struct PictureLines: Sendable {
  /// A line, in bytes, at least one.
  package let bytes: UInt64
  /// How many lines there are.
  package let count: UInt64

  /// The largest request for several lines, in bytes.
  package static let largestBlock = ByteCount.mebibytes(16).value

  /// So many lines of so many bytes each, at least one.
  package init(bytes: UInt64, count: UInt64) {
    self.bytes = bytes
    self.count = count
  }

  /// How many lines a block of so many bytes holds; one always.
  package func perBlock(of block: UInt64 = largestBlock) -> UInt64 { max(1, block / bytes) }

  /// The bytes of each request, where so many lines are taken together.
  package func requests(of together: UInt64) -> some Sequence<UInt64> {
    stride(from: 0, to: count, by: Int(clamping: together)).lazy.map { first in
      min(count - first, together) * bytes
    }
  }
}
