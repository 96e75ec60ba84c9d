import AddressSpace

/// Finds out whether a process runs a Windows program, and whether that is large address aware.
struct WineProbe {
  let pid: Int32
  let map: AddressMap
  let wordSize: WordSize

  /// What is known, nil where the process is no Wine process.
  func facts() -> WineFacts? {
    guard map.showsWine else { return nil }
    if let name = forcingVariable() {
      return WineFacts(isLargeAddressAware: true, evidence: "\(name) in its environment")
    }
    guard let program = program() else { return WineFacts() }
    return WineFacts(
      isLargeAddressAware: program.isLargeAddressAware,
      evidence: "the header of \(program.name)")
  }

  /// The variable that makes some builds of Wine treat every program as large address aware.
  private func forcingVariable() -> String? {
    let names = ["WINE_LARGE_ADDRESS_AWARE", "PROTON_FORCE_LARGE_ADDRESS_AWARE"]
    guard let environment = try? ProcFile(pid: pid).bytes("environ") else { return nil }
    let variables = environment.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    return names.first { name in
      variables.contains { $0.hasPrefix(name + "=") && $0 != name + "=" && $0 != name + "=0" }
    }
  }

  /// The stack that a thread of the program gets by default, as its header says.
  func stackReserve() -> ByteCount? {
    program().flatMap { $0.stackReserve > 0 ? ByteCount($0.stackReserve) : nil }
  }

  /// How many environment blocks (TEBs) there are, of threads that run or have ended: each has
  /// 64 KiB, begins 8 KiB into them and points at itself (`NtTib.Self`). Nil where the process is
  /// 64-bit.
  func environments() -> UInt64? {
    guard wordSize == .bits32, let memory = ProcessMemory(pid: pid, wordSize: wordSize, map: map)
    else {
      return nil
    }
    var count: UInt64 = 0
    for region in map.regions
    where region.isUnnamed && region.access.contains([.read, .write])
      && !region.access.contains(.shared)
    {
      var next = region.range.lower.roundedUp(to: .kibibytes(64))
      while let base = next, base < region.range.upper {
        if memory.word(at: base + 0x2018) == base.value + 0x2000 { count += 1 }
        next = (base + 1).roundedUp(to: .kibibytes(64))
      }
    }
    return count > 0 ? count : nil
  }

  private struct Program {
    let name: String
    let isLargeAddressAware: Bool
    let stackReserve: UInt64
  }

  /// The one mapped file that has the header of a Windows program and not of a library.
  private func program() -> Program? {
    guard let memory = ProcessMemory(pid: pid, wordSize: wordSize, map: map) else { return nil }
    for region in map.regions
    where region.inode != 0 && region.offset == 0 && region.range.lower.value % 0x1_0000 == 0 {
      guard let header = memory.bytes(at: region.range.lower, count: 64),
        header.starts(with: [0x4D, 0x5A])
      else { continue }
      // e_lfanew, then the PE signature, the machine and, 18 bytes on, the characteristics.
      let offset = header[60..<64].littleEndian
      guard offset < 0x1000,
        let image = memory.bytes(at: region.range.lower + ByteCount(offset), count: 24 + 76),
        image.starts(with: [0x50, 0x45, 0, 0]), image[4..<6].littleEndian == 0x14C
      else { continue }
      let characteristics = image[22..<24].littleEndian
      guard characteristics & 0x2000 == 0 else { continue }
      let name = region.name.split(separator: "/").last.map(String.init) ?? region.name
      // The optional header begins behind; at 72 it has SizeOfStackReserve.
      return Program(
        name: name, isLargeAddressAware: characteristics & 0x20 != 0,
        stackReserve: image[96..<100].littleEndian)
    }
    return nil
  }
}
