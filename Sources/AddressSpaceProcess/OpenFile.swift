public import AddressSpaceFormats
import Glibc
public import SystemPackage

/// A regular file that is read where it is asked for, so that of a large one only the parts that
/// matter are read.
public final class OpenFile: FileBytes {
  /// How many bytes it had when it was opened.
  public let size: UInt64
  private let file: FileDescriptor

  /// Opens `path`; nil where it has no size, as pipes and the files of `/proc`, and so can only be
  /// read from its beginning.
  public init?(_ path: String) throws(Errno) {
    file = try Self.open(path)
    var status = stat()
    let isKnown = fstat(file.rawValue, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isKnown ? UInt64(status.st_size) : 0
    if size == 0 { return nil }
  }

  deinit { try? file.close() }

  /// Up to `count` bytes from `offset` on: fewer where the file ends before or cannot be read.
  public func bytes(at offset: UInt64, count: Int) -> [UInt8] {
    guard offset < size, count > 0 else { return [] }
    let wanted = Int(min(UInt64(count), size - offset))
    return [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted {
        let rest = UnsafeMutableRawBufferPointer(buffer.extracting(filled..<wanted))
        guard
          let read = try? file.read(fromAbsoluteOffset: Int64(offset) + Int64(filled), into: rest),
          read > 0
        else { break }
        filled += read
      }
    }
  }

  /// The bytes of a file of any sort from its beginning, nil where there are more than `limit`.
  public static func all(of path: String, atMost limit: Int) throws(Errno) -> [UInt8]? {
    let file = try open(path)
    defer { try? file.close() }
    var bytes: [UInt8] = []
    while true {
      let chunk: [UInt8]
      do {
        chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
          count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
      } catch {
        throw error as? Errno ?? .ioError
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
      if bytes.count > limit { return nil }
    }
  }

  private static func open(_ path: String) throws(Errno) -> FileDescriptor {
    do {
      return try FileDescriptor.open(path, .readOnly)
    } catch {
      throw error as? Errno ?? .ioError
    }
  }
}
