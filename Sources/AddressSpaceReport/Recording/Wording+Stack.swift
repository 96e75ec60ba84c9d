import AddressSpace
import AddressSpaceTrace

/// How frames and failures are called in text.
extension Wording {
  /// A frame in a few words: function, file and line, or what is known instead.
  ///
  /// - Parameter isWhole: whether what a function takes is shown where there is room for it.
  static func name(of frame: ReportFrame?, width: Int, isWhole: Bool = false) -> String {
    guard let frame else { return "-" }
    let place = frame.file.map { file in
      short(file).printable + (frame.line.map { ":\($0)" } ?? "")
    }
    guard let function = frame.function?.printable else {
      return (place ?? address(of: frame)).fitted(to: width)
    }
    if frame.origin == .note { return function.fitted(to: width) }
    let tail = (place ?? frame.module.map { short($0).printable }).map { " " + $0 } ?? ""
    if isWhole, function.count + tail.count <= width { return function + tail }
    let bare = withoutArguments(function)
    // Where not even a few letters are left, the function alone says more than its place.
    guard width - tail.count >= min(bare.count, 8) else { return bare.fitted(to: width) }
    return bare.fitted(to: width - tail.count) + tail
  }

  /// A demangled name without the list of what the function takes, which stands last in it.
  static func withoutArguments(_ function: String) -> String {
    let bare = function.hasSuffix(" const") ? function.dropLast(6) : function[...]
    guard bare.last == ")" else { return function }
    var depth = 0
    for index in bare.indices.reversed() {
      if bare[index] == ")" { depth += 1 }
      if bare[index] == "(" { depth -= 1 }
      guard depth == 0 else { continue }
      let name = bare[..<index]
      return name.isEmpty || name.hasSuffix("operator") ? function : String(name)
    }
    return function
  }

  private static func address(of frame: ReportFrame) -> String {
    let offset = frame.offset.map { "0x" + String($0, radix: 16) }
    guard let module = frame.module else { return offset ?? "-" }
    return short(module).printable + (offset.map { "+" + $0 } ?? "")
  }

  /// The frame of a stack that says most.
  static func name(of stack: ReportStack?, width: Int) -> String {
    guard let stack else { return "no stack".fitted(to: width) }
    return name(of: stack.interestingFrame ?? stack.frames.first, width: width)
  }

  /// All frames of a stack, innermost first, a line each.
  static func lines(of stack: ReportStack?, indent: Int, width: Int) -> [String] {
    (stack?.frames ?? []).enumerated().map { index, frame in
      let sign = index == stack?.interesting ? "> " : "  "
      // What the chain of frame pointers leads to may be wrong.
      let note =
        frame.isInlined ? " (inlined)" : frame.origin == .framePointer ? " (by frame pointer)" : ""
      return String(repeating: " ", count: indent) + sign
        + name(of: frame, width: width - indent - 2 - note.count, isWhole: true) + note
    }
  }

  /// What stood in the way of a call, in a few words.
  func wall(of failure: TraceReport.Failure, width: Int) -> String {
    let text =
      switch failure.wall {
      case .addressSpace(.fragmented): "in pieces: most \(failure.largestFree)"
      case .addressSpace(.exhausted): "only \(failure.freeBytes) free"
      case .neighbor(let region): "met \(name(of: region, width: 22))"
      case .mappingCount(let count): "has \(count) mappings"
      case .otherLimit: "RLIMIT_AS or other limit"
      case .lockedMemory: "RLIMIT_MEMLOCK"
      case .addressTaken: "address is taken"
      case .notPermitted: "not permitted"
      case .request: "request without sense"
      }
    return text.count <= width ? text : text.prefix(max(0, width - 3)) + "..."
  }

  /// The name of an `errno` that calls on address spaces give, else its number.
  static func name(ofError errno: Int32) -> String { errorNames[errno] ?? "errno \(errno)" }

  private static let errorNames: [Int32: String] = [
    1: "EPERM", 9: "EBADF", 11: "EAGAIN", 12: "ENOMEM", 13: "EACCES", 14: "EFAULT", 16: "EBUSY",
    17: "EEXIST", 19: "ENODEV", 22: "EINVAL", 23: "ENFILE", 24: "EMFILE", 26: "ETXTBSY",
    28: "ENOSPC", 38: "ENOSYS", 43: "EIDRM", 75: "EOVERFLOW",
  ]
}

extension TraceReport.Wall {
  /// The word for it in documents; their meaning is fixed by `docs/json.md`.
  var word: String {
    switch self {
    case .addressSpace(let shortage): shortage.rawValue
    case .neighbor: "neighbor"
    case .mappingCount: "mapping-count"
    case .otherLimit: "other-limit"
    case .lockedMemory: "locked-memory"
    case .addressTaken: "address-taken"
    case .notPermitted: "not-permitted"
    case .request: "request"
    }
  }
}
