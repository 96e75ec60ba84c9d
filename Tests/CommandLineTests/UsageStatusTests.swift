import TestSupport
import Testing

/// Wrong usage is said in a sentence on standard error, and nothing is written to standard output.
@Suite("Exit status 64: wrong usage", .needsProgram)
struct UsageStatusTests {
  struct Mistake: CustomTestStringConvertible, Sendable {
    let line: String
    let sentence: String

    init(_ line: String, _ sentence: String) {
      self.line = line
      self.sentence = sentence
    }

    var testDescription: String { line }
  }

  static let mistakes = [
    Mistake("inspcet MAP", "unknown subcommand 'inspcet'. Did you mean 'inspect'?"),
    Mistake("inspct MAP", "Did you mean 'inspect'?"),
    Mistake("forcast MAP", "Did you mean 'forecast'?"),
    Mistake("difff MAP MAP", "Did you mean 'diff'?"),
    Mistake("layout", "Did you mean 'layouts'?"),
    Mistake("simulte MAP", "unknown subcommand 'simulte'. Did you mean 'simulate'?"),
    Mistake("MAP", "unknown subcommand"),
    Mistake("inspect", "Missing expected argument '<target>'"),
    Mistake("forecast", "Missing expected argument '<target>'"),
    Mistake("capture", "Missing expected argument '<target>'"),
    Mistake("diff MAP", "Missing expected argument '<to>'"),
    Mistake("inspect MAP MAP", "Unexpected argument"),
    Mistake("layouts MAP", "Unexpected argument"),
    Mistake("doctor MAP", "Unexpected argument"),
    Mistake("inspect MAP --bufer 1M", "Unknown option '--bufer'. Did you mean '--buffer'?"),
    Mistake("inspect MAP --why", "Unknown option '--why'"),
    Mistake("inspect MAP --buffer", "Missing value for '--buffer"),
    Mistake("inspect MAP --buffer foo", "\"foo\" is no buffer."),
    Mistake("inspect MAP --buffer 0", "\"0\" holds no bytes."),
    Mistake("inspect MAP --buffer 8000x6000x4", "is no buffer."),
    Mistake("inspect MAP --buffer 8000x6000x4x0", "holds no bytes."),
    Mistake("inspect MAP --buffer 18446744073709551616", "is no buffer."),
    Mistake("inspect MAP --buffer 4294967296x4294967296x1x1", "is more than 2^64 bytes."),
    Mistake("forecast MAP --buffer 8M@3", "\"3\" in \"8M@3\" is no alignment."),
    Mistake("forecast MAP --sequence --buffer 8M*0", "is no count."),
    Mistake("diff MAP MAP --buffer 1.2.3", "is no buffer."),
    Mistake("inspect MAP --allocator jemalloc", "unknown allocator \"jemalloc\"."),
    Mistake("inspect MAP --allocator malloc@x", "is no version of malloc's C library."),
    Mistake("inspect MAP --allocator mmap@2.36", "mmap has no versions that matter."),
    Mistake("inspect MAP --allocator virtualalloc", "does not exist in the layout"),
    Mistake("inspect MAP --allocator pillow --buffer 4M", "pillow needs width and height"),
    Mistake("inspect MAP --layout windows-5g", "no layout \"windows-5g\"."),
    Mistake("inspect MAP --range 10000", "\"10000\" is no range."),
    Mistake("inspect MAP --range c0000000-10000", "is no range."),
    Mistake("inspect MAP --range 10000-10000", "is no range."),
    Mistake("inspect MAP --range 10000-xyz", "is no range."),
    Mistake("inspect MAP --top x", "The value 'x' is invalid for '--top"),
    Mistake("inspect MAP --top=-1", "--top takes a number from 0 up."),
    Mistake("inspect MAP --format xml", "The value 'xml' is invalid for '--format"),
    Mistake("inspect MAP --color blue", "The value 'blue' is invalid for '--color"),
    Mistake("forecast MAP --require abc", "The value 'abc' is invalid for '--require"),
    Mistake("forecast MAP --require=-1", "The value '-1' is invalid for '--require"),
    Mistake("forecast MAP --require 1.5", "The value '1.5' is invalid for '--require"),
    Mistake("forecast MAP --more 0", "--more takes a number from 1 up."),
    Mistake("forecast MAP --sequence", "--sequence needs at least one --buffer."),
    Mistake("forecast MAP --if lla", "\"lla\" is no change. Did you mean laa?"),
    Mistake("forecast MAP --if stack", "Write it as stack=SIZE, as in stack=256K."),
    Mistake("forecast MAP --if laa", "laa does not apply: this is no Windows program's space."),
    Mistake("forecast MAP --if tile=1M --if tile=2M", "tile is given twice."),
    Mistake("forecast MAP --if layout=wine-5g", "no layout \"wine-5g\". Did you mean wine-2g?"),
    Mistake("forecast MAP --advise --sequence --buffer 1M", "--sequence goes neither with"),
    Mistake("check", "Missing expected argument '<targets> ...'"),
    Mistake("check MAP", "no rule to check. Name what has to hold: --require 'largest-free >="),
    Mistake("check MAP --require free>=1G --every 1s", "--every goes with --for"),
    Mistake("check MAP --require free>=1G --for 1s", "--for looks at processes;"),
    Mistake("check 1 --require free>=1G --for 0s", "The value '0s' is invalid for '--for"),
    Mistake("check 1 --require free>=1G --for soon", "The value 'soon' is invalid for '--for"),
    Mistake("check - - --require free>=1G", "only one of the targets, --policy and --baseline can"),
    Mistake("check MAP --require fre>=1G", "is no rule. Did you mean free?"),
    Mistake("check MAP --require free>1G", "has no bound: neither >= nor <=."),
    Mistake("check MAP --require free>=0", "holds whatever is there"),
    Mistake("diff - -", "only one of the two can be standard input."),
    Mistake("capture MAP", "capture takes a process id"),
    Mistake("capture -", "capture takes a process id"),
  ]

