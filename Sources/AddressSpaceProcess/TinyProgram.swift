import Glibc
import SystemPackage

/// A program for i386 that does nothing but end: whether it runs tells what the kernel allows.
enum TinyProgram {
  /// An ELF header, one program header, and `mov eax, 1; xor ebx, ebx; int 0x80`.
  private static let image: [UInt8] = {
    let base: UInt32 = 0x0804_8000
    var bytes: [UInt8] = [0x7F, 0x45, 0x4C, 0x46, 1, 1, 1] + [UInt8](repeating: 0, count: 9)
    func half(_ value: UInt16) { bytes += [UInt8(value & 0xFF), UInt8(value >> 8)] }
    func word(_ value: UInt32) {
      half(UInt16(value & 0xFFFF))
      half(UInt16(value >> 16))
    }
    let code: [UInt8] = [0xB8, 1, 0, 0, 0, 0x31, 0xDB, 0xCD, 0x80]
    let size = UInt32(84 + code.count)
    half(2)
    half(3)
    for value in [1, base + 84, 52, 0, 0] { word(value) }
    for value: UInt16 in [52, 32, 1, 0, 0, 0] { half(value) }
    for value in [1, 0, base, base, size, size, 5, 0x1000] { word(value) }
    return bytes + code
  }()

  static func runs() -> Bool {
    var template = Array("/tmp/addrspace-XXXXXX".utf8CString)
    let file = mkstemp(&template)
    guard file >= 0 else { return false }
    defer { unlink(template) }
    let descriptor = FileDescriptor(rawValue: file)
    let isWritten = (try? descriptor.writeAll(image)) != nil && fchmod(file, 0o700) == 0
    // A file that is open for writing cannot be run.
    guard (try? descriptor.close()) != nil, isWritten else { return false }
    var pid: pid_t = 0
    var arguments: [UnsafeMutablePointer<CChar>?] = [strdup(template), nil]
    defer { free(arguments[0]) }
    guard posix_spawn(&pid, template, nil, nil, &arguments, nil) == 0 else { return false }
    var status: Int32 = 0
    return waitpid(pid, &status, 0) == pid && status == 0
  }
}
