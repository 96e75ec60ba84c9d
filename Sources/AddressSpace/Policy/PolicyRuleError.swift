/// Why a rule cannot be read.
public enum PolicyRuleError: Error, Equatable, Sendable {
  /// Nothing that can be measured bears the name.
  case unknown(String, in: String, nearest: String?)
  /// Neither `>=` nor `<=`; with the form of such a rule.
  case unbound(String, String)
  /// A known subject with what is not of its form.
  case form(String, String)
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
  /// A rule that nothing can break.
  case alwaysHeld(String)
}

extension PolicyRuleError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .unknown(let name, let text, let nearest):
      (name.isEmpty ? "\"\(text)\" is no rule. " : "\"\(name)\" in \"\(text)\" is no rule. ")
        + Self.hint(nearest, of: PolicyRule.subjects)
    case .unbound(let text, let form):
      "\"\(text)\" has no bound: neither >= nor <=. Write it as in \(Self.example(of: form))."
    case .form(let text, let form):
      "\"\(text)\" cannot be read. Write it as \(form), as in \(Self.example(of: form))."
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
    case .alwaysHeld(let text):
      "\"\(text)\" holds whatever is there, so it says nothing. Choose a limit that can be broken."
    }
  }

  private static func hint(_ nearest: String?, of known: [String]) -> String {
    nearest.map { "Did you mean \($0)?" } ?? "Known are " + known.joined(separator: ", ") + "."
  }

  private static func example(of form: String) -> String {
    let examples = [
      "largest-free": "largest-free >= 400MiB", "free": "free >= 1GiB",
      "fragmentation": "fragmentation <= 60%", "fits": "fits 8000x6000x4x2 by malloc >= 2",
      "regions": "regions <= 30000", "kind": "kind image <= 200MiB",
      "owner": "owner *.nls <= 16MiB", "origin": "origin thread stack <= 64MiB",
      "module": "module */libicu*.so* <= 40MiB",
      "pins": "pins < 64KiB between 100MiB <= 0",
    ]
    return examples[String(form.prefix { $0 != " " })] ?? form
  }
}
