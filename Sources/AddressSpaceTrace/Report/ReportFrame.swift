/// A frame of a stack with what is known of it, for people; inlined functions are frames too.
public struct ReportFrame: Hashable, Sendable {
  /// The function, demangled; of a note its text; nil where it is not known.
  public var function: String?
  /// The path of the program or library, nil where the address lies in none.
  public var module: String?
  /// Where in the module as it was linked, or the address itself where there is no module; nil for
  /// what is no place in machine code: an interpreter's frame, a note.
  public var offset: UInt64?
  /// The source file.
  public var file: String?
  /// The line in it, from 1.
  public var line: Int?
  /// Whether the function was inlined into the next.
  public var isInlined: Bool
  /// How the frame was found.
  public var origin: Frame.Origin

  /// A frame.
  public init(
    function: String? = nil, module: String? = nil, offset: UInt64? = nil, file: String? = nil,
    line: Int? = nil, isInlined: Bool = false, origin: Frame.Origin = .unwound
  ) {
    self.function = function
    self.module = module
    self.offset = offset
    self.file = file
    self.line = line
    self.isInlined = isInlined
    self.origin = origin
  }
}

/// A call stack with the names of its frames.
public struct ReportStack: Hashable, Sendable {
  /// Where it stands in `TraceSource.stacks`.
  public var id: StackID
  /// The frames, innermost first.
  public var frames: [ReportFrame]
  /// The place in `frames` of the one to name in a single line: the innermost that lies in no C
  /// library, loader or allocator; nil for a stack without frames.
  public var interesting: Int?

  /// The frame to name in a single line.
  public var interestingFrame: ReportFrame? {
    interesting.flatMap { frames.indices.contains($0) ? frames[$0] : nil }
  }
}
