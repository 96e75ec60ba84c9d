/// What is certain of a room's figures, given what its source tells.
extension Room {
  /// Whether a region may not be taken, or not by the program: its source does not tell.
  private func isDoubtful(_ region: Region) -> Bool {
    if region.isNotListed { return true }
    // Wine's own reservations are told from the program's by their traits only.
    return layout.system == .wine && !facts.knowsTraits && region.isUnnamed
      && region.access.isNone
  }

  private var hasDoubts: Bool { regions.contains(where: isDoubtful) }
  private var isPartlyListed: Bool { regions.contains(where: \.isNotListed) }

  /// The bytes of the largest free span.
  var measuredLargestFree: Measured {
    let largest = largestFreeSpan?.size.value ?? 0
    if isUpperBound { return hasDoubts ? .unknown : .atMost(largest) }
    if facts.summary != nil { return freeSpans.isEmpty ? .unknown : .exactly(largest) }
    return hasDoubts ? .atLeast(largest) : .exactly(largest)
  }

  /// All free bytes.
  var measuredFree: Measured {
    if isUpperBound { return hasDoubts ? .unknown : .atMost(freeBytes.value) }
    if facts.summary != nil { return .exactly(freeBytes.value) }
    return hasDoubts ? .atLeast(freeBytes.value) : .exactly(freeBytes.value)
  }

  /// The share of the free space outside the largest span, in whole per cent. It is rounded towards
  /// breaking the bound, so that a limit in whole per cent is held by it just where it is held by the
  /// share itself.
  func measuredFragmentation(for bound: PolicyRule.Bound) -> Measured {
    guard isFragmentationKnown, !isUpperBound, facts.summary != nil || !hasDoubts else {
      return .unknown
    }
    return .exactly(
      Measured.fragmentation(free: freeBytes, largest: largestFreeSpan?.size ?? .zero, for: bound))
  }

  /// What a rule measures where it does not matter who owns the regions; nil where it does.
  func roomFigure(of rule: PolicyRule) throws(AllocatorError) -> Measured? {
    switch rule.subject {
    case .largestFree: measuredLargestFree
    case .free: measuredFree
    case .fragmentation: measuredFragmentation(for: rule.bound)
    case .fits(let request, let family): measured(try forecast(request, family))
    default: nil
    }
  }

  /// The forecast that a `fits` rests on.
  func forecast(
    _ request: BufferRequest, _ family: Allocator.Family?
  ) throws(AllocatorError) -> BufferForecast {
    try Forecaster(self).forecast(
      request, allocator: family.map { Allocator($0) } ?? .usual(in: layout))
  }

  /// How many regions there are but for so many.
  func measuredRegions(without excused: UInt64) -> Measured {
    if facts.summary != nil {
      guard excused == 0, let count = regionCount else { return .unknown }
      return isUpperBound ? .atLeast(UInt64(count)) : .exactly(UInt64(count))
    }
    let all = UInt64(regions.count) - min(excused, UInt64(regions.count))
    let certain = UInt64(regions.count { !isDoubtful($0) })
    let least = certain - min(excused, certain)
    return isUpperBound || isPartlyListed ? .atLeast(least) : .between(least, all)
  }

  /// The bytes of a kind but for so many.
  func measured(_ kind: Region.Kind, without excused: ByteCount) -> Measured {
    let usage = usageByKind()
    let told = usage.first { $0.kind == kind }?.bytes ?? .zero
    if facts.summary != nil {
      let untold = mappedBytes.lowered(by: usage.lazy.map(\.bytes).total())
      guard excused == .zero, !isUpperBound else { return .unknown }
      return .between(told.value, (told.adding(untold) ?? told).value)
    }
    let listed = regions.lazy.filter { $0.kind == kind && !$0.isNotListed }.map(\.size).total()
    let bytes = listed.lowered(by: excused)
    guard kind == .reserved, !isUpperBound, !isPartlyListed else { return measured(bytes) }
    let doubtful = regions.lazy.filter(isDoubtful).map(\.size).total()
    return .between(bytes.lowered(by: doubtful).value, bytes.value)
  }

