import AddressSpace

/// The `VmFlags` of a mapping in smaps, two letters each (`proc_pid_smaps(5)`).
struct VmFlags {
  private let flags: [ArraySlice<UInt8>]

  init(_ text: ArraySlice<UInt8>) {
    flags = text.split(separator: 0x20)
  }

  private func contains(_ flag: String) -> Bool {
    flags.contains { $0.elementsEqual(flag.utf8) }
  }

  /// Whether the kernel has promised the memory (`VM_ACCOUNT`).
  var areAccounted: Bool { contains("ac") }

  /// What they tell of a mapping beyond its columns.
  func traits(of region: Region) -> Region.Traits {
    var traits: Region.Traits = []
    if contains("nr") { traits.insert(.noReserve) }
    if contains("gd") { traits.insert(.growsDown) }
    let isPlain =
      region.inode == 0 && region.access.contains(.write) && !region.access.contains(.shared)
      && (region.name.isEmpty || region.name == "[heap]")
    if isPlain, !traits.contains(.growsDown), !areUsual { traits.insert(.distinct) }
    return traits
  }

  /// Whether new memory has the same, but for `nr`, which is a trait by itself, and `sd`, which the
  /// kernel does not compare.
  private var areUsual: Bool {
    let usual = ["rd", "wr", "ex", "mr", "mw", "me", "ac", "nr", "sd"]
    return flags.allSatisfy { flag in usual.contains { flag.elementsEqual($0.utf8) } }
      && (areAccounted || contains("nr"))
  }
}

/// What the details of smaps add up to.
struct HeldSums {
  private var resident = Sum()
  private var swapped = Sum()
  private var committed = Sum()

  /// A sum, and of how many mappings.
  private struct Sum {
    var bytes: UInt64 = 0
    var count = 0

    mutating func add(_ value: UInt64) {
      let (sum, overflow) = bytes.addingReportingOverflow(value)
      bytes = overflow ? .max : sum
      count += 1
    }

    /// Nil where some mappings had no such line.
    func total(of regions: Int) -> ByteCount? { count == regions ? ByteCount(bytes) : nil }
  }

  mutating func add(_ flags: VmFlags, of region: Region) {
    committed.add(flags.areAccounted ? region.size.value : 0)
  }

  /// Adds a line `Rss:   4 kB` or `Swap:   0 kB`.
  mutating func add(_ key: ArraySlice<UInt8>, _ value: ArraySlice<UInt8>) {
    let isResident = key.elementsEqual("Rss".utf8)
    guard isResident || key.elementsEqual("Swap".utf8) else { return }
    var number: UInt64 = 0
    for byte in value.drop(while: { $0 == 0x20 || $0 == 0x09 }) {
      guard (0x30...0x39).contains(byte), number < 1 << 50 else { break }
      number = number * 10 + UInt64(byte - 0x30)
    }
    if isResident { resident.add(number << 10) } else { swapped.add(number << 10) }
  }

  /// All of it for a map of so many mappings, nil where none of it is known.
  func total(of regions: Int) -> HeldMemory? {
    let held = HeldMemory(
      resident: resident.total(of: regions), committed: committed.total(of: regions),
      swapped: swapped.total(of: regions))
    return held == HeldMemory() ? nil : held
  }
}
