public import AddressSpace

/// How a Linux program is started: what decides where its parts lie, besides chance.
public struct LinuxLaunch: Sendable {
  /// What is started.
  public var program: LinuxProgram
  /// What the kernel was built for: it decides where programs and the second search begin.
  public var kernel: Machine
  /// The soft limit of its stack; `LayoutFacts.unlimitedStack` where there is none.
  public var stackLimit: ByteCount = .mebibytes(8)
  /// Whether addresses are randomised (not under `setarch -R`).
  public var isRandomized = true
  /// Whether the layout is the old bottom-up one (`setarch -L`, `vm.legacy_va_layout`).
  public var isLegacy = false
  /// How many bits of pages are drawn for mappings and for the program (`vm.mmap_rnd_bits`,
  /// `vm.mmap_rnd_compat_bits`).
  public var randomBits: Int
  /// Whether a randomised heap leaves at least a page free above the program: newer kernels do.
  public var leavesHeapGap = true
  /// What the kernel maps of its own, lowest first.
  public var kernelPages: [KernelPages]
  /// What bounds the process besides its addresses.
  public var limits: LimitFacts?

  let flavor: LinuxFlavor

  /// Pages of the kernel's that a program can read or call.
  public struct KernelPages: Hashable, Sendable {
    /// What a map calls them.
    public var name: String
    /// Their size.
    public var size: ByteCount
    /// What may be done with them.
    public var access: Region.Access

    /// Some pages.
    public init(_ name: String, _ size: ByteCount, _ access: Region.Access) {
      self.name = name
      self.size = size
      self.access = access
    }
  }

  /// The start of a program under a 32-bit x86 or ARM layout or `linux-x86-64`, nil for others.
  ///
  /// - Parameter kernel: what runs a 3 GiB layout: an x86-64 kernel by a personality, or one of
  ///   i386; other layouts tell it.
  public init?(layout name: String, program: LinuxProgram? = nil, kernel: Machine? = nil) {
    guard let flavor = LinuxFlavor.all.first(where: { $0.name == name }) else { return nil }
    let isArm = name.hasPrefix("linux-arm")
    guard !name.hasPrefix("linux-arm64") else { return nil }
    self.flavor = flavor
    self.program = program ?? (isArm ? .helloOnArm : .hello)
    let isOn64Bits = name == "linux-i386-4g" || name == "linux-x86-64"
    self.kernel = isOn64Bits ? .x86_64 : isArm ? .arm : kernel ?? .i386
    randomBits = flavor.wordSize == .bits64 ? 28 : 8
    kernelPages =
      isArm ? Self.armPages : self.kernel == .x86_64 ? Self.pagesOf64Bits : Self.pagesOf32Bits
  }

  private static let vdso = KernelPages("[vdso]", .kibibytes(8), [.read, .execute])
  private static let pagesOf32Bits = [KernelPages("[vvar]", .kibibytes(16), .read), vdso]
  /// Since Linux 6.13 the clocks of hypervisors have pages of their own.
  private static let pagesOf64Bits = [
    KernelPages("[vvar]", .kibibytes(16), .read),
    KernelPages("[vvar_vclock]", .kibibytes(8), .read),
    vdso,
  ]
  private static let armPages = [
    KernelPages("[sigpage]", .kibibytes(4), [.read, .execute]),
    KernelPages("[vvar]", .kibibytes(4), .read),
    KernelPages("[vdso]", .kibibytes(4), [.read, .execute]),
  ]

  var isArm: Bool { kernel == .arm }
  /// An unlimited stack asks for the old layout on ARM; on x86 it only lowers the base.
  var isBottomUp: Bool { isLegacy || isArm && stackLimit == LayoutFacts.unlimitedStack }
}
