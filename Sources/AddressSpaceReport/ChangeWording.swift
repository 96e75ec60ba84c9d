import AddressSpace

/// How changes are brought about, and what they cost.
struct ChangeWording {
  let room: Room
  let source: Source

  private var program: String {
    let image = room.regions.first { $0.kind == .image && $0.name.lowercased().hasSuffix(".exe") }
    return image.map { Wording.short($0.name) } ?? source.name ?? "PROGRAM"
  }

  private var pid: String { source.pid.map { "\($0)" } ?? "PID" }

  /// The command, setting or deed that brings a change about.
  func command(for change: Change) -> String {
    switch change {
    case .largeAddressAware:
      "editbin /LARGEADDRESSAWARE \(program), or link it with -Wl,--large-address-aware"
    case .threeGigabytes:
      "bcdedit /set increaseuserva 3072, of a program that is large address aware"
    case .layout(let name): layout(name)
    case .withoutRandomization: "setarch -R \(program)"
    case .topDown: topDown
    case .threadStack(let size): "ulimit -s \(size.value >> 10), or pthread_attr_setstacksize"
    case .threads: "start as many threads"
    case .without(let pattern): without(pattern)
    case .tile(let size): "allocate buffers in pieces of \(size)"
    case .mapLimit(let count): "sysctl -w vm.max_map_count=\(count)"
    case .resourceLimit(let resource, let size): limit(resource, size)
    }
  }

  private func layout(_ name: String) -> String {
    switch name {
    case "linux-i386-4g":
      return isLimited ? "start it without setarch -3" : "run it on a 64-bit kernel, as it is"
    case "linux-i386-3g":
      return room.facts.kernelMachine == .x86_64
        ? "setarch linux32 -3 \(program)" : "run it on a kernel with the 3G/1G split"
    case "linux-arm64-compat": return "run it on an AArch64 kernel, as it is"
    case "linux-armv7-3g": return "run it on a kernel with the 3G/1G split"
    case "windows-4g": return "run it on 64-bit Windows, large address aware"
    default: return "run it where the layout is \(name)"
    }
  }

  private var topDown: String {
    if room.facts.legacySysctl == true { return "sysctl -w vm.legacy_va_layout=0, then start it" }
    if room.facts.stackLimit == LayoutFacts.unlimitedStack, room.layout.name.contains("arm") {
      return "ulimit -s 8192, then start it"
    }
    return "start it without setarch -L"
  }

  private func without(_ pattern: String) -> String {
    let region = room.regions.first {
      $0.name == pattern || Wording.short($0.name) == pattern
    }
    switch region?.kind {
    case .image: return "unload it, or do not link it"
    case .file, .shared: return "unmap it"
    case .stack: return "end the threads"
    default: return "free it"
    }
  }

  private func limit(_ resource: Change.Resource, _ size: ByteCount?) -> String {
    let names: [Change.Resource: String] = [.addressSpace: "as", .data: "data", .stack: "stack"]
    guard resource != .stack else {
      return "ulimit -s \(size.map { "\($0.value >> 10)" } ?? "unlimited"), then start it"
    }
    let value = size.map { "\($0.value)" } ?? "unlimited"
    return "prlimit --pid \(pid) --\(names[resource] ?? "")=\(value)"
  }

  /// Whether the 3 GiB are of its own choice.
  private var isLimited: Bool { room.facts.personality?.contains(.limit3GiB) == true }

  /// What a change costs or risks.
  func cost(of change: Change) -> String {
    switch change {
    case .largeAddressAware:
      "the program and its libraries must take no address for a signed number"
    case .threeGigabytes: "less room for the kernel and its drivers; needs a reboot"
    case .layout(let name):
      isLimited && name == "linux-i386-4g"
        ? "addresses above 3 GiB, which the program may have been kept from on purpose"
        : "another machine, kernel or start; higher addresses, none to be taken for negative"
    case .withoutRandomization: "addresses that an attacker can foresee"
    case .topDown: "programs that count on the old order of addresses"
    case .threadStack: "a thread that needs more stack crashes"
    case .threads: "nothing but the addresses"
    case .without: "what it is used for"
    case .tile: "code that takes a buffer for one piece has to change"
    case .mapLimit: "a little kernel memory for each mapping"
    case .resourceLimit(.stack, _): "a thread that needs more stack crashes"
    case .resourceLimit: "the guard that the limit was set for"
    }
  }

  /// The best advice in one line of the first screen, without its label.
  func line(for advice: Advice, insteadOf now: UInt64) -> String {
    let then = advice.fits.first ?? now
    let isExact = advice.forecasts.first?.buffer.isExact == true
    let numbers = "would give \(isExact ? "" : "about ")\(then) instead of \(now)"
    switch advice.change {
    case .largeAddressAware:
      // What is not exact takes more words, and the line has no room for both.
      return isExact
        ? "not large address aware: the flag \(numbers)" : "large address aware it \(numbers)"
    case .threeGigabytes: return "booted with /3GB: \(numbers)"
    case .layout(let name):
      guard name == "linux-i386-4g" else { return "the layout \(name) \(numbers)" }
      return isLimited ? "not under setarch -3 it \(numbers)" : "a 64-bit kernel \(numbers)"
    case .topDown: return "the layout is legacy: top-down \(numbers)"
    case .threadStack(let size): return "threads with \(size) stacks \(numbers)"
    case .mapLimit(let count): return "vm.max_map_count=\(count) \(numbers)"
    case .resourceLimit(let resource, _):
      return "without ulimit -\(resource.rawValue) it \(numbers)"
    default: return "\(advice.change) \(numbers)"
    }
  }
}
