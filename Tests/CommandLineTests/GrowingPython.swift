import SystemPackage
import TestSupport
import Testing

extension Program {
  /// Runs a shell's command line beside a CPython, `$p`, that does `growth` as soon as there is a file
  /// `go`, then makes a file `done` and does nothing any more.
  static func shell(besidePython growth: String, _ line: String) async throws -> CommandResult {
    let python = Machine.python ?? "/usr/bin/python3"
    guard Fixtures.exists(python) else { try Test.cancel("needs python3") }
    let folder = try TemporaryFolder()
    let script = try folder.file(
      "grow.py",
      """
      import mmap, os, time
      open('ready', 'w').close()
      while not os.path.exists('go'): time.sleep(0.01)
      \(growth)
      open('done', 'w').close(); time.sleep(60)
      """)
    return try await Program(directory: folder.path).shell(
      """
      '\(python)' '\(script)' & p=$!
      until [ -e ready ]; do sleep 0.01; done; sleep 0.1
      \(line)
      kill $p
      """)
  }
}
