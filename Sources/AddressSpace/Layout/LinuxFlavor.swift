/// The constants of one kind of Linux user space; sources in `docs/layouts.md`.
package struct LinuxFlavor: Sendable {
  package let name: String
  package let wordSize: WordSize
  /// The first address above user space.
  package let taskSize: Address
  /// Where stacks end at most.
  package let stackTop: Address
  /// The lowest address that an ordinary process gets.
  package let lowest: Address
  /// Where the bottom-up search begins before randomisation.
  package let unmappedBase: Address
  /// Where `mmap` looks when the space below its base is full.
  let fallback: Fallback
  /// How far down the stack is randomised, in pages.
  package let stackRandomPages: UInt64
  /// The most pages that `mmap_base` can be randomised by.
  package let mostRandomPages: UInt64
  /// What to know about it, for `addrspace layouts`.
  let notes: String

  enum Fallback { case unmappedBase, mmapBase }

  package static let page = ByteCount.kibibytes(4)
  package static let guardGap = ByteCount.mebibytes(1)

  /// Where top-down placement begins before randomisation (`mmap_base` in the kernel): a gap for
  /// the stack, its randomisation and its guard, at least 128 MiB and at most five sixths.
  package func mmapBase(stackLimit: ByteCount, isRandomized: Bool) -> Address {
    let random = isRandomized ? ByteCount(stackRandomPages * Self.page.value) : .zero
    let padding = random + Self.guardGap
    let most = ByteCount(stackTop.value / 6 * 5)
    let wanted = stackLimit.adding(padding) ?? most
    let gap = min(max(wanted, .mebibytes(128)), most)
    return (stackTop - gap).roundedUp(to: Self.page) ?? stackTop
  }
}

extension LinuxFlavor {
  /// A 32-bit process on a 32-bit x86 kernel that keeps a gigabyte, or with `setarch -3`.
  package static let i386With3GiB = LinuxFlavor(
    name: "linux-i386-3g", wordSize: .bits32, taskSize: 0xC000_0000, stackTop: 0xC000_0000,
    lowest: 0x1_0000, unmappedBase: 0x4000_0000, fallback: .unmappedBase, stackRandomPages: 0x7FF,
    mostRandomPages: 0xFFFF,
    notes: "32-bit x86 kernel with the usual 3G/1G split, or personality ADDR_LIMIT_3GB")

  /// A 32-bit process on a 32-bit x86 kernel built with VMSPLIT_2G.
  static let i386With2GiB = LinuxFlavor(
    name: "linux-i386-2g", wordSize: .bits32, taskSize: 0x8000_0000, stackTop: 0x8000_0000,
    lowest: 0x1_0000, unmappedBase: 0x2AAA_B000, fallback: .unmappedBase, stackRandomPages: 0x7FF,
    mostRandomPages: 0xFFFF,
    notes: "32-bit x86 kernel built with VMSPLIT_2G; computed, not measured")

  /// A 32-bit process on an x86-64 kernel.
  package static let i386With4GiB = LinuxFlavor(
    name: "linux-i386-4g", wordSize: .bits32, taskSize: 0xFFFF_E000, stackTop: 0xFFFF_E000,
    lowest: 0x1_0000, unmappedBase: 0x5555_5000, fallback: .unmappedBase, stackRandomPages: 0x7FF,
    mostRandomPages: 0xFFFF,
    notes: "32-bit process on an x86-64 kernel")

  /// A 32-bit ARM process on a 32-bit kernel with the usual split.
  static let arm7With3GiB = LinuxFlavor(
    name: "linux-armv7-3g", wordSize: .bits32, taskSize: 0xBF00_0000, stackTop: 0xBF00_0000,
    lowest: 0x8000, unmappedBase: 0x4000_0000, fallback: .mmapBase, stackRandomPages: 0x7FF,
    mostRandomPages: 0xFFFF,
    notes: "ARM kernel with the 3G/1G split; modules take the 16 MiB below")

