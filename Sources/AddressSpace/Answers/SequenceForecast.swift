/// What happens to buffers of several kinds, asked for one after the other.
public struct SequenceForecast: Sendable {
  /// One buffer of the sequence.
  public struct Step: Sendable {
    /// What was asked.
    public let request: BufferRequest
    /// Where it went, nil where it was refused. Several blocks are given by their hull.
    public let range: AddressRange?
  }

  /// The buffers in order, up to and with the first that is refused.
  public let steps: [Step]

  /// Whether all were placed.
  public var isComplete: Bool { steps.allSatisfy { $0.range != nil } }
}

extension Forecaster {
  /// Places `requests`, each as often as its count says, until one is refused.
  public func sequence(
    _ requests: [BufferRequest], allocator: Allocator? = nil
  ) throws(AllocatorError) -> SequenceForecast {
    let allocator = allocator ?? .usual(in: room.layout)
    let model = FootprintModel(allocator: allocator, layout: room.layout, facts: room.facts)
    var footprints: [Footprint] = []
    for request in requests { footprints.append(try model.footprint(of: request)) }
    let smallest = footprints.flatMap(\.blocks).map(\.size).min() ?? .zero
    var pool = SpanPool(room, smallest: smallest, budget: Budget(room))
    var idle = room.facts.threads?.idleStacks ?? []
    var steps: [SequenceForecast.Step] = []
    for (request, footprint) in zip(requests, footprints) {
      for _ in 0..<min(request.count, Self.mostSimulated) {
        let ranges = stack(for: request, from: &idle) ?? pool.place(footprint)
        steps.append(SequenceForecast.Step(request: request, range: ranges.flatMap(Self.hull)))
        if ranges == nil { return SequenceForecast(steps: steps) }
      }
    }
    return SequenceForecast(steps: steps)
  }

  /// The stack that an ended thread left for the next, nil where there is none or no thread is asked.
  private func stack(
    for request: BufferRequest, from idle: inout [AddressRange]
  ) -> [AddressRange]? {
    guard request.isThread else { return nil }
    let threads = ThreadModel(layout: room.layout, facts: room.facts)
    guard let stack = threads.reusable(for: request, among: idle).first,
      let index = idle.firstIndex(of: stack)
    else { return nil }
    idle.remove(at: index)
    return [stack]
  }

  private static func hull(_ ranges: [AddressRange]) -> AddressRange? {
    guard let lower = ranges.map(\.lower).min(), let upper = ranges.map(\.upper).max() else {
      return nil
    }
    return AddressRange(lower, upper)
  }
}