  static let simulations = [
    Mistake("simulate", "Missing expected argument '<scenario>'"),
    Mistake("simulate linux-hello --runs 0", "--runs takes 1 to 1000000."),
    Mistake("simulate linux-hello --run 0", "--run takes a number from 1 up."),
    Mistake("simulate linux-hello --step start", "--step goes with --run"),
    Mistake(
      "simulate linux-hello --run 1 --step strat", "no step \"strat\". Did you mean \"start\"?"),
    Mistake("simulate linux-hello --run 1 --step x", "It has \"start\"."),
    Mistake("simulate linux-hello --remedy x", "linux-hello has no remedy \"x\". It has none."),
    Mistake(
      "simulate linux-hello --layout linux-i386-5g", "not modelled. Did you mean \"linux-i386-3g"),
    Mistake("simulate linux-hello --layout windows-7-4g", "windows-7-4g does not run hello."),
    Mistake("simulate linux-hello --layout linux-i386-2g --from MAP", "--from has the layout of"),
    Mistake("simulate - --from -", "only one of the scenario and --from can be standard input."),
    Mistake("simulate linux-hello --allocator virtualalloc", "does not exist in the layout"),
    Mistake("simulate linux-hello --allocator pillow --buffer 1M", "needs width and height"),
    Mistake("inspect --run 2 MAP", "--run goes with --simulate, which names a scenario."),
    Mistake("inspect MAP --remedy x", "go with --simulate, which names a scenario."),
    Mistake("inspect MAP --simulate linux-hello", "stands in the place of the target"),
    Mistake("inspect --simulate linux-hello --snapshot 2", "a launch has no snapshot 2."),
    Mistake("forecast --simulate linux-hello --step x", "linux-hello has no step \"x\"."),
    Mistake("diff --simulate linux-hello", "Missing expected argument '<targets> ...'"),
    Mistake("diff MAP MAP --simulate linux-hello", "diff compares two targets, and 3 are named."),
    Mistake("inspect MAP --layout windows-7-4g", "is a model of a system, for 'simulate'"),
  ]

  @Test(arguments: mistakes + simulations)
  func isSaid(mistake: Mistake) async throws {
    let folder = try TemporaryFolder()
    let map = try folder.file("usual.maps", SmallMap.usual)
    let words = mistake.line.split(separator: " ").map { $0 == "MAP" ? map : String($0) }
    let result = try await Program()(words, input: SmallMap.usual)
    #expect(result.status == 64)
    #expect(result.output == "")
    #expect(result.error.hasPrefix("addrspace: "))
    #expect(result.error.contains(mistake.sentence))
  }

  /// A script that checks its options wants to hear of them whatever the target.
  @Test(
    "usage comes before the target is looked at",
    arguments: [
      ["--buffer", "foo"], ["--allocator", "foo"], ["--layout", "foo"], ["--range", "foo"],
    ])
  func comesFirst(option: [String]) async throws {
    let changes = try await Program()("forecast", "/nonexistent/x.maps", "--if", "foo")
    #expect(changes.status == 64)
    let rules = try await Program()("check", "/nonexistent/x.maps", "--require", "foo")
    #expect(rules.status == 64)
    for command in ["inspect", "forecast"] {
      let result = try await Program()([command, "/nonexistent/x.maps"] + option)
      #expect(result.status == 64, "\(command) \(option)")
    }
  }
}
