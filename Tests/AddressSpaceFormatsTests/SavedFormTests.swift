import AddressSpace
import AddressSpaceFormats
import SystemPackage
import TestSupport
import Testing

@Suite("Files that are something else")
struct SavedFormTests {
  @Test(
    "told by their first bytes",
    arguments: [
      ([0x7F, 0x45, 0x4C, 0x46, 1], "ELF"),
      (Array("PAGEDU64".utf8), "64-bit Windows kernel"),
      (Array("PAGEDUMP".utf8), "32-bit Windows kernel"), (Array("USERDUMP".utf8), "minidumps"),
      (Array("MZ\u{90}\0".utf8), "Windows program"), ([0xFE, 0xED, 0xFA, 0xCE], "Mach-O"),
      ([0xCF, 0xFA, 0xED, 0xFE], "Mach-O"), ([0xCA, 0xFE, 0xBA, 0xBE], "Java class"),
      (Array("PERFILE2".utf8), "perf"), (Array("JAVA PROFILE 1.0.2\0".utf8), "heap dump of Java"),
    ] as [([UInt8], String)])
  func foreign(bytes: [UInt8], word: String) {
    let error = #expect(throws: FormatError.self) { try MapsParser.parse(bytes) }
    guard case .foreign(let form, let remedy) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(form.contains(word))
    #expect(remedy.hasSuffix(".") || remedy.contains("|"))
    #expect(error?.line == nil)
  }

  @Test(
    "packed files, with what unpacks them",
    arguments: [
      ([0x1F, 0x8B, 8, 0], "gzip"), ([0x1F, 0x9D, 8, 0], "gzip"),
      ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
      (Array("BZh91AY&SY".utf8), "bzip2"), ([0x04, 0x22, 0x4D, 0x18], "lz4"),
      ([0x50, 0x4B, 3, 4], "unzip"), ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "7z"),
      ([UInt8](repeating: 0x61, count: 257) + Array("ustar".utf8), "tar"),
      ([0xFF, 0xFE, 0x23, 0], "iconv"), ([0xFE, 0xFF, 0, 0x23], "iconv"),
    ] as [([UInt8], String)])
  func packed(bytes: [UInt8], program: String) {
    for read in [{ try MapsParser.parse($0) }, { try SavedFile.read($0) }]
      as [([UInt8]) throws -> Snapshot]
    {
      let error = #expect(throws: FormatError.self) { try read(bytes) }
      guard case .packed(let form, let unpack) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(unpack.first == program && !form.isEmpty)
      #expect(error?.description.contains(" FILE | addrspace inspect -") == true)
    }
  }

  @Test(
    "texts of other programs",
    arguments: [
      ("macos-vmmap", "macOS"), ("freebsd-procstat", "FreeBSD"),
      ("linux-procmap-query", "PROCMAP_QUERY"), ("other-maplists", "libbacktrace"),
    ])
  func foreignText(folder: String, word: String) throws {
    guard let shared = Fixtures.shared?.appending(folder) else { return }
    let names = Fixtures.names(in: shared, suffix: "").filter { !$0.hasPrefix(".") }
    #expect(!names.isEmpty)
    for name in names {
      let bytes = try Fixtures.bytes(shared.appending(name))
      let error = #expect(throws: FormatError.self) { try SavedFile.read(bytes) }
      #expect(error?.description.contains(word) == true, "\(name): \(String(describing: error))")
    }
  }

  @Test(
    "nothing at all",
    arguments: ["", "\n", "\r\n\r\n", "# only a comment\n", "\u{FEFF}", "hello\n"])
  func nothing(text: String) {
    let error = #expect(throws: FormatError.self) { try MapsParser.parse(Array(text.utf8)) }
    guard case .noRegions = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error?.description.hasSuffix(".") == true)
  }
}
