public import AddressSpace

/// How things were after a step of one run.
public struct StepOutcome: Hashable, Sendable {
  /// The largest contiguous free span.
  public var largestFree: ByteCount
  /// All free bytes.
  public var free: ByteCount
  /// What took addresses.
  public var mapped: ByteCount
  /// What the system had promised memory for.
  public var committed: ByteCount
  /// What was written to and not given back.
  public var resident: ByteCount
  /// How many more of each of the scenario's buffers fit.
  public var fits: [UInt64]
  /// What could not be had in the step, the first one only: what was asked for.
  public var failure: Failure?

  /// Something that the step asked for in vain.
  public struct Failure: Hashable, Sendable {
    /// What for, such as `open photo`.
    public var purpose: String
    /// How many bytes of addresses.
    public var size: ByteCount

    /// A request that failed.
    public init(_ purpose: String, _ size: ByteCount) {
      self.purpose = purpose
      self.size = size
    }
  }

  /// How things were.
  public init(
    largestFree: ByteCount, free: ByteCount, mapped: ByteCount, committed: ByteCount,
    resident: ByteCount, fits: [UInt64], failure: Failure? = nil
  ) {
    self.largestFree = largestFree
    self.free = free
    self.mapped = mapped
    self.committed = committed
    self.resident = resident
    self.fits = fits
    self.failure = failure
  }
}
