public import AddressSpace

/// Expects the largest contiguous free span to be no smaller than `size`.
///
/// The fault of most programs that run out of addresses: what is free is in pieces.
public func expectLargestFreeSpan(
  of space: SpaceUnderTest, atLeast size: ByteCount, fileID: StaticString = #fileID,
  file: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) {
  PolicyAssertion(.rules(["largest-free >= \(size.value)"]), of: space)
    .check(at: CallSite(fileID: fileID, file: file, line: line, column: column))
}

/// Expects the largest contiguous free span to be no smaller than `size`, as in `400MiB`.
public func expectLargestFreeSpan(
  of space: SpaceUnderTest, atLeast size: String, fileID: StaticString = #fileID,
  file: StaticString = #filePath, line: UInt = #line, column: UInt = #column
) {
  PolicyAssertion(.rules(["largest-free >= \(size)"]), of: space)
    .check(at: CallSite(fileID: fileID, file: file, line: line, column: column))
}

/// Expects `count` more of a buffer to fit, one beside the other.
///
/// - Parameters:
///   - buffer: a size, or width x height x channels x bytes, as in `8000x6000x4x2`, then `@ALIGN`; or
///     `thread`.
///   - count: how many; at least 1.
///   - space: where.
///   - allocator: who asks for them; nil for what programs of the layout usually ask.
public func expectFits(
  _ buffer: String, count: Int, in space: SpaceUnderTest, by allocator: Allocator.Family? = nil,
  fileID: StaticString = #fileID, file: StaticString = #filePath, line: UInt = #line,
  column: UInt = #column
) {
  let by = allocator.map { " by \($0.rawValue)" } ?? ""
  PolicyAssertion(.rules(["fits \(buffer)\(by) >= \(count)"]), of: space)
    .check(at: CallSite(fileID: fileID, file: file, line: line, column: column))
}

/// Expects all rules of a policy to hold.
///
///     expectPolicy("regions <= 30000", of: .process(pid))
///     expectPolicy(["free >= 1GiB", "module */libicu*.so* <= 40MiB"], of: .process(pid))
///     expectPolicy(.file("room.yaml"), of: .file("crash.dmp"))
///
/// - Parameters:
///   - policy: the rules.
///   - space: where they have to hold.
///   - earlier: what rules that compare (`new`, `new-pins`, `growth`, `loss`) do so with.
public func expectPolicy(
  _ policy: PolicySource, of space: SpaceUnderTest, since earlier: SpaceUnderTest? = nil,
  fileID: StaticString = #fileID, file: StaticString = #filePath, line: UInt = #line,
  column: UInt = #column
) {
  PolicyAssertion(policy, of: space, since: earlier)
    .check(at: CallSite(fileID: fileID, file: file, line: line, column: column))
}

/// Expects nothing new to stand between large free spans.
///
///     let before = SpaceUnderTest.process(pid).now()
///     try editor.open("photo.jpg")
///     expectNoNewPins(since: before, in: .process(pid))
///
/// Another run can be compared with too, in spite of randomisation: things are matched by what they
/// are, who uses them and how large they are.
///
/// - Parameters:
///   - earlier: the space before, or a file of it: what `addrspace check --update-baseline` or
///     `addrspace capture` wrote.
///   - space: the space that is looked at.
///   - size: only what is smaller than this counts; nil for all.
///   - span: free spans larger than this are large; nil for what randomisation alone can make, which is
///     the size of malloc's arenas.
public func expectNoNewPins(
  since earlier: SpaceUnderTest, in space: SpaceUnderTest, smallerThan size: ByteCount? = nil,
  between span: ByteCount? = nil, fileID: StaticString = #fileID, file: StaticString = #filePath,
  line: UInt = #line, column: UInt = #column
) {
  let rule = PolicyRule(.newPins(smallerThan: size, between: span), .atMost(0))
  PolicyAssertion(.policy(Policy([rule])), of: space, since: earlier)
    .check(at: CallSite(fileID: fileID, file: file, line: line, column: column))
}
