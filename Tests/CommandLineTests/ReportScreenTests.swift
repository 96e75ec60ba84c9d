import SystemPackage
import TestSupport
import Testing

@Suite("The first screen of report", .needsProgram)
struct ReportScreenTests {
  private func screen(
    _ recording: PhotoRecording = PhotoRecording(), _ options: String...,
    environment: [String: String] = [:]
  ) async throws -> String {
    let folder = try TemporaryFolder()
    let path = try recording.write(to: folder.path)
    let result = try await Program(environment: environment)(["report", path] + options)
    #expect(result.status == 0 && result.error == "")
    return result.output
  }

  @Test("fits 79 columns and 30 lines, whatever is asked")
  func size() async throws {
    var long = PhotoRecording()
    long.culprit = String(repeating: "very::long::", count: 30) + "name(std::string, int)"
    long.file = "/" + String(repeating: "long/", count: 50) + "file.cpp"
    long.program = "a-program-of-a-name-too-long"
    for recording in [PhotoRecording(), long] {
      for options in [
        [], ["--at", "lowest"], ["--at", "0"], ["--at", "#3"], ["--at", "1.5"],
        ["--by", "function"], ["--by", "module"], ["--pid", "4712"],
        ["--buffer", "64K", "--buffer", "1G"],
      ] {
        let folder = try TemporaryFolder()
        let path = try recording.write(to: folder.path)
        let result = try await Program()(["report", path] + options)
        #expect(result.status == 0, "\(options): \(result.error)")
        let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 31, "\(options)")
        #expect(lines.filter { $0.count > 79 } == [], "\(options)")
        #expect(lines.filter { $0.hasSuffix(" ") } == [], "\(options)")
      }
    }
  }

  @Test("names who took it, who was refused and who holds what, with function, file and line")
  func names() async throws {
    let screen = try await screen()
    let lines = screen.split(separator: "\n").map(String.init)
    func line(after title: String, _ text: String) -> String? {
      lines.drop { !$0.contains(title) }.first { $0.contains(text) }
    }
    let took = line(after: "WHAT TOOK IT", "Buffer::reserve buffer.h:19")
    // Six falls from one stack are one row.
    #expect(took?.contains("-6   mmap2 366.2 MiB x6") == true)
    #expect(line(after: "REFUSED", "mmap2 1.79 GiB x2")?.contains("in pieces: most 1.56") == true)
    #expect(line(after: "REFUSED", "EACCES: not permitted") != nil)
    #expect(line(after: "WHO HOLDS IT", "ExifCache::load exif_cache.cpp:57") != nil)
    #expect(line(after: "WHO HOLDS IT", "thumbnail thumb.py:12") != nil)
    #expect(screen.contains("To fit one more 8000x6000x4x2: free these"))
    #expect(lines[0].hasPrefix("photo  pid 4711  linux-i386-4g  4.250 s  22 events  status 1"))
  }

  @Test("whole stacks on request, each frame in its line")
  func wholeStacks() async throws {
    let screen = try await screen(PhotoRecording(), "--stacks")
    let stack = """
              mmap64 libc.so.6
            > Buffer::reserve(unsigned int) buffer.h:19 (inlined)
              Image::allocate(unsigned int) image.cpp:31
              Batch::load(Path const&) batch.cpp:88
              main main.cpp:61
      """
    #expect(screen.contains(stack))
    #expect(screen.contains("        the stack was not copied further\n"))
  }

  @Test("with --top each fall has a row")
  func everyFall() async throws {
    let screen = try await screen(PhotoRecording(), "--top", "0")
    #expect(screen.split(separator: "\n").count { $0.contains("-1   mmap2 366.2 MiB") } == 6)
  }

  @Test("of a recorder that was killed it says so")
  func killed() async throws {
    var recording = PhotoRecording()
    recording.isFinished = false
    #expect(try await screen(recording).contains(" s (cut short)  "))
  }

  @Test("in a locale without Unicode all is ASCII")
  func ascii() async throws {
    let screen = try await screen(environment: ["LC_ALL": "C"])
    #expect(screen.utf8.allSatisfy { $0 < 0x80 })
    #expect(screen.contains("0 |####"))
  }
}
