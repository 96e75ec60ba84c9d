import AddressSpaceFormats
import Glibc
import SystemPackage

/// A regular file that is read where it is asked for, so that of a large one only the parts that
/// matter are read.
final class OpenFile: FileBytes {
  let size: UInt64
  private let file: FileDescriptor

  /// Opens `path`; nil where it has no size, as pipes and the files of `/proc`, and so can only be
  /// read from its beginning.
  init?(_ path: String) throws {
    do {
      file = try FileDescriptor.open(path, .readOnly)
    } catch let error as Errno {
      throw Failure(error, file: path)
    }
    var status = stat()
    let isKnown = fstat(file.rawValue, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    size = isKnown ? UInt64(status.st_size) : 0
    if size == 0 { return nil }
  }

  deinit { try? file.close() }

  func bytes(at offset: UInt64, count: Int) -> [UInt8] {
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
}
