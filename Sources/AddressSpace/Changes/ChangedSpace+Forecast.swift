/// How many buffers would fit after some changes.
public struct ChangedForecast: Sendable {
  /// The forecast, in whole buffers.
  public let buffer: BufferForecast
  /// From the fewest to the most that are likely: over other draws of randomisation, and one less
  /// or more where holes may be left elsewhere.
  public let range: ClosedRange<UInt64>
}

extension ChangedSpace {
  /// How many of a buffer would fit, with the first `placements` places.
  ///
  /// - Parameter redrawing: also counts under other draws of randomisation.
  public func forecast(
    _ request: BufferRequest, allocator: Allocator? = nil, placements: Int = 0,
    redrawing: Bool = true
  ) throws(AllocatorError) -> ChangedForecast {
    let buffer = try forecast(request, allocator, placements, in: room)
    var (least, most) = (buffer.fits, buffer.fits)
    for other in redrawing ? redrawn() : [] {
      let fits = try forecast(request, allocator, 0, in: other).fits
      (least, most) = (min(least, fits), max(most, fits))
    }
    if mayBeOffByOne { (least, most) = (least - min(least, 1), most + 1) }
    return ChangedForecast(
      buffer: least < most ? buffer.inexact : buffer, range: least...most)
  }

  private func forecast(
    _ request: BufferRequest, _ allocator: Allocator?, _ placements: Int, in room: Room
  ) throws(AllocatorError) -> BufferForecast {
    let forecaster = Forecaster(room)
    let tiles = tiles(of: request)
    let piece = try forecaster.forecast(
      tiles?.request ?? request, allocator: allocator, placements: placements)
    let whole = tiles.map { piece.gathered(by: $0.count, for: request) } ?? piece
    return isFromBelow ? whole.inexact : whole
  }

  /// What to clear so that `more` more fit, nil where nothing helps.
  public func plan(
    for request: BufferRequest, allocator: Allocator, more: UInt64
  ) throws(AllocatorError) -> ClearingPlan? {
    guard let tiles = tiles(of: request) else {
      return try ClearingPlanner(room, for: request, allocator: allocator).cheapest(more: more)
    }
    let fits = try Forecaster(room).forecast(tiles.request, allocator: allocator).fits
    let (wanted, overflow) = more.multipliedReportingOverflow(by: tiles.count)
    guard !overflow else { return nil }
    let planner = try ClearingPlanner(room, for: tiles.request, allocator: allocator)
    return planner.cheapest(more: wanted - fits % tiles.count).map { plan in
      ClearingPlan(
        window: plan.window, regions: plan.regions, bytes: plan.bytes,
        gain: (fits % tiles.count + plan.gain) / tiles.count)
    }
  }

  /// The pieces of one buffer, nil where it is asked for whole.
  public func tiles(of request: BufferRequest) -> (request: BufferRequest, count: UInt64)? {
    guard let tile, request.bytes > tile else { return nil }
    let count = (request.bytes.value - 1) / tile.value + 1
    let piece = BufferRequest(bytes: tile, alignment: request.alignment)
    return (piece, count)
  }
}

extension BufferForecast {
  /// This forecast of pieces as one of buffers of `count` pieces each.
  func gathered(by count: UInt64, for request: BufferRequest) -> BufferForecast {
    let fits = fits / count
    let contiguous = fitsIfContiguous / count
    let walls = walls.map { $0.with(fits: $0.fits / count) }
    let isOpen = walls.first.map { $0.fits > 0 } ?? false
    return BufferForecast(
      request: request, allocator: allocator,
      footprint: footprint.multiplied(by: count) ?? footprint, fits: fits,
      fitsIfContiguous: contiguous, unusableFree: unusableFree, isExact: isExact,
      heapFits: heapFits.map { $0 / count },
      verdict: fits > 0 ? .fits : isOpen ? .limited : contiguous > 0 ? .fragmented : .exhausted,
      placements: placements, largestLeft: largestLeft, walls: walls,
      warnings: warnings.map { $0.with(fits: $0.fits / count) }, isUpperBound: isUpperBound)
  }

  /// The same, not known to the last one.
  var inexact: BufferForecast {
    BufferForecast(
      request: request, allocator: allocator, footprint: footprint, fits: fits,
      fitsIfContiguous: fitsIfContiguous, unusableFree: unusableFree, isExact: false,
      heapFits: heapFits, verdict: verdict, placements: placements, largestLeft: largestLeft,
      walls: walls, warnings: warnings, isUpperBound: isUpperBound)
  }
}
