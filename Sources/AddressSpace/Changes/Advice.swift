/// What one change would bring.
public struct Advice: Sendable {
  /// The change.
  public let change: Change
  /// How many of each buffer would fit, in the order of the buffers.
  public let forecasts: [ChangedForecast]
  /// How many more that is than now, 0 where it is none.
  public let gain: [UInt64]
  /// The space as it would be.
  public let space: ChangedSpace

  /// How many of each buffer would fit.
  public var fits: [UInt64] { forecasts.map(\.buffer.fits) }

  /// Whether it gains any buffer.
  public var gainsBuffers: Bool { gain.contains { $0 > 0 } }
}

/// Tries the changes that may help a process.
public struct Advisor: Sendable {
  private let map: AddressMap
  private let facts: LayoutFacts
  private let layout: Layout
  private let room: Room
  private let buffers: [BufferForecast]
  private let earlier: [Change]

  /// An adviser for a map and its room; the forecasts of some buffers after `changes` are known.
  public init(
    _ map: AddressMap, room: Room, buffers: [BufferForecast], after changes: [Change] = []
  ) {
    self.map = map
    earlier = changes
    self.room = room
    facts = room.facts
    layout = room.layout
    self.buffers = buffers
  }

  /// Every change that applies: by buffers gained, the first buffer first, then those that need
  /// less.
  public func all() throws(AllocatorError) -> [Advice] {
    try ranked(candidates.everything(for: buffers), redrawing: true)
  }

  /// The change that gains most of the first buffer, of those that are quickly tried; nil where
  /// none gains any. Of a map of very many regions only limits are tried.
  public func best() throws(AllocatorError) -> Advice? {
    guard let first = buffers.first else { return nil }
    let isQuick = map.regions.count <= Self.mostQuick
    let advisor = Advisor(map, room: room, buffers: [first], after: earlier)
    let best = try advisor.ranked(isQuick ? candidates.quick : candidates.limits, redrawing: false)
      .first { $0.gainsBuffers }
    guard let best else { return nil }
    return try advisor.ranked([best.change], redrawing: true).first
  }

  /// Moving more regions than this takes longer than all else that a first screen needs.
  private static let mostQuick = 50_000

  private var candidates: ChangeCandidates {
    ChangeCandidates(map: map, room: room, walls: buffers.first?.walls ?? [])
  }

  private func ranked(
    _ changes: [Change], redrawing: Bool
  ) throws(AllocatorError) -> [Advice] {
    var advice: [Advice] = []
    for change in changes {
      let all = earlier + [change]
      guard let space = try? ChangedSpace(all, of: map, facts: facts, layout: layout) else {
        continue
      }
      var forecasts: [ChangedForecast] = []
      for buffer in buffers {
        forecasts.append(
          try space.forecast(
            buffer.request, allocator: buffer.allocator, redrawing: redrawing))
      }
      let gain = zip(forecasts, buffers).map { $0.buffer.fits - min($0.buffer.fits, $1.fits) }
      advice.append(Advice(change: change, forecasts: forecasts, gain: gain, space: space))
    }
    return advice.enumerated().sorted { left, right in
      guard left.element.gain == right.element.gain else {
        return right.element.gain.lexicographicallyPrecedes(left.element.gain)
      }
      return left.offset < right.offset
    }.map(\.element)
  }
}
