/// Tells by content what is certainly not maps text, so that the answer is a remedy and not a
/// thousand bad lines.
enum SavedForm {
  static func refuseForeign(_ bytes: [UInt8]) throws(FormatError) {
    for form in forms where bytes.starts(with: form.magic) {
      throw .foreign(form.name, remedy: form.remedy)
    }
  }

  private struct Form {
    let magic: [UInt8]
    let name: String
    let remedy: String
  }

  private static let forms = [
    Form(
      magic: [0x1F, 0x8B], name: "compressed by gzip",
      remedy: "Unpack it into standard input: gzip -dc FILE | addrspace inspect -"),
    Form(
      magic: Array("SQLite format 3\0".utf8), name: "a SQLite database",
      remedy: "A recording cannot be read from standard input or a pipe; name its file."),
    Form(
      magic: [0x28, 0xB5, 0x2F, 0xFD], name: "compressed by zstd",
      remedy: "Unpack it into standard input: zstd -dc FILE | addrspace inspect -"),
    Form(
      magic: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], name: "compressed by xz",
      remedy: "Unpack it into standard input: xz -dc FILE | addrspace inspect -"),
    Form(
      magic: Array("\u{7F}ELF".utf8), name: "an ELF file but no core",
      remedy: "Give a core that the kernel or gcore wrote, or the process's /proc/PID/maps."),
    Form(
      magic: Array("PAGEDU".utf8), name: "a memory dump of the Windows kernel",
      remedy: "Give a minidump of the process: procdump -ma PID, or Task Manager."),
  ]
}
