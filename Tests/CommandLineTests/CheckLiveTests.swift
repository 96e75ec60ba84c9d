import TestSupport
import Testing

@Suite("check of live processes", .needsProgram, .serialized)
struct CheckLiveTests {
  @Test("one look")
  func once() async throws {
    let result = try await Program().shell(
      Program.sleeper
        + """
        "$A" check $p --require 'largest-free >= 1MiB' --require 'regions <= 1000'; echo $?
        "$A" check $p --require 'regions <= 1'; echo $?
        kill $p
        """)
    let lines = result.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.contains("all 2 rules are held") == true, "\(result.output)")
    #expect(lines.filter { $0 == "0" || $0 == "1" } == ["0", "1"])
    #expect(lines.contains { $0.contains("BROKEN  regions <= 1") })
  }

  @Test("many looks: the worst counts, though it is over at the end")
  func worst() async throws {
    let result = try await Program.shell(
      besidePython: """
        held = [mmap.mmap(-1, 1 << 28) for _ in range(4)]
        time.sleep(1)
        for m in held: m.close()
        """,
      """
      "$A" check $p --require 'kind shared <= 512MiB'; echo "before $?"
      (sleep 0.3; touch go) &
      "$A" check $p --require 'kind shared <= 512MiB' --for 3s --every 100ms; echo "during $?"
      until [ -e done ]; do sleep 0.01; done
      "$A" check $p --require 'kind shared <= 512MiB'; echo "after $?"
      """)
    for line in ["before 0", "during 1", "after 0", "the worst of "] {
      #expect(result.output.contains(line), "\(line): \(result.output)\(result.error)")
    }
  }

  @Test("one that ends while it is watched, and one that was never there")
  func ends() async throws {
    let result = try await Program().shell(
      """
      sleep 3 & p=$!
      "$A" check $p --require 'regions <= 1000' --for 30s --every 100ms; echo "status $?"
      "$A" check $p --require 'regions <= 1000' --for 30s; echo "status $?"
      """)
    #expect(result.output.contains("status 0") && result.output.contains("status 66"))
    #expect(result.error.contains("it ended and is not looked at again."), "\(result.error)")
  }
}
