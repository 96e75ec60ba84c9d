import AddressSpace
import SystemPackage
import TestSupport
import Testing

/// The first screen of 32-bit programs that meet each wall: it names the wall, what leads out, and
/// the number that the program then gets.
@Suite("The first screen at each wall", .needsProgram, .serialized)
struct WallScreenTests {
  /// A program at a wall.
  struct Wall: CustomTestStringConvertible, Sendable {
    let name: String
    /// What a shell does before it becomes the program, and the program with its arguments.
    let start: String
    /// What stands at the beginning of a line of the screen, and what else in it.
    let lines: [(start: String, part: String)]

    var testDescription: String { name }
  }

  static let walls = [
    Wall(
      name: "a freed heap",
      start: "exec $V/victim-pie --allocator malloc --objects 3000000 --object 100",
      lines: [("in its heap", "of them, of 320."), ("   320.", "of it is free")]),
    Wall(
      name: "an ulimit of all mappings",
      start: "ulimit -Sv 1500000; exec $V/limits32 --left 60000 --allocator malloc",
      lines: [
        ("nearest wall", "RLIMIT_AS"), ("way out", "without ulimit -v it would give"),
      ]),
    Wall(
      name: "an ulimit of data",
      start: "ulimit -Sd 1000000; exec $V/limits32 --left 60000 --allocator malloc",
      lines: [
        ("nearest wall", "RLIMIT_DATA"), ("way out", "without ulimit -d it would give"),
      ]),
    Wall(
      name: "the limit of mappings", start: "exec $V/limits32 --left 0 --allocator malloc",
      lines: [("nearest wall", "vm.max_map_count"), ("way out", "vm.max_map_count=262144")]),
    Wall(
      name: "many threads' stacks",
      start: "exec $V/victim-pie --allocator malloc --threads 200",
      lines: [("way out", "threads with 256 KiB stacks would give")]),
  ]

  @Test(
    "names the wall and the way out",
    .enabled(if: Machine.victim("limits32") != nil, "needs 32-bit programs (ADDRSPACE_VICTIMS)"),
    arguments: walls)
  func screen(wall: Wall) async throws {
    let folder = try #require(Machine.victim("limits32")).removingLastComponent()
    let talk = Conversation("/bin/bash", ["-c", "V=\(folder); " + wall.start])
    let (screen, reality) = try await Turn.mapLimit.take {
      try await talk.held(bytes: 48_000_000) { pid in
        try await Program()("inspect", "\(pid)", "--buffer", "48MB").output
      }
    }
    let lines = screen.split(separator: "\n", omittingEmptySubsequences: false)
    for (start, part) in wall.lines {
      #expect(
        lines.contains {
          $0.drop { $0 == " " }.hasPrefix(start.drop { $0 == " " }) && $0.contains(part)
        },
        "\(start) ... \(part) in:\n\(screen)")
    }
    #expect(lines.contains { $0.hasPrefix("  \(reality.count) more of 48MB") }, "\(screen)")
    #expect(lines.count <= 31 && lines.allSatisfy { $0.count <= 79 }, "\(screen)")
  }
}