  /// A 32-bit ARM process on a 32-bit kernel built with VMSPLIT_2G.
  static let arm7With2GiB = LinuxFlavor(
    name: "linux-armv7-2g", wordSize: .bits32, taskSize: 0x7F00_0000, stackTop: 0x7F00_0000,
    lowest: 0x8000, unmappedBase: 0x2B00_0000, fallback: .mmapBase, stackRandomPages: 0x7FF,
    mostRandomPages: 0x7FFF,
    notes: "ARM kernel built with VMSPLIT_2G; computed, not measured")

  /// A 32-bit ARM process on an AArch64 kernel.
  static let arm64Compat = LinuxFlavor(
    name: "linux-arm64-compat", wordSize: .bits32, taskSize: 0xFFFF_F000, stackTop: 0xFFFF_0000,
    lowest: 0x8000, unmappedBase: 0x4000_0000, fallback: .unmappedBase, stackRandomPages: 0x7FF,
    mostRandomPages: 0xFFFF,
    notes: "32-bit ARM process on an AArch64 kernel; computed from its source, not measured")

  /// A 64-bit process on x86-64 with four-level page tables.
  static let x86With64Bits = LinuxFlavor(
    name: "linux-x86-64", wordSize: .bits64, taskSize: 0x7FFF_FFFF_F000,
    stackTop: 0x7FFF_FFFF_F000, lowest: 0x1_0000, unmappedBase: 0x2AAA_AAAA_B000,
    fallback: .unmappedBase, stackRandomPages: 0x3F_FFFF,
    mostRandomPages: 0xFFFF_FFFF,
    notes: "64-bit process; address space is not its limit")

  /// A 64-bit ARM process with 48-bit addresses.
  static let arm64With48Bits = LinuxFlavor(
    name: "linux-arm64", wordSize: .bits64, taskSize: 0x1_0000_0000_0000,
    stackTop: 0x1_0000_0000_0000, lowest: 0x8000, unmappedBase: 0x4000_0000_0000,
    fallback: .unmappedBase, stackRandomPages: 0x3_FFFF, mostRandomPages: 0x1_FFFF_FFFF,
    notes: "64-bit ARM process with 48-bit addresses")

  /// A 64-bit ARM process with 39-bit addresses, as on Android.
  static let arm64With39Bits = LinuxFlavor(
    name: "linux-arm64-39", wordSize: .bits64, taskSize: 0x80_0000_0000,
    stackTop: 0x80_0000_0000, lowest: 0x8000, unmappedBase: 0x20_0000_0000,
    fallback: .unmappedBase, stackRandomPages: 0x3_FFFF, mostRandomPages: 0xFF_FFFF,
    notes: "64-bit ARM process with 39-bit addresses, as on Android")

  /// Whether the bottom-up search after a top-down one begins at a random place too: x86-64 kernels
  /// keep that base for themselves, the generic code takes the constant.
  package func randomizesFallback(on kernel: Machine?) -> Bool {
    name == "linux-i386-4g" || name == "linux-x86-64"
      || name == "linux-i386-3g" && kernel == .x86_64
  }

  package static let all = [
    i386With3GiB, i386With2GiB, i386With4GiB, arm7With3GiB, arm7With2GiB, arm64Compat,
    x86With64Bits, arm64With48Bits, arm64With39Bits,
  ]
}

extension Layout {
  /// The layout of a Linux process whose bases are known.
  package init(
    _ flavor: LinuxFlavor, lowest: Address, mmapBase: Address, unmappedBase: Address,
    isLegacy: Bool, basis: String, isAssumed: Bool
  ) {
    let page = LinuxFlavor.page
    let fallbackBase = flavor.fallback == .mmapBase ? mmapBase : unmappedBase
    let upward = AddressRange(isLegacy ? unmappedBase : fallbackBase, flavor.taskSize)
    let downward = isLegacy ? nil : AddressRange(lowest, mmapBase)
    self.init(
      name: flavor.name,
      space: AddressRange(lowest, flavor.taskSize) ?? .everything(below: flavor.taskSize),
      wordSize: flavor.wordSize, system: .linux, pageSize: page, granularity: page,
      searches: [
        downward.map { Search($0, .topDown, alignment: page) },
        upward.map { Search($0, .bottomUp, alignment: page) },
      ].compactMap { $0 },
      guardGap: LinuxFlavor.guardGap, blocked: [],
      basis: basis, isAssumed: isAssumed)
  }
}
