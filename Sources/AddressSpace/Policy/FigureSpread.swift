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
  private let room: Room
  private let anatomy: LinuxAnatomy
  private let draws: [RandomDraw]

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
    self.room = room
    self.anatomy = anatomy
    var known: Set<RandomDraw> = []
    draws = RandomDraw.samples.map(anatomy.effect).filter { known.insert($0).inserted }
  }

  /// From the least to the most that each rule's figure is under these draws and here, where some of
  /// them decide otherwise than its answer; nil where none does.
  public func spreads(of answers: [RuleAnswer]) -> [FigureSpread?] {
    var watched = answers.map(WatchedFigure.init)
    guard watched.contains(where: { $0 != nil }) else { return answers.map { _ in nil } }
    // One room at a time: all of them together take more memory than time.
    for draw in draws {
      guard let room = self.room(under: draw) else { continue }
      for index in watched.indices { watched[index]?.look(at: room) }
    }
    return watched.map { $0?.spread }
  }

  private func room(under draw: RandomDraw) -> Room? {
    var restart = LinuxRestart(like: anatomy)
    restart.draw = draw
    return restart.outcome(of: anatomy, facts: room.facts, basis: room.layout.basis).map {
      Room(map: $0.map, layout: $0.layout, facts: $0.facts)
    }
  }
}

/// A rule's figure, as it is here and as it is elsewhere.
private struct WatchedFigure {
  private let answer: RuleAnswer
  private var least: UInt64
  private var most: UInt64
  private var isOther = false

  /// The figure of an answer, nil where other draws cannot decide otherwise.
  init?(_ answer: RuleAnswer) {
    guard answer.verdict != .undecided, let here = answer.actual.value,
      answer.rule.subject.dependsOnPlaces
    else { return nil }
    self.answer = answer
    (least, most) = (here, here)
  }

  mutating func look(at room: Room) {
    guard let measured = try? room.figure(of: answer.rule), let value = measured.value else {
      return
    }
    (least, most) = (min(least, value), max(most, value))
    let verdict = answer.rule.bound.verdict(on: measured)
    isOther = isOther || verdict != answer.verdict && verdict != .undecided
  }

  var spread: FigureSpread? { isOther ? FigureSpread(least: least, most: most) : nil }
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
    let rules = results.indices.filter { index in
      let rule = results[index].answer.rule
      return results[index].tally == nil && rule.probability == nil && rule.subject.dependsOnPlaces
    }
    for (_, indices) in Dictionary(grouping: rules, by: { results[$0].moment }) {
      let draws = OtherDraws(of: results[indices[0]].room)
      let first = draws?.spreads(of: indices.map { results[$0].answer })
      for (place, index) in indices.enumerated() {
        let last = results[index].later.flatMap {
          OtherDraws(of: $0)?.spreads(of: [results[index].answer])[0]
        }
        note(first?[place].map { $0.joined(with: last) } ?? last, ofRule: index)
      }
    }
  }
}

extension PolicyTrial.Result {
  /// When it was: two events of a recording may have the same time.
  fileprivate struct Moment: Hashable {
    let seconds: Double
    let event: Int?
  }

  fileprivate var moment: Moment { Moment(seconds: seconds, event: event) }
}

extension FigureSpread {
  /// From the least to the most of both.
  fileprivate func joined(with other: FigureSpread?) -> FigureSpread {
    guard let other else { return self }
    return FigureSpread(least: min(least, other.least), most: max(most, other.most))
  }
}
