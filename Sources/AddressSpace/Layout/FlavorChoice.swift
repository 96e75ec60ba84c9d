/// Which Linux user space a map belongs to.
struct FlavorChoice {
  let map: AddressMap
  let facts: LayoutFacts

  /// The flavour and, as the beginning of the layout's basis, why.
  func made() -> (LinuxFlavor, reason: String) {
    if let wordSize = facts.wordSize {
      return wordSize == .bits64 ? sixtyFourBits() : thirtyTwoBits()
    }
    return top > Address(1 << 32) ? sixtyFourBits() : thirtyTwoBits()
  }

  private func sixtyFourBits() -> (LinuxFlavor, reason: String) {
    let isArm = facts.machine.map { $0 == .arm64 } ?? looksLikeArm
    guard isArm else { return (.x86With64Bits, said("64-bit process")) }
    let is39 = top <= Address(1 << 39)
    return (is39 ? .arm64With39Bits : .arm64With48Bits, said("64-bit ARM process"))
  }

  private func thirtyTwoBits() -> (LinuxFlavor, reason: String) {
    let isArm = facts.machine.map { $0 == .arm } ?? looksLikeArm
    return isArm ? thirtyTwoBitsArm() : thirtyTwoBitsX86()
  }

  private func thirtyTwoBitsArm() -> (LinuxFlavor, reason: String) {
    if facts.kernelMachine == .arm64 {
      return (.arm64Compat, "32-bit ARM process on an AArch64 kernel")
    }
    if top > 0xC000_0000 { return (.arm64Compat, said("mapped up to \(top), ARM names")) }
    let isSmall = hasStack && top <= 0x7F00_0000
    return (
      isSmall ? .arm7With2GiB : .arm7With3GiB,
      said(hasStack ? "stack ends at \(top), ARM names" : "ARM names, no stack in the map")
    )
  }

  private func thirtyTwoBitsX86() -> (LinuxFlavor, reason: String) {
    if let personality = facts.personality, facts.kernelMachine == .x86_64 {
      return personality.contains(.limit3GiB)
        ? (.i386With3GiB, "personality ADDR_LIMIT_3GB on an x86-64 kernel")
        : (.i386With4GiB, "32-bit process on an x86-64 kernel")
    }
    if top > 0xC000_0000 { return (.i386With4GiB, said("mapped up to \(top)")) }
    guard hasStack else { return (.i386With4GiB, said("no stack in the map to tell the limit")) }
    return top > 0x8000_0000
      ? (.i386With3GiB, said("stack ends at \(top)"))
      : (.i386With2GiB, said("stack ends at \(top)"))
  }

  private func said(_ reason: String) -> String {
    facts.wordSize == nil ? "assumed: " + reason : reason
  }

  /// The end of the highest mapping of the process itself: the kernel's own pages lie above.
  private var top: Address {
    let kernelPages = ["[vectors]", "[vsyscall]", "[kuserhelpers]"]
    return map.regions.last { !kernelPages.contains($0.name) }?.range.upper ?? 0
  }

  private var hasStack: Bool {
    map.first { $0 == "[stack]" } != nil
  }

  private var looksLikeArm: Bool {
    map.first { name in
      ["[vectors]", "[sigpage]", "[kuserhelpers]"].contains(name)
        || Self.armNames.contains(where: name.contains)
    } != nil
  }

  /// What only names of ARM systems have in them.
  static let armNames = [
    "arm-linux-gnueabi", "ld-linux-armhf", "aarch64", "/system/lib", "/system/bin/", "/apex/",
  ]
}
