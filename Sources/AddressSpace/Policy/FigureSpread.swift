/// From the least to the most that a rule's figure is likely to be in other launches.
public struct FigureSpread: Hashable, Sendable {
  /// The least, in the rule's unit.
  public let least: UInt64
  /// The most.
  public let most: UInt64
}

/// A 32-bit Linux process as it would be had its kernel drawn other random addresses: the draws that
/// `RandomDraw.samples` has.
///
/// What else differs from launch to launch is not known here; launching does tell.
public struct OtherDraws: Sendable {
  private let rooms: [Room]

  /// Nobody waits for more regions than this to be moved a few dozen times.
  private static let mostRegions = 2000

  /// The draws of a room; nil where randomisation has no part in it, or it is not known which: of
  /// Windows and Wine, where the layout's bounds are not its preset's, and of very many regions.
  public init?(of room: Room) {
    guard room.layout.system == .linux, room.layout.wordSize == .bits32, !room.isUpperBound,
      room.facts.summary == nil, room.regions.count <= Self.mostRegions
    else { return nil }
    let map = AddressMap.assembling(room.regions + room.outside).map
    guard let anatomy = LinuxAnatomy(map: map, facts: room.facts, layout: room.layout),
      anatomy.isRandomized
    else { return nil }
    var draws: Set<RandomDraw> = []
    rooms = RandomDraw.samples.compactMap { sample in
      let draw = anatomy.effect(of: sample)
      guard draws.insert(draw).inserted else { return nil }
      var restart = LinuxRestart(like: anatomy)
      restart.draw = draw
      return restart.outcome(of: anatomy, facts: room.facts, basis: room.layout.basis).map {
        Room(map: $0.map, layout: $0.layout, facts: $0.facts)
      }
    }
  }

  /// From the least to the most that a rule's figure is under these draws and here, where some of them
  /// decide otherwise than `answer`; nil where none does.
  public func spread(of answer: RuleAnswer) -> FigureSpread? {
    guard answer.verdict != .undecided, let here = answer.actual.value,
      answer.rule.subject.dependsOnPlaces
    else { return nil }
    var (least, most) = (here, here)
    var isOther = false
    for room in rooms {
      guard let measured = try? room.figure(of: answer.rule), let value = measured.value else {
        continue
      }
      (least, most) = (min(least, value), max(most, value))
      let verdict = answer.rule.bound.verdict(on: measured)
      isOther = isOther || verdict != answer.verdict && verdict != .undecided
    }
    return isOther ? FigureSpread(least: least, most: most) : nil
  }
}

extension PolicyRule.Subject {
  /// Whether it matters where mappings lie, and not only which there are.
  fileprivate var dependsOnPlaces: Bool {
    switch self {
    case .largestFree, .fragmentation, .fits, .pins: true
    default: false
    }
  }
}

extension LinuxAnatomy {
  /// A draw without what moves nothing in this process.
  fileprivate func effect(of draw: RandomDraw) -> RandomDraw {
    var draw = draw
    if !isRelocatable { draw.program = .zero }
    if program.isEmpty || heap.isEmpty && facts.startOfBreak == nil { draw.heap = .zero }
    if top.isEmpty { draw.stack = .zero }
    return draw
  }
}

extension PolicyTrial {
  /// Notes of each rule what other draws of randomisation could make of it, at the moment that was
  /// worst for it and when it was as bad for the last time. What several runs have shown is not
  /// guessed.
  public mutating func noteOtherDraws() {
    var known: [Double: OtherDraws?] = [:]
    for (index, result) in results.enumerated() {
      guard result.tally == nil, result.answer.rule.probability == nil,
        result.answer.rule.subject.dependsOnPlaces
      else { continue }
      let draws = known[result.seconds] ?? OtherDraws(of: result.room)
      known[result.seconds] = .some(draws)
      let first = draws?.spread(of: result.answer)
      let last = result.later.flatMap { OtherDraws(of: $0)?.spread(of: result.answer) }
      note(first.map { $0.joined(with: last) } ?? last, ofRule: index)
    }
  }
}

extension FigureSpread {
  /// From the least to the most of both.
  fileprivate func joined(with other: FigureSpread?) -> FigureSpread {
    guard let other else { return self }
    return FigureSpread(least: min(least, other.least), most: max(most, other.most))
  }
}
