/// Gives the stacks of a recording the names of their frames; each stack once.
///
/// A recording may refer to what it does not hold: such frames stay without a name.
struct StackNames {
  private let modules: [TraceModule]
  private let frames: [Frame]
  private let table: StackTable
  private let symbols: [Int: [Symbol]]
  private let threads: [TraceThread]
  private var known: [StackID: ReportStack?] = [:]

  init(_ recording: some TraceSource) {
    modules = recording.modules
    frames = recording.frames
    table = recording.stacks
    symbols = recording.symbols
    threads = recording.threads
  }

  /// A thread by its place.
  func thread(_ index: Int?) -> TraceThread? {
    index.flatMap { threads.indices.contains($0) ? threads[$0] : nil }
  }

  /// A stack with names, nil where there is none or it has no frames.
  mutating func stack(_ id: StackID?) -> ReportStack? {
    guard let id else { return nil }
    if let stack = known[id] { return stack }
    let stack = named(id)
    known[id] = .some(stack)
    return stack
  }

  private func named(_ id: StackID) -> ReportStack? {
    let named = table.frames(of: id).flatMap(reportFrames)
    guard !named.isEmpty else { return nil }
    return ReportStack(id: id, frames: named, interesting: Self.interesting(in: named))
  }

  /// A frame and the functions that were inlined into it, innermost first.
  private func reportFrames(_ index: Int) -> [ReportFrame] {
    guard frames.indices.contains(index) else { return [ReportFrame()] }
    let frame = frames[index]
    let isPlace = frame.origin != .interpreter && frame.origin != .note
    let module = frame.module.flatMap { modules.indices.contains($0) ? modules[$0].path : nil }
    let bare = ReportFrame(
      module: module, offset: isPlace ? frame.offset : nil, origin: frame.origin)
    guard let symbols = symbols[index], !symbols.isEmpty else { return [bare] }
    return symbols.map { symbol in
      var frame = bare
      frame.function = symbol.function
      frame.file = symbol.file
      frame.line = symbol.line
      frame.isInlined = symbol.isInlined
      return frame
    }
  }

  /// The innermost frame of an interpreted program, for what its interpreter does says little; else
  /// the innermost that does more than hand memory on; where none does, the outermost of those that
  /// have a name.
  static func interesting(in frames: [ReportFrame]) -> Int? {
    let interpreted = frames.indices.filter { frames[$0].origin == .interpreter }
    // What imports modules is a program too, but not the one that is run.
    let own = interpreted.first { frames[$0].file?.hasPrefix("<frozen ") != true }
    return own ?? interpreted.first ?? frames.firstIndex { !PlainCode.isPlain($0) }
      ?? frames.lastIndex { $0.origin != .note && $0.function != nil }
      ?? frames.firstIndex { $0.origin != .note } ?? frames.indices.first
  }
}
