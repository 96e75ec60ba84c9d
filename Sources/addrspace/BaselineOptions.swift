import AddressSpace
import AddressSpaceFormats
import AddressSpaceReport
import ArgumentParser
import Glibc

/// What targets are compared with.
struct BaselineOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "What rules such as 'new <= 1MiB' compare with: a saved file of any kind, usually one that "
        + "--update-baseline wrote.", valueName: "file"))
  var baseline: String?

  @Flag(help: "Write the target as it is now to the file of --baseline, and check nothing.")
  var updateBaseline = false

  func validate() throws {
    guard !updateBaseline || baseline != nil else {
      throw ValidationError("--update-baseline goes with --baseline: name the file to write.")
    }
    guard !updateBaseline || baseline != "-" else {
      throw ValidationError("--update-baseline writes a file. Name it: --baseline FILE.")
    }
  }

  /// The baseline, nil where none is named.
  func read(_ layout: LayoutOptions, for target: Target) throws -> Baseline? {
    guard let baseline else { return nil }
    let saved = Self.file(baseline)
    do {
      return Baseline(try layout.room(for: saved.snapshot(layout, SnapshotOptions.parse([]))))
    } catch let failure as Failure where failure.status == .notFound {
      throw Failure(
        .notFound,
        "no baseline \(baseline). Write it while all is well: addrspace check "
          + "\(target.words) --baseline \(baseline.shellWord) --update-baseline")
    }
  }

  /// Refuses rules that compare where there is nothing to compare with.
  ///
  /// - Parameter looksAgain: whether targets are looked at more than once.
  func refuse(_ policy: Policy, looksAgain: Bool) throws {
    if baseline == nil, let rule = policy.rulesOfBaseline.first {
      throw Failure(
        .usage,
        "\"\(rule)\" needs something to compare with. Name it: --baseline FILE, which "
          + "--update-baseline writes.")
    }
    guard !looksAgain else { return }
    for rule in policy.rulesOfChange {
      guard case .change(let change) = rule.subject else { continue }
      if change.looks != nil {
        throw Failure(.usage, "\"\(rule)\" compares looks. Say how long to look: --for 30s.")
      }
      if baseline == nil {
        throw Failure(
          .usage,
          "\"\(rule)\" needs something to compare with. Name a file, --baseline FILE, or say how "
            + "long to look, --for 30s.")
      }
    }
  }

  /// Writes what a target is now, as a capture, or as JSON where the name says so; the file is
  /// replaced as a whole.
  func write(
    _ target: Target, _ layout: LayoutOptions, _ choice: SnapshotOptions
  ) throws -> String {
    guard let baseline else { return "" }
    try refuseToReplace(baseline)
    let snapshot: Snapshot
    let text: [UInt8]
    if let pid = try target.pid() {
      let live = try Target.live(pid)
      snapshot = live.snapshot
      text = CaptureText.write(snapshot, maps: live.text)
    } else {
      snapshot = try target.snapshot(layout, choice)
      text = CaptureText.write(snapshot)
    }
    let isJSON = baseline.lowercased().hasSuffix(".json")
    try Console.replace(baseline, with: isJSON ? SnapshotText.write(snapshot) : text)
    let room = try layout.room(for: snapshot)
    let largest = room.largestFreeSpan?.size ?? .zero
    return "\(baseline): \(room.regions.count) regions of \(target.name), \(room.freeBytes) free, "
      + "the largest span \(largest)."
  }

  /// What is there is replaced only where it is a baseline too.
  private func refuseToReplace(_ path: String) throws {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    let isFile = status.st_mode & S_IFMT == S_IFREG
    let saved = Self.file(path)
    let options = try SnapshotOptions.parse([])
    let isBaseline =
      try isFile && saved.recording(options) == nil
      && (status.st_size == 0 || (try? SavedFile.read(Console.read(path))) != nil)
    guard isBaseline else {
      throw Failure(
        .usage, "\(path) is there, and is no saved map. Remove it, or name another file.")
    }
  }

  /// A target that is a file, whatever its name looks like.
  private static func file(_ path: String) -> Target {
    let target = Target(argument: path)
    let isProcess = (try? target.pid()) != .some(nil)
    return isProcess ? Target(argument: "./" + path) : target
  }
}
