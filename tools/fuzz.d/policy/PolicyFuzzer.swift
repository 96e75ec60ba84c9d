import AddressSpace
import AddressSpaceYAML
import Invariants

/// What libFuzzer calls with every input: a policy, or an error at a place that there is.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    let policy = try PolicyDocument.read(bytes)
    require(!policy.rules.isEmpty, "a policy has rules")
    require(policy.rules.allSatisfy { $0.bound != .atLeast(0) }, "a rule can be broken")
  } catch {
    let lines = 1 + bytes.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
    require((1...lines).contains(error.place.line), "the line is one of the document's")
    require((1...count + 1).contains(error.place.column), "the column is one of the document's")
    require(!error.message(in: "policy").contains("\n"), "it is one line")
    if case .notYAML(let problem, _) = error.reason {
      require(!problem.contains("memory is short"), "there is memory")
    }
  }
  if let node = try? YAMLDocument.read(bytes) {
    let (nodes, depth) = measure(node)
    require(nodes <= count + 1, "no more values than bytes")
    require(depth <= YAMLDocument.deepest + 1, "no deeper than is read")
  }
  return 0
}

/// How many values there are, and how deep.
private func measure(_ node: YAMLNode) -> (nodes: Int, depth: Int) {
  let inner: [YAMLNode] =
    switch node.content {
    case .scalar: []
    case .list(let nodes): nodes
    case .mapping(let entries): entries.map(\.value)
    }
  return inner.map(measure).reduce((1, 1)) { all, one in
    (all.0 + one.nodes, max(all.1, one.depth + 1))
  }
}
