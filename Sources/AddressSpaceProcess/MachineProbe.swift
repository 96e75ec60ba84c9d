import AddressSpace
import Glibc
import SystemPackage

/// Looks at what the machine allows.
public enum MachineProbe {
  /// One thing that was looked at.
  public struct Finding: Sendable {
    /// What.
    public let name: String
    /// Whether it is as it should be.
    public let isOK: Bool
    /// What was seen.
    public let detail: String
    /// What to do where it is not.
    public let remedy: String?
  }

  /// Everything that is looked at.
  public static func findings() -> [Finding] {
    [kernel, processFiles, tracing, thirtyTwoBitPrograms, seccomp, unwinders, lowestMapping]
  }

  private static var kernel: Finding {
    let release = text("/proc/sys/kernel/osrelease") ?? "unknown"
    let machine = text("/proc/sys/kernel/arch") ?? ""
    return Finding(
      name: "Linux kernel", isOK: true,
      detail: [release, machine].filter { !$0.isEmpty }.joined(separator: " "), remedy: nil)
  }

  private static var processFiles: Finding {
    let isReadable = (try? ProcFile(pid: getpid()).bytes("maps"))?.isEmpty == false
    return Finding(
      name: "/proc", isOK: isReadable, detail: isReadable ? "mounted" : "not readable",
      remedy: "mount -t proc proc /proc")
  }

  private static var tracing: Finding {
    let scope = text("/proc/sys/kernel/yama/ptrace_scope").flatMap { Int($0) } ?? 0
    let isRoot = geteuid() == 0
    let detail = isRoot ? "as root" : "kernel.yama.ptrace_scope is \(scope)"
    return Finding(
      name: "reading other processes", isOK: scope < (isRoot ? 3 : 1), detail: detail,
      remedy: scope == 3
        ? "kernel.yama.ptrace_scope is 3 until the next boot."
        : "Run as root, or: sysctl kernel.yama.ptrace_scope=0")
  }

  /// Runs a program of a few bytes made for i386: only the kernel can tell whether it may.
  private static var thirtyTwoBitPrograms: Finding {
    let isOK = TinyProgram.runs()
    return Finding(
      name: "32-bit programs", isOK: isOK,
      detail: isOK ? "the kernel runs i386 programs" : "the kernel refuses i386 programs",
      remedy:
        "It needs an x86-64 kernel with CONFIG_IA32_EMULATION, not booted with ia32_emulation=0."
    )
  }

  /// What `record` starts programs with.
  private static var seccomp: Finding {
    let actions = text("/proc/sys/kernel/seccomp/actions_avail")?.split(separator: " ") ?? []
    let isOK = actions.contains("trace")
    return Finding(
      name: "seccomp", isOK: isOK,
      detail: isOK
        ? "the kernel stops programs at chosen calls"
        : "the kernel has no filter that stops programs",
      remedy: "Without it only running programs can be recorded, with --pid."
    )
  }

  private static var unwinders: Finding {
    #if arch(x86_64)
      let detail = "libunwind for 64-bit programs, libdw for 32-bit ones"
      return Finding(name: "unwinders", isOK: true, detail: detail, remedy: nil)
    #else
      return Finding(
        name: "unwinders", isOK: false, detail: "none for this processor",
        remedy: "Record on an x86-64 machine; everything else works here.")
    #endif
  }

  private static var lowestMapping: Finding {
    let lowest = LowestMapping.read()
    return Finding(
      name: "lowest mapping", isOK: lowest != nil, detail: lowest?.description ?? "not found",
      remedy: "vm.mmap_min_addr is used in its place.")
  }

  private static func text(_ path: String) -> String? {
    guard let file = try? FileDescriptor.open(path, .readOnly) else { return nil }
    defer { try? file.close() }
    guard let bytes = try? ProcFile.contents(of: file) else { return nil }
    return String(decoding: bytes.prefix { $0 != 0x0A }, as: UTF8.self)
  }
}
