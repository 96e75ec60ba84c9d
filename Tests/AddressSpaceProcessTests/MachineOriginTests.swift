import AddressSpace
import AddressSpaceProcess
import Glibc
import Testing

/// Whatever runs on this machine: the kernel knows how many threads each process has.
@Suite("Origins in every process of this machine", .serialized)
struct MachineOriginTests {
  @Test("as many stacks as threads, and nothing twice")
  func stacks() throws {
    var checked = 0
    for name in try entries(of: "/proc") {
      guard let pid = Int32(name) else { continue }
      guard let before = try? entries(of: "/proc/\(pid)/task").count,
        let snapshot = try? LiveProcess(pid: pid).snapshot().snapshot,
        let contents = snapshot.facts.contents, snapshot.facts.libcVersion != nil,
        let after = try? entries(of: "/proc/\(pid)/task").count, before == after
      else { continue }
      let live = contents.pieces.filter { $0.origin == Origin(.threadStack, .certain) }.count
      let first = contents.pieces.filter { $0.origin.owner == .firstThread }.count
      let program = snapshot.source.name ?? ""
      // A stack in allocated memory is not told from it, so there may be fewer. Some threads are
      // the program's own (clone), and one may have begun or ended meanwhile.
      // Under Wine the first thread has a Windows stack besides.
      let isWine = snapshot.facts.wine != nil
      #expect(live + (isWine ? 0 : first) <= before, "\(pid) \(program)")
      #expect(first <= 1, "\(pid) \(program)")
      if before == 1, !isWine { #expect(live == 0, "\(pid) \(program)") }
      for (lower, upper) in zip(contents.pieces, contents.pieces.dropFirst()) {
        #expect(lower.range.upper <= upper.range.lower, "\(pid) \(program)")
      }
      checked += 1
    }
    #expect(checked > 0)
  }

  private func entries(of folder: String) throws -> [String] {
    guard let directory = opendir(folder) else { throw Gone() }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name.first != "." { names.append(name) }
    }
    return names
  }

  private struct Gone: Error {}
}
