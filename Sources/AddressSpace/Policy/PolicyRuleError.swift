/// Why a rule cannot be read.
public enum PolicyRuleError: Error, Equatable, Sendable {
  /// Nothing that can be measured bears the name.
  case unknown(String, in: String, nearest: String?)
  /// Neither `>=` nor `<=`.
  case unbound(String, PolicyRule.Name)
  /// A known subject with what is not of its form.
  case form(String, PolicyRule.Name)
  /// A buffer that cannot be read.
  case buffer(BufferRequestError, in: String)
  /// A buffer with a count of its own.
  case counted(String, in: String)
  /// No allocator of that name.
  case unknownAllocator(String, in: String, nearest: String?)
  /// An allocator of a thread's stack.
  case threadByAllocator(String)
  /// No kind of that name.
  case unknownKind(String, in: String, nearest: String?)
  /// What should be a size.
  case size(String, in: String)
  /// What should be a count.
  case count(String, in: String)
  /// What should be a share in percent.
  case percent(String, in: String)
  /// A figure of which it is not told how far it changes.
  case unchanging(PolicyRule.Name, in: String)
  /// A figure that gets worse the other way.
  case changesOtherwise(PolicyRule.Name, by: PolicyRule.Name, in: String)
  /// What should be how many looks.
  case looks(String, in: String)
  /// What begins as a rule on a share of all runs, and is none.
  case probable(String)
  /// What should be a share of all runs.
  case share(String, in: String)
  /// A rule that nothing can break.
  case alwaysHeld(String)
}

extension PolicyRuleError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .unknown(let name, let text, let nearest):
      (name.isEmpty ? "\"\(text)\" is no rule. " : "\"\(name)\" in \"\(text)\" is no rule. ")
        + Self.hint(nearest, of: PolicyRule.Name.all)
    case .unbound(let text, let name):
      "\"\(text)\" has no bound: neither >= nor <=. Write it as in \(name.example)."
    case .form(let text, let name):
      "\"\(text)\" cannot be read. Write it as \(name.form), as in \(name.example)."
    case .buffer(let error, let text): "in \"\(text)\": \(error)"
    case .counted(let buffer, let text):
      "\"\(buffer)\" in \"\(text)\" has a count of its own. The rule's limit is the count; leave "
        + "out the part after *."
    case .unknownAllocator(let name, let text, let nearest):
      "\"\(name)\" in \"\(text)\" is no allocator. "
        + Self.hint(nearest, of: Allocator.Family.allCases.map(\.rawValue))
    case .threadByAllocator(let text):
      "\"\(text)\" names an allocator, but a thread's stack has its own. Leave out the part from by "
        + "on."
    case .unknownKind(let name, let text, let nearest):
      "\"\(name)\" in \"\(text)\" is no kind. "
        + Self.hint(nearest, of: Region.Kind.allCases.map(\.rawValue))
    case .size(let size, let text):
      "\"\(size)\" in \"\(text)\" is no size. Write one as in 400MiB, 1.5GiB or 48MB."
    case .count(let count, let text):
      "\"\(count)\" in \"\(text)\" is no count. Write a whole number from 0 up."
    case .percent(let share, let text):
      "\"\(share)\" in \"\(text)\" is no share. Write whole per cent from 0% to 100%, as in 60%."
    case .unchanging(let name, let text):
      "how far \(name.rawValue) changes is not told: \"\(text)\". "
        + "Write growth of kind, owner, origin, module, regions or pins, or loss of free, "
        + "largest-free or fits."
    case .changesOtherwise(let name, let other, let text):
      "\(name.rawValue) in \"\(text)\" gets worse by \(other.rawValue). "
        + "Write \(other.rawValue) of \(name.rawValue)."
    case .looks(let looks, let text):
      "\"\(looks)\" in \"\(text)\" is no number of looks. Write a whole number from 1 up, as in "
        + "over 10."
    case .probable(let text):
      "\"\(text)\" cannot be read. Write it as \(PolicyRule.probableForm), as in "
        + "p(free >= 1GiB) >= 95%."
    case .share(let share, let text):
      "\"\(share)\" in \"\(text)\" is no share of runs. Write more than 0 and at most all of them, as "
        + "in 95%, 0.95 or 19/20."
    case .alwaysHeld(let text):
      "\"\(text)\" holds whatever is there, so it says nothing. Choose a limit that can be broken."
    }
  }

  private static func hint(_ nearest: String?, of known: [String]) -> String {
    nearest.map { "Did you mean \($0)?" } ?? "Known are " + known.joined(separator: ", ") + "."
  }
}
