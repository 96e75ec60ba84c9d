import Synchronization
import Testing

/// A failure that an assertion recorded.
struct Failed: Equatable {
  let text: String
  let line: Int
  let file: String
}

/// What fails in `body`, as Swift Testing is told of it.
func failures(_ body: () throws -> Void) rethrows -> [Failed] {
  let seen = Mutex<[Failed]>([])
  try withKnownIssue(isIntermittent: true) {
    try body()
  } matching: { issue in
    seen.withLock { $0.append(Failed(issue)) }
    return true
  }
  return seen.withLock { $0 }
}

/// The same for a body that waits.
func failures(_ body: () async throws -> Void) async rethrows -> [Failed] {
  let seen = Mutex<[Failed]>([])
  try await withKnownIssue(isIntermittent: true) {
    try await body()
  } matching: { issue in
    seen.withLock { $0.append(Failed(issue)) }
    return true
  }
  return seen.withLock { $0 }
}

extension Failed {
  fileprivate init(_ issue: Issue) {
    text = issue.comments.map(\.rawValue).joined(separator: "\n")
    line = issue.sourceLocation?.line ?? 0
    file = issue.sourceLocation?.fileName ?? ""
  }
}
