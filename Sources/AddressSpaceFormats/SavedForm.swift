/// Tells by content what is certainly not maps text, so that the answer is a remedy and not a
/// thousand bad lines.
enum SavedForm {
  /// Programs that write what is packed in a file to standard output, by how such a file begins.
  private static let packed: [(magic: [UInt8], offset: Int, name: String, unpack: [String])] = [
    ([0x1F, 0x8B], 0, "compressed by gzip", ["gzip", "-dc"]),
    ([0x1F, 0x9D], 0, "compressed by compress", ["gzip", "-dc"]),
    ([0x28, 0xB5, 0x2F, 0xFD], 0, "compressed by zstd", ["zstd", "-dc"]),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], 0, "compressed by xz", ["xz", "-dc"]),
    ([0x31, 0x41, 0x59, 0x26, 0x53, 0x59], 4, "compressed by bzip2", ["bzip2", "-dc"]),
    ([0x04, 0x22, 0x4D, 0x18], 0, "compressed by lz4", ["lz4", "-dc"]),
    ([0x50, 0x4B, 0x03, 0x04], 0, "a zip archive", ["unzip", "-p"]),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], 0, "a 7-Zip archive", ["7z", "x", "-so"]),
    (Array("ustar".utf8), 257, "a tar archive", ["tar", "-xOf"]),
    ([0xFF, 0xFE], 0, "text of 16-bit characters", ["iconv", "-f", "UTF-16", "-t", "UTF-8"]),
    ([0xFE, 0xFF], 0, "text of 16-bit characters", ["iconv", "-f", "UTF-16", "-t", "UTF-8"]),
  ]

  private static func refusePacked(_ bytes: [UInt8]) throws(FormatError) {
    for form in packed where bytes.dropFirst(form.offset).starts(with: form.magic) {
      throw .packed(form.name, unpack: form.unpack)
    }
  }

  /// What a text without a mapping is, as far as its beginning tells.
  static func foreignText(_ bytes: [UInt8]) -> FormatError? {
    let head = String(decoding: bytes.prefix(SavedFile.longestHead), as: UTF8.self)
    for form in texts where form.marks.allSatisfy(head.contains) {
      return .foreign(form.name, remedy: form.remedy)
    }
    return nil
  }

  private static let texts: [(marks: [String], name: String, remedy: String)] = [
    (
      ["[rollup]"], "smaps_rollup, the sum over all mappings without the mappings",
      "Give /proc/PID/maps or smaps."
    ),
    (
      ["-----BEGIN BREAKPAD MICRODUMP-----"], "a Breakpad microdump",
      "It names libraries and no other mappings. Give a minidump or /proc/PID/maps."
    ),
    (
      ["Virtual Memory Map of process"], "the output of vmmap of macOS",
      "It is not read: processes of macOS are all 64-bit now."
    ),
    (
      ["Analysis Tool:", "vmmap"], "the output of vmmap of macOS",
      "It is not read: processes of macOS are all 64-bit now."
    ),
    (
      ["PID", "START", "END", "PRT", "RES"], "the output of procstat of FreeBSD",
      "It is not read; its placement is not known here."
    ),
    (
      ["map: start: ", " end: ", " load_bias: "],
      "a list of mappings of a test of Android's libbacktrace",
      "It has the mappings with code only. Give /proc/PID/maps or a tombstone."
    ),
    (
      [" flags=", " page=", " build_id_size="], "an answer to PROCMAP_QUERY",
      "Give /proc/PID/maps, which has the same."
    ),
  ]

  static func refuseForeign(_ bytes: [UInt8]) throws(FormatError) {
    try refusePacked(bytes)
    for form in forms where bytes.starts(with: form.magic) {
      throw .foreign(form.name, remedy: form.remedy)
    }
  }

  private struct Form {
    let magic: [UInt8]
    let name: String
    let remedy: String
  }

  private static let forms =
    [
      Form(
        magic: Array("SQLite format 3\0".utf8), name: "a SQLite database",
        remedy: "A recording cannot be read from standard input or a pipe; name its file."),
      Form(
        magic: Array("\u{7F}ELF".utf8), name: "an ELF file but no core",
        remedy: "Give a core that the kernel or gcore wrote, or the process's /proc/PID/maps."),
    ]
    + [("PAGEDUMP", "32-bit"), ("PAGEDU64", "64-bit")].map { magic, bits in
      Form(
        magic: Array(magic.utf8), name: "a dump of the \(bits) Windows kernel",
        remedy: "It is of the whole machine. Make one of the process: procdump -ma PID.")
    }
    + [
      Form(
        magic: Array("USERDUMP".utf8), name: "a dump of the time before minidumps",
        remedy: "Open it in WinDbg and save what !address prints."),
      Form(
        magic: Array("MZ".utf8), name: "a Windows program",
        remedy: "Give a minidump of the process that runs it: procdump -ma PID."),
      Form(
        magic: [0xCA, 0xFE, 0xBA, 0xBE], name: "a Java class or a program for macOS",
        remedy: "Give what was saved of a process."),
      Form(
        magic: Array("PERFILE2".utf8), name: "a profile of perf",
        remedy: "It does not tell what was unmapped. Give /proc/PID/maps, or 'addrspace record'."),
      Form(
        magic: Array("JAVA PROFILE 1.0".utf8), name: "a heap dump of Java",
        remedy: "It holds objects and no mappings. Give hs_err_pid*.log or /proc/PID/maps."),
    ]
    + [[0xFE, 0xED, 0xFA, 0xCE], [0xFE, 0xED, 0xFA, 0xCF]].flatMap { [$0, $0.reversed()] }.map {
      Form(
        magic: $0, name: "a Mach-O file",
        remedy: "Programs and cores of macOS are not read; its processes are all 64-bit now.")
    }
}
