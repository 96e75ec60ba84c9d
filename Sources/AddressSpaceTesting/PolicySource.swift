public import AddressSpace
import AddressSpaceProcess
import AddressSpaceYAML
import SystemPackage

/// Where rules come from: a literal of one rule or of several, a file, or a value.
public enum PolicySource: Sendable {
  /// Rules as `addrspace check --require` takes them, such as `largest-free >= 400MiB`.
  case rules([String])
  /// A file in YAML, as `addrspace check --policy` takes it.
  case file(String)
  /// A policy that was made before.
  case policy(Policy)
}

extension PolicySource: ExpressibleByStringInterpolation, ExpressibleByArrayLiteral {
  /// One rule.
  public init(stringLiteral rule: String) {
    self = .rules([rule])
  }

  /// Several rules.
  public init(arrayLiteral rules: String...) {
    self = .rules(rules)
  }
}

extension PolicySource {
  /// Why there is no policy: a sentence with the remedy.
  struct Refused: Error {
    let reason: String
  }

  func policy() throws(Refused) -> Policy {
    let policy = try read()
    if policy.rules.isEmpty {
      throw Refused(reason: "no rule to check. Name what has to hold: \"largest-free >= 400MiB\".")
    }
    return policy
  }

  private func read() throws(Refused) -> Policy {
    switch self {
    case .policy(let policy): return policy
    case .rules(let rules):
      do throws(PolicyRuleError) {
        var read: [PolicyRule] = []
        for rule in rules { read.append(try PolicyRule(text: rule)) }
        return Policy(read)
      } catch {
        throw Refused(reason: error.description)
      }
    case .file(let path):
      do {
        // More than a policy may have is refused by who reads it.
        let bytes = try OpenFile.all(of: path, atMost: 1 << 24) ?? []
        return try PolicyDocument.read(bytes)
      } catch let error as YAMLError {
        throw Refused(reason: error.message(in: path))
      } catch {
        throw Refused(reason: "\(path) cannot be read: \(error).")
      }
    }
  }
}
