import AddressSpace
import AddressSpaceFormats
import AddressSpaceReport
import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage

/// A recording and the moment of it that is asked about.
struct RecordingTarget {
  /// The file.
  let path: String
  /// As it was asked for, nil where nothing was said.
  var moment: TraceMoment?
  /// Whether not a moment is meant but all of them.
  var isThroughout = false
  /// The process that it is to tell of, nil for the recorded program itself.
  var pid: Int32?

  init(path: String, moment: TraceMoment?) {
    self.path = path
    self.moment = moment
  }

  /// The recording that a target names, with a moment behind `@` or without; nil where it names
  /// something else.
  init?(naming text: String) throws {
    if Self.isDatabase(text) {
      self.init(path: text, moment: nil)
      return
    }
    // A file may have an @ in its name.
    guard !Self.isFile(text), let at = text.lastIndex(of: "@") else { return nil }
    let path = String(text[..<at])
    guard Self.isFile(path) else { return nil }
    guard Self.isDatabase(path) else {
      throw Failure(
        .usage, "\(path) is no recording and has no moments. Leave out \(text[at...]).")
    }
    let moment = text[text.index(after: at)...]
    guard moment != "throughout" else {
      self.init(path: path, moment: nil)
      isThroughout = true
      return
    }
    self.init(path: path, moment: try TraceMoment(text: moment))
  }

  static let notFromStandardInput =
    "a recording is a database and cannot be read from standard input. Name its file."

  private static func isFile(_ path: String) -> Bool {
    var status = stat()
    // What is read from a pipe to look at it would be gone.
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func isDatabase(_ path: String) -> Bool {
    guard isFile(path), let file = try? FileDescriptor.open(path, .readOnly) else { return false }
    defer { try? file.close() }
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = bytes.withUnsafeMutableBytes { try? file.read(into: $0) }
    return RecordingReader.isDatabase(startingWith: bytes.prefix(count ?? 0))
  }

  /// The map of that moment.
  func snapshot(_ options: LayoutOptions) throws -> Snapshot {
    try refuseThroughout()
    let reader = try RecordingReader(path: path)
    return try choosing(options) { layout in
      try SpaceReplay(reader, space: try space(in: reader), parse: parse, layout: layout)
        .snapshot(at: moment ?? .end)
    }
  }

  /// All that is to be told of that moment, and of what led to it.
  ///
  /// - Parameter buffers: nil where no buffers are asked about.
  func report(
    requests: [BufferRequest], allocator: Allocator?, layout options: LayoutOptions,
    grouping: TraceReport.CallerGrouping = .stack
  ) throws -> TraceReport {
    try refuseThroughout()
    let reader = try RecordingReader(path: path)
    var report = TraceReportOptions()
    report.moment = moment ?? .end
    report.space = try space(in: reader)
    report.requests = requests
    report.allocator = allocator
    report.grouping = grouping
    return try choosing(options) { layout in
      try TraceReport(of: reader, options: report, parse: parse, layout: layout)
    }
  }

  /// The recording held against a policy, at every moment of it.
  func checked(
    _ policy: Policy, _ baseline: Baseline?, _ options: LayoutOptions
  ) throws -> CheckedTarget {
    let reader = try RecordingReader(path: path)
    let replay = try choosing(options) { layout in
      try SpaceReplay(reader, space: try space(in: reader), parse: parse, layout: layout)
    }
    let start = Room(map: replay.start.map, layout: replay.layout, facts: replay.facts)
    try baseline?.refuse(others: start, of: replay.space.name)
    let found: PolicyReplay
    do {
      found = try PolicyReplay(of: replay, policy: policy, baseline: baseline)
    } catch TraceReportError<RecordingError>.allocator(let error) {
      throw Failure(asking: error)
    }
    var target = CheckedTarget(
      source: replay.source, word: path.shellWord, layout: replay.layout, trial: found.trial,
      diagnostics: replay.start.diagnostics)
    target.stacks = found.stacks
    return target
  }

  /// Only `check` asks of a whole recording.
  private func refuseThroughout() throws {
    guard isThroughout else { return }
    throw Failure(
      .usage,
      "only 'addrspace check' looks at all of a recording. Name a moment: \(path)@end, @lowest, "
        + "@12.5 (seconds) or @#8123 (event).")
  }

  /// Runs what chooses a layout by a function that must not throw.
  private func choosing<Answer>(
    _ options: LayoutOptions, _ body: ((Snapshot) -> Layout) throws -> Answer
  ) throws -> Answer {
    var failure: (any Error)?
    let answer = try body { snapshot in
      do {
        return try options.layout(for: snapshot)
      } catch {
        failure = error
        return Layout.inferred(from: snapshot.map, facts: snapshot.facts)
      }
    }
    if let failure { throw failure }
    return answer
  }

  private func parse(_ snapshot: TraceSnapshot) -> Snapshot? {
    try? MapsParser.parse(snapshot.capture, path: path)
  }

  private func space(in reader: RecordingReader) throws -> Int? {
    guard let pid else { return nil }
    guard let space = reader.spaces.lastIndex(where: { $0.pid == pid }) else {
      let known = Set(reader.spaces.map(\.pid)).sorted().prefix(10).map { "\($0)" }
      throw Failure(
        .notFound,
        "no process \(pid) in \(path). It has \(known.joined(separator: ", ")).")
    }
    return space
  }
}
