/// One piece of address space as it is asked of the system.
struct Block: Hashable, Sendable {
  /// What stays taken, in bytes; a multiple of the page.
  var size: ByteCount
  /// What is asked on top to be able to align, and given back at once.
  var slack: ByteCount = .zero
  /// What its base must be a multiple of, beyond what the system aligns to anyway.
  var alignment: ByteCount = 1
}
