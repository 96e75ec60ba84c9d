import SystemPackage
import TestSupport
import Testing

/// `docs/recipes.md` as it stands: its files are written into a clean folder and run there.
@Suite("Recipes", .needsProgram, .serialized)
struct RecipeTests {
  static let page: FilePath = "docs/recipes.md"
  static let missing: Comment = "needs the 32-bit programs (ADDRSPACE_VICTIMS)"
  static let needsEditor = ConditionTrait.enabled(if: Machine.victim("editor") != nil, missing)
  /// What never leaves room for both buffers, wherever it lies.
  static let hungry = ["EDITOR_TAKES": "13"]

  @Test("every block is one that is run here")
  func blocks() throws {
    let names = try CodeBlock.all(in: Self.page).map { $0.words.first ?? $0.heading }
    #expect(
      names == [
        "room.sh", "room.yaml", "CMakeLists.txt", "CTest", ".github/workflows/room.yml",
        "wine-room.sh", "outside.sh", "inside.sh", "device.sh", "device-capture.sh",
      ])
  }

  @Test("a shell script", needsEditor)
  func shell() async throws {
    let folder = try Self.folder()
    let held = try await Self.run("sh room.sh", in: folder)
    #expect(held.status == 0 && held.output.contains("all 2 rules are held"), "\(held)")
    let broken = try await Self.run("sh room.sh", in: folder, Self.hungry)
    #expect(broken.status == 1 && broken.output.contains("BROKEN  fits"), "\(broken)")
  }

  @Test("the README's line", needsEditor)
  func readme() async throws {
    let folder = try Self.folder()
    let blocks = try CodeBlock.all(in: "README.md").filter { $0.language == "sh" }
    #expect(blocks.count == 1)
    for block in blocks {
      let lines = """
        ./editor >editor.log & editor=$!; trap 'kill $editor' EXIT
        until grep -q ready editor.log; do sleep 0.01; done
        \(block.text)
        """
      let held = try await Self.run(lines, in: folder)
      #expect(held.status == 0 && held.output.contains("the rule is held"), "\(held)")
      let broken = try await Self.run(lines, in: folder, Self.hungry)
      #expect(broken.status == 1 && broken.output.contains("BROKEN  fits"), "\(broken)")
    }
  }

  @Test("CTest", needsEditor, .needs("/usr/bin/ctest"))
  func ctest() async throws {
    let folder = try Self.folder()
    let block = try #require(
      try CodeBlock.all(in: Self.page).first { $0.heading == "CTest" && $0.words.isEmpty })
    let held = try await Self.run("set -e\n" + block.text, in: folder)
    #expect(held.status == 0 && held.output.contains("100% tests passed"), "\(held)")
    let broken = try await Self.run("set -e\n" + block.text, in: folder, Self.hungry)
    #expect(broken.status != 0 && broken.output.contains("BROKEN  fits"), "\(broken)")
  }

  /// Runs the steps of a job as GitHub would: `bash -e` in one folder, variables by a file, what is
  /// left behind ended.
  static let job = #"""
    import os, re, signal, subprocess, sys, yaml
    job = yaml.safe_load(open(".github/workflows/room.yml"))["jobs"]["room"]
    assert job["timeout-minutes"] > 0 and job["runs-on"].startswith("ubuntu")
    variables, groups, failed = {}, [], False
    open("env", "w").close()
    for step in job["steps"]:
      always = step.get("if") == "always()"
      if "uses" in step:
        path = step.get("with", {}).get("path")
        assert re.fullmatch(r"actions/[a-z-]+@v\d+", step["uses"])
        if path and (always or not failed): assert os.path.exists(path), path
        continue
      if failed and not always: continue
      text = re.sub(r"\$\{\{ env\.(\w+) \}\}", lambda found: variables[found[1]], step["run"])
      assert "${{" not in text
      step = subprocess.Popen(["bash", "-e", "-c", text], start_new_session=True,
                              env={**os.environ, **variables, "GITHUB_ENV": "env"})
      groups.append(step.pid)
      status = step.wait()
      print("step", status, flush=True)
      failed = failed or status != 0
      variables.update(line.rstrip("\n").split("=", 1) for line in open("env"))
    for group in groups:
      try: os.killpg(group, signal.SIGKILL)
      except ProcessLookupError: pass
    """#

  @Test("a job of GitHub", needsEditor, .enabled(if: Machine.python != nil, "needs PyPI's PyYAML"))
  func github() async throws {
    let folder = try Self.folder()
    let python = try #require(Machine.python)
    let script = try folder.file("job.py", Self.job)
    let held = try await Self.run("'\(python)' '\(script)'", in: folder)
    #expect(held.status == 0 && held.output.contains("step 0\n"), "\(held)")
    // 9 or 10 fit, as chance has it.
    let ends = ["7 to spare\nstep 0\n", "8 to spare\nstep 0\n"]
    #expect(ends.contains { held.output.hasSuffix($0) } && held.error == "", "\(held)")
    let broken = try await Self.run("'\(python)' '\(script)'", in: folder, Self.hungry)
    #expect(broken.status == 0 && broken.output.hasSuffix("step 1\n"), "\(broken)")
    #expect(broken.error.contains("::error title=editor"), "\(broken)")
    let report = try Fixtures.text(folder.path.appending("room.xml"))
    #expect(report.contains("<failure message=\"fits 8000x6000x4x2 is "), "\(report)")
  }

  @Test(
    "a Windows program under Wine",
    .enabled(
      if: Machine.testbed != nil && Machine.victim("editor.exe") != nil,
      "needs the i386 root: tools/test --testbed (ADDRSPACE_TESTBED_ROOT), and MinGW"))
  func wine() async throws {
    let folder = try await TestbedFolder(in: try #require(Machine.testbed))
    let files = try Self.folder()
    let editor = try #require(Machine.victim("editor.exe"))
    for file in [files.path.appending("wine-room.sh"), editor] {
      try #require(try await folder.copy(file))
    }
    let program = try #require(Machine.addrspace)
    let carried = try #require(try await folder.carry(program))
    #expect(carried.lastComponent == "addrspace")
    func run(_ takes: Int) async throws -> CommandResult {
      try await folder.run([
        "env", "EDITOR_TAKES=\(takes)", "sh", "-c",
        "cd \(folder.inside) && PATH=\(folder.inside):$PATH exec sh wine-room.sh",
      ])
    }
    let held = try await run(0)
    #expect(held.status == 0 && held.output.contains("  wine-2g  all 2"), "\(held)")
    let broken = try await run(5)
    #expect(broken.status == 1 && broken.output.contains("BROKEN  fits"), "\(broken)")
  }

  @Test("a process in a container", needsEditor)
  func container() async throws {
    let folder = try Self.folder()
    try await Self.needsNamespaces()
    // What Docker does of it: a process alone in namespaces, its id outside, programs beside it.
    try Self.program(
      "bin/docker", in: folder,
      """
      case "$*" in
        "inspect --format {{.State.Pid}} editor") cat init ;;
        "exec editor "*) shift 2; exec nsenter -t "$(cat init)" --pid --mount -- "$@" ;;
        *) exit 125 ;;
      esac
      """)
    for (takes, status) in [("0", 0), ("13", 1)] {
      for script in ["outside.sh", "inside.sh"] {
        let result = try await Self.run(
          Self.alone("sh \(script)"), in: folder, ["EDITOR_TAKES": takes])
        #expect(result.status == status, "\(script): \(result)")
        let word = status == 0 ? "held    fits" : "BROKEN  fits"
        #expect(result.output.contains(word), "\(script): \(result)")
      }
    }
  }

  @Test("a device that only gives away files", needsEditor)
  func device() async throws {
    let folder = try Self.folder()
    try await Self.needsNamespaces()
    try Self.program(
      "bin/ssh", in: folder,
      """
      [ "$1" = device ] || exit 255
      exec nsenter -t "$(cat init)" --pid --mount -- sh -c "$2"
      """)
    _ = try await Self.run("cp '\(Fixtures.package)/tools/capture.sh' .", in: folder)
    for (takes, status) in [("0", 0), ("14", 1)] {
      for script in ["device.sh", "device-capture.sh"] {
        let result = try await Self.run(
          Self.alone("sh \(script)"), in: folder, ["EDITOR_TAKES": takes])
        #expect(result.status == status, "\(script): \(result)")
        #expect(result.output.contains("editor.maps"), "\(script): \(result)")
      }
    }
  }

  /// A folder with the page's files, the editor, and in `bin` the program.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for block in try CodeBlock.all(in: page) {
      guard let name = block.words.first else { continue }
      try folder.makeFolder(FilePath(name).removingLastComponent())
      _ = try folder.file(name, block.text)
    }
    try folder.makeFolder("bin")
    let addrspace = try #require(Machine.addrspace)
    try program("bin/addrspace", in: folder, "exec '\(addrspace)' \"$@\"")
    if let editor = Machine.victim("editor") {
      try program("editor", in: folder, "exec '\(editor)' \"$@\"")
    }
    return folder
  }

  private static func program(_ name: String, in folder: TemporaryFolder, _ text: String) throws {
    let path = try folder.file(name, "#!/bin/sh\n\(text)\n")
    try folder.makeExecutable(path)
  }

  private static func run(
    _ line: String, in folder: TemporaryFolder, _ environment: [String: String] = [:]
  ) async throws -> CommandResult {
    let path = ["PATH": "\(folder.path)/bin:/usr/bin:/bin:/usr/sbin:/sbin"]
    return try await Program(
      environment: path.merging(environment) { $1 }, directory: folder.path
    ).shell(line)
  }

  /// A line that runs another while the editor is alone in namespaces of its own.
  private static func alone(_ line: String) -> String {
    """
    rm -f editor.log
    unshare --pid --fork --mount --mount-proc ./editor >editor.log & fork=$!
    until grep -q ready editor.log; do sleep 0.01; done
    pgrep -P $fork >init
    \(line); status=$?
    kill "$(cat init)"
    exit $status
    """
  }

  private static func needsNamespaces() async throws {
    let result = try await TestSupport.run(
      "/bin/sh", ["-c", "unshare --pid --fork --mount --mount-proc true"])
    guard result.status == 0 else { try Test.cancel("needs the right to unshare namespaces") }
  }
}
