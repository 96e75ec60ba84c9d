import AddressSpace
import AddressSpaceFormats
import SystemPackage

/// Reads from `/proc` what decides a process's layout. What may not be read stays unknown.
struct FactReader {
  let pid: Int32
  private var files: ProcFile { ProcFile(pid: pid) }

  func facts() -> LayoutFacts {
    var facts = LayoutFacts()
    facts.isRead = true
    facts.kernelMachine = Self.kernelMachine
    facts.pageSize = .kibibytes(4)
    if let header = files.bytesIfReadable("exe", at: 0, count: 20).flatMap(ElfIdentity.init) {
      facts.wordSize = header.wordSize
      facts.machine = header.machine
    }
    facts.personality = files.textIfReadable("personality").flatMap { text in
      UInt32(text.prefix { $0 != "\n" }, radix: 16).map(Personality.init)
    }
    facts.stackLimit = files.textIfReadable("limits").flatMap(Self.stackLimit)
    facts.lowestMapping = LowestMapping.read()
    facts.legacySysctl = SystemFile.number("/proc/sys/vm/legacy_va_layout").map { $0 != 0 }
    let stat = files.textIfReadable("stat").flatMap(ProcessStat.init)
    facts.startOfBreak = stat?.startOfBreak
    facts.isRandomized = stat?.isRandomized
    if let wordSize = facts.wordSize {
      facts.firstMapping = FirstMapping(pid: pid, wordSize: wordSize).range()
    }
    return facts
  }

  private static var kernelMachine: Machine {
    #if arch(x86_64)
      .x86_64
    #elseif arch(arm64)
      .arm64
    #else
      .other
    #endif
  }

  /// The soft limit of the stack.
  private static func stackLimit(_ limits: String) -> ByteCount? {
    ResourceLimitsText(limits).limit("Max stack size").map { $0.soft ?? LayoutFacts.unlimitedStack }
  }
}
