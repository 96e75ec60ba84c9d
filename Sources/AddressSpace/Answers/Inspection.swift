/// Everything that `inspect` answers of one snapshot.
public struct Inspection: Sendable {
  /// Where the snapshot comes from.
  public let source: Source
  /// What of it could not be read, or contradicts the rest.
  public let diagnostics: Diagnostics
  /// What is taken and what is free.
  public let room: Room
  /// How many of each buffer fit.
  public let buffers: [BufferForecast]
  /// The largest single request by allocator.
  public let largestRequests: [(allocator: Allocator.Family, bytes: ByteCount)]
  /// The change that would gain most of the first buffer, of those quickly tried; nil where none
  /// gains any.
  public let advice: Advice?
  private let ranking: PinRanking

  /// The picture that a photo program holds: 8000 by 6000 pixels, 4 channels of 2 bytes.
  public static let usualBuffer = "8000x6000x4x2"

  /// Inspects `snapshot` under `layout`.
  ///
  /// - Parameters:
  ///   - requests: the buffers to ask for; none asks for the usual one and for a half and a quarter
  ///     of the largest request.
  ///   - allocator: who asks; nil for the layout's usual one.
  public init(
    _ snapshot: Snapshot, layout: Layout, requests: [BufferRequest] = [],
    allocator: Allocator? = nil
  ) throws(AllocatorError) {
    let room = Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
    let allocator = allocator ?? .usual(in: layout)
    let requests = requests.isEmpty ? Self.usualRequests(in: room, by: allocator) : requests
    let forecaster = Forecaster(room)
    var buffers: [BufferForecast] = []
    for request in requests {
      buffers.append(try forecaster.forecast(request, allocator: allocator))
    }
    self.source = snapshot.source
    self.room = room
    self.buffers = buffers
    ranking = try PinRanking(room, for: requests.map { ($0, allocator) })
    largestRequests = room.largestRequests()
    advice = try Advisor(snapshot.map, room: room, buffers: buffers).best()
    diagnostics = snapshot.diagnostics(under: room)
  }

  /// What keeps free space apart, found anew each time.
  public var pins: [Pin] { ranking.pins() }

  /// Those pins that would bring something, those to ask for first.
  public var worstPins: [Pin] { ranking.worstPins(for: buffers) }

  private static func usualRequests(in room: Room, by allocator: Allocator) -> [BufferRequest] {
    let usual = (try? BufferRequest(text: usualBuffer)).map { [$0] } ?? []
    guard allocator.family != .pillow else { return usual }
    let largest = room.largestRequest(by: allocator)
    let parts = [2, 4].map { part in
      ByteCount(largest.value / part).roundedDown(to: room.layout.pageSize)
    }
    return usual + parts.filter { $0 > .zero }.map(BufferRequest.init(bytes:))
  }
}

extension Snapshot {
  /// What could not be read, and what in the map does not agree with the room's layout.
  public func diagnostics(under room: Room) -> Diagnostics {
    var all = diagnostics
    for contradiction in room.layout.contradictions { all.append(Diagnostic(contradiction)) }
    // The kernel's own pages lie outside of every user space; nothing is wrong with them.
    let outside = room.outside.filter { $0.kind != .system }
    if !outside.isEmpty {
      let bytes = outside.lazy.map(\.size).reduce(ByteCount.zero) { $0.adding($1) ?? $0 }
      all.append(
        Diagnostic(
          "\(outside.count) mapping\(outside.count == 1 ? " lies" : "s lie") outside the user space "
            + "\(room.layout.space) of \(room.layout.name): \(bytes) that are not in the totals"))
    }
    return all
  }
}