  /// What was added up over regions that are listed.
  func measured(_ bytes: ByteCount) -> Measured {
    if isUpperBound || facts.summary != nil { return .atLeast(bytes.value) }
    guard isPartlyListed else { return .exactly(bytes.value) }
    return .between(bytes.value, (bytes.adding(notListedBytes) ?? bytes).value)
  }

  /// What is new since a baseline: what the one does not show may be there, and what the other does not
  /// show may have been.
  func measuredNew(_ parts: [Additions.Part], since before: Room) -> Measured {
    let bytes = parts.lazy.map(\.bytes).total()
    let certain = parts.lazy.filter { !isDoubtful(regions[$0.region]) }.map(\.bytes).total()
    let mayHaveHad = before.isUpperBound || before.facts.summary != nil
    let least = mayHaveHad ? .zero : certain.lowered(by: before.notListedBytes)
    if isUpperBound || facts.summary != nil { return .atLeast(least.value) }
    // What may have been free makes up for nothing.
    let free = before.regions.lazy.filter { before.isDoubtful($0) && !$0.isNotListed }.map(\.size)
    let most = bytes.adding(notListedBytes)?.adding(free.total())
    return .between(least.value, most?.value ?? .max)
  }

  /// Whether the source tells of all addresses whether they are taken.
  var listsAll: Bool { !isUpperBound && facts.summary == nil && !hasDoubts }

  /// The stretches between neighbouring free spans that are smaller than `size`, where both spans are
  /// larger than `span`: as indices of their regions; and whether there can be no others.
  ///
  /// What the system never hands out and the map does not show is nobody's pin.
  func smallRuns(
    smallerThan size: ByteCount, between span: ByteCount
  ) -> (listed: [Range<Int>], isCertain: Bool) {
    var listed: [Range<Int>] = []
    for (below, above) in zip(freeSpans, freeSpans.dropFirst()) {
      guard below.size > span, above.size > span,
        above.range.lower - below.range.upper < size
      else { continue }
      let run = below.above..<above.above
      guard !regions[run].contains(where: isDoubtful) else { continue }
      if regions[run].contains(where: { !$0.isNeverHandedOut }) { listed.append(run) }
    }
    return (listed, !hasDoubts)
  }

  /// How many of a buffer a forecast says will fit.
  ///
  /// Where it says "at least", no more can fit than what its bytes alone would leave room for: in each
  /// free span, in each stretch of memory that an allocator may hold, and one across the end of the
  /// heap.
  func measured(_ forecast: BufferForecast) -> Measured {
    switch forecast.bound {
    case .exact: return .exactly(forecast.fits)
    case .atMost: return isPartlyListed ? .unknown : .atMost(forecast.fits)
    case .atLeast: break
    }
    let bytes = forecast.request.bytes.value
    guard !forecast.request.isThread, bytes > 0, !hasDoubts else {
      return .atLeast(forecast.fits)
    }
    // A picture of Pillow's is in several blocks, so no single span bounds it.
    if forecast.allocator.family == .pillow {
      return .between(forecast.fits, spaceBytes.value / bytes)
    }
    var most: UInt64 = regions.contains { $0.kind == .heap } ? 1 : 0
    for span in freeSpans { most += span.size.value / bytes }
    var run = ByteCount.zero
    var end: Address?
    for region in regions {
      let isHeld = ![.image, .file, .system].contains(region.kind)
      if end != region.range.lower || !isHeld {
        most += run.value / bytes
        run = .zero
      }
      if isHeld { run += region.size }
      end = region.range.upper
    }
    return .between(forecast.fits, most + run.value / bytes)
  }
}

extension Measured {
  /// The share of free bytes outside the largest span in whole per cent, rounded towards breaking a
  /// bound.
  static func fragmentation(
    free: ByteCount, largest: ByteCount, for bound: PolicyRule.Bound
  ) -> UInt64 {
    guard free > .zero, largest > .zero else { return 0 }
    let outside = free.lowered(by: largest).value.multipliedFullWidth(by: 100)
    let (percent, rest) = free.value.dividingFullWidth(outside)
    return rest > 0 && !bound.isAtLeast ? percent + 1 : percent
  }
}

extension Region {
  /// Whether it stands for addresses that the system keeps for itself without showing them.
  fileprivate var isNeverHandedOut: Bool { self == .blocked(range) }
}
