/// A place in a program: an address in a module, or one outside of all.
public struct Frame: Hashable, Sendable {
  /// The module, by its place in `TraceSource.modules`; nil where the address lies in none.
  public var module: Int?
  /// Where in the module, as it was linked; the address itself where there is no module.
  public var offset: UInt64
  /// How the frame was found.
  public var origin: Origin

  /// A frame.
  public init(module: Int?, offset: UInt64, origin: Origin = .unwound) {
    self.module = module
    self.offset = offset
    self.origin = origin
  }

  /// How a frame was found.
  public enum Origin: String, CaseIterable, Hashable, Sendable {
    /// From the thread's registers: the call itself.
    case call
    /// By call frame information.
    case unwound
    /// By the chain of frame pointers: it may be wrong.
    case framePointer = "frame pointer"
    /// Read from an interpreter: `offset` is the place of a `Symbol` without a module.
    case interpreter
    /// On a Windows program's stack, past Wine's dispatcher.
    case windows
    /// No frame: it says why the stack ends here. `offset` is the place of its `Symbol`.
    case note
  }
}

/// A stack by its place in a table of stacks; those that share outer frames share their storage.
public struct StackID: Hashable, Sendable {
  /// The place of its innermost frame in the table.
  public var index: Int

  /// The stack whose innermost frame stands at `index`.
  public init(_ index: Int) { self.index = index }
}

/// Stacks as a tree: every node is a frame and the stack that called it.
public struct StackTable: Sendable {
  /// All nodes; a parent stands before its children.
  public private(set) var nodes: [Node] = []
  private var places: [Node: Int] = [:]

  /// A frame, and what called it.
  public struct Node: Hashable, Sendable {
    /// The node of the caller, nil for an outermost frame.
    public var parent: Int?
    /// The frame, by its place in `TraceSource.frames`.
    public var frame: Int

    /// A node.
    public init(parent: Int?, frame: Int) {
      self.parent = parent
      self.frame = frame
    }
  }

  /// A table without stacks.
  public init() {}

  /// The place of a node, which is added if it is new.
  public mutating func place(of node: Node) -> (index: Int, isNew: Bool) {
    if let place = places[node] { return (place, false) }
    places[node] = nodes.count
    nodes.append(node)
    return (nodes.count - 1, true)
  }

  /// The frames of a stack, innermost first.
  public func frames(of stack: StackID) -> [Int] {
    var frames: [Int] = []
    var next: Int? = stack.index
    while let index = next, nodes.indices.contains(index) {
      frames.append(nodes[index].frame)
      // A parent stands before its children: a file that says otherwise has no loop for us.
      next = nodes[index].parent.flatMap { $0 < index ? $0 : nil }
    }
    return frames
  }
}

/// What is known of a place in a program, for people.
public struct Symbol: Hashable, Sendable {
  /// The function, demangled.
  public var function: String?
  /// The source file.
  public var file: String?
  /// The line in it, from 1.
  public var line: Int?
  /// Whether the function was inlined into the next.
  public var isInlined: Bool

  /// What is known of a place.
  public init(
    function: String? = nil, file: String? = nil, line: Int? = nil, isInlined: Bool = false
  ) {
    self.function = function
    self.file = file
    self.line = line
    self.isInlined = isInlined
  }
}

/// A program or library, or another thing that code lies in.
public struct TraceModule: Hashable, Sendable {
  /// Its path as the process saw it.
  public var path: String
  /// The build id in hexadecimal, nil where it has none.
  public var buildID: String?

  /// A module.
  public init(path: String, buildID: String? = nil) {
    self.path = path
    self.buildID = buildID
  }
}
