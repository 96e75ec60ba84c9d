import AddressSpace
import AddressSpaceFormats
import TestSupport
import Testing

@Suite("Java's crash logs on Windows")
struct WindowsJavaLogTests {
  @Test("modules, stacks, heap, code and limits")
  func log() throws {
    let snapshot = try WindowsFiles.snapshot("hs_err_pid4711.log")
    #expect(snapshot.source.kind == .javaLog)
    #expect(snapshot.source.pid == 4711)
    #expect(snapshot.source.name == "java.exe")
    #expect(snapshot.facts.lacksMappings)
    #expect(snapshot.facts.windows?.is64BitSystem == true)
    #expect(snapshot.facts.wordSize == .bits32)
    #expect(snapshot.facts.limits?.commit?.limit == .kibibytes(16_533_716))
    #expect(snapshot.facts.limits?.commit?.used == .kibibytes(16_533_716 - 11_973_440))
    #expect(
      snapshot.map.regions.map { "\($0.range) \($0.kind) \($0.name)" } == [
        "0x00180000-0x001d0000 stack [stack:6672]",
        #"0x00400000-0x0042f000 image C:\Program Files (x86)\Java\jre7\bin\java.exe"#,
        "0x02400000-0x04400000 anonymous ", "0x04400000-0x0ee50000 anonymous [managed heap]",
        "0x0ee50000-0x24400000 anonymous [managed heap]",
        "0x24580000-0x245d0000 stack [stack:6688]", "0x246d0000-0x24720000 stack [stack:6708]",
        #"0x6c820000-0x6cba9000 image C:\Program Files (x86)\Java\jre7\bin\client\jvm.dll"#,
        #"0x751b0000-0x752c0000 image C:\Windows\syswow64\kernel32.dll"#,
        #"0x76d80000-0x76efd000 image C:\Windows\SysWOW64\ntdll.dll"#,
      ])
    #expect(snapshot.diagnostics.count == 1)
  }

  @Test("a log of a 64-bit machine")
  func wide() throws {
    let text = """
      #  EXCEPTION_ACCESS_VIOLATION (0xc0000005) at pc=0x00007ffb45f50000, pid=7204, tid=9772
      # Java VM: OpenJDK 64-Bit Server VM (17.0.1+12, mixed mode, tiered, g1 gc, windows-amd64)
       garbage-first heap   total 524288K, used 3072K [0x00000000e0000000, 0x0000000100000000)
      Dynamic libraries:
      0x00007ff630270000 - 0x00007ff6302ae000 \tC:\\Program Files\\Java\\bin\\javaw.exe
      OS: Windows 10 , 64 bit Build 19041 (10.0.19041.1706)
      """
    let snapshot = try WindowsFiles.snapshot(of: text)
    #expect(snapshot.facts.wordSize == .bits64)
    #expect(snapshot.facts.windows?.version == "10.0.19041.1706")
    #expect(snapshot.map.regions.count == 2)
  }

  @Test("a log without modules is refused, one of Linux is not taken for one")
  func others() throws {
    #expect(throws: FormatError.self) {
      try WindowsFiles.snapshot(of: "# Java VM: HotSpot (24.80-b11 mixed mode windows-x86 )\n")
    }
    let linux = try WindowsFiles.snapshot(
      of:
        "# Java VM: HotSpot (24.80-b11 mixed mode linux-x86 )\n00400000-00401000 r-xp 00000000 00:00 0\n"
    )
    #expect(linux.source.kind != .vmmap && linux.facts.windows == nil)
  }

  @Test("any damage")
  func damaged() throws {
    try WindowsFiles.damage(try WindowsFiles.bytes("hs_err_pid4711.log"), seed: 3, step: 17)
  }
}
