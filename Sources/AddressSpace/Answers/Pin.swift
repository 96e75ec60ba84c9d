/// A region, or a run of adjacent ones, with free space beside it that it keeps apart.
public struct Pin: Sendable {
  /// Where it lies.
  public let range: AddressRange
  /// Its regions' indices in `Room.regions`.
  public let regions: Range<Int>
  /// What its owner would have to do.
  public let action: Action
  /// The free span there would be without it.
  public let joined: ByteCount
  /// How much larger the largest free span would be without it.
  public let largestGain: ByteCount
  /// How many more buffers would fit without it, one number a forecast.
  public internal(set) var bufferGain: [UInt64]

  /// What an owner would have to do to give up its addresses.
  public enum Action: String, Sendable {
    /// Give allocated memory back.
    case free
    /// Unmap a file or shared memory.
    case unmap
    /// Unload a library.
    case unload
    /// Link or rebase a Windows image to another address.
    case rebase
    /// Reserve less.
    case shrink
    /// Start threads with smaller stacks.
    case smallerStack = "smaller-stack"
    /// Nothing: it cannot go.
    case fixed
  }
}
