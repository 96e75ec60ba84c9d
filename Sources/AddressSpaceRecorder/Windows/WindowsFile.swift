import AddressSpace
import CAddressSpaceRecorder

/// What is kept of the file of a Windows program or library.
struct WindowsFile {
  /// The address that it was linked for.
  let base: UInt64
  /// How many bytes it takes in memory.
  let size: UInt64
  /// An ELF file that tells of it; whoever has it closes it.
  let file: Int32

  /// Nil where a file is no Windows image, or cannot be read.
  init?(of file: Int32) {
    guard file >= 0, Self.read(file, 2) == Array("MZ".utf8) else { return nil }
    let size = asp_file_size(file)
    guard size > 0, size <= Self.longest, let image = PEImage(Self.read(file, size)) else {
      return nil
    }
    let elf = image.elf()
    self.file = asp_make_file(elf, elf.count)
    guard self.file >= 0 else { return nil }
    base = image.base
    self.size = image.size
  }

  private static func read(_ file: Int32, _ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let length = asp_read_file(file, &bytes, count)
    bytes.removeLast(count - length)
    return bytes
  }

  /// A file is read as a whole.
  private static var longest: Int { 256 << 20 }
}
