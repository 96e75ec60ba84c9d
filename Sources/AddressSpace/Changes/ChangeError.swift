/// Why a change cannot be answered.
public enum ChangeError: Error, Equatable, Sendable {
  /// No change of that name.
  case unknown(String, nearest: String?)
  /// A known name with a value that is not of its form.
  case form(String, String)
  /// No layout of that name.
  case unknownLayout(String, nearest: String?)
  /// A letter that no limit has.
  case unknownLimit(String, in: String)
  /// The same change twice.
  case twice(String)
  /// The change does not apply to this process; why, in a sentence.
  case doesNotApply(Change, String)
}

extension ChangeError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .unknown(let text, let nearest):
      "\"\(text)\" is no change. "
        + (nearest.map { "Did you mean \($0)?" }
          ?? "Known are " + Change.forms.map(\.form).joined(separator: ", ") + ".")
    case .form(let text, let form):
      "\"\(text)\" cannot be read. Write it as \(form)" + Self.example(of: form) + "."
    case .unknownLayout(let name, let nearest):
      "no layout \"\(name)\". "
        + (nearest.map { "Did you mean \($0)?" } ?? "'addrspace layouts' lists them.")
    case .unknownLimit(let letter, let text):
      "\"\(letter)\" in \"\(text)\" is no limit. Write v (address space), d (data) or s (stack), as "
        + "in ulimit=v:unlimited."
    case .twice(let slot):
      "\(slot) is given twice. Once is enough."
    case .doesNotApply(let change, let why):
      "\(change) does not apply: \(why)"
    }
  }

  private static func example(of form: String) -> String {
    let examples = [
      "stack=SIZE": "stack=256K", "tile=SIZE": "tile=16MiB", "threads=N": "threads=8",
      "map-limit=N": "map-limit=262144", "ulimit=v:SIZE": "ulimit=v:3G or ulimit=v:unlimited",
      "without=PATTERN": "without=lib*.so", "layout=NAME": "layout=linux-i386-4g",
    ]
    return examples[form].map { ", as in \($0)" } ?? ""
  }
}
