public import AddressSpace

/// Why a recording has no answer.
public enum TraceReportError<Failure: Error>: Error {
  /// It could not be read.
  case source(Failure)
  /// It holds no address space of this number, or none at all.
  case noSpace(Int?)
  /// The first map of the address space is missing or cannot be read.
  case noStart(TraceSpace)
  /// No event has this number.
  case noEvent(Int)
  /// The buffers cannot be asked of this allocator.
  case allocator(AllocatorError)
}

extension TraceReportError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .source(let failure): "\(failure)"
    case .noSpace(nil): "the recording holds no program."
    case .noSpace(let number?): "the recording has no address space \(number)."
    case .noStart(let space):
      "the first map of \(space.name) (process \(space.pid)) is not in the recording or cannot be "
        + "read: nothing can be told of it."
    case .noEvent(let number): "the recording has no event \(number)."
    case .allocator(let error): "\(error)"
    }
  }
}
