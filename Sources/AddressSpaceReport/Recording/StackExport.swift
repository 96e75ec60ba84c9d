import AddressSpace
public import AddressSpaceTrace

/// The stacks of a report with what they hold, in forms that viewers of profiles read.
public struct StackExport: Sendable {
  let report: TraceReport
  let weight: Weight

  /// What a stack counts for.
  public enum Weight: String, CaseIterable, Sendable {
    /// The bytes of addresses that it holds at the report's moment.
    case bytes
    /// How much larger the largest free span would be without what it holds.
    case gain
  }

  /// The stacks of `report`, whose callers have to be grouped by stack.
  public init(_ report: TraceReport, weight: Weight) {
    self.report = report
    self.weight = weight
  }

  /// A stack, outermost frame first, and what it counts for.
  private struct Sample {
    let frames: [ReportFrame]
    let weight: UInt64
  }

  private var samples: [Sample] {
    var samples = report.callers.map { caller in
      Sample(
        frames: caller.stack.frames.reversed(),
        weight: weight == .bytes ? caller.bytes.value : caller.largestGain.value)
    }
    let unknown = [
      ("there before the recording", report.unattributed.before),
      ("found without a call", report.unattributed.found),
      ("no stack taken", report.unattributed.withoutStack),
    ]
    // Nobody has asked what room would be like without these.
    if weight == .bytes {
      samples += unknown.map { name, tally in
        Sample(
          frames: [ReportFrame(function: "[\(name)]", origin: .note)], weight: tally.bytes.value)
      }
    }
    return samples.filter { $0.weight > 0 }
  }

  /// A frame's name: the function, else module and offset.
  private static func name(of frame: ReportFrame) -> String {
    if let function = frame.function { return function.printable }
    let offset = frame.offset.map { "0x" + String($0, radix: 16) }
    let module = frame.module.map { Wording.short($0).printable }
    return [module, offset].compactMap(\.self).joined(separator: "+")
  }

  /// A line a stack: its frames, outermost first, with `;` between, a blank and the weight, as
  /// flamegraph.pl takes it.
  public func folded() -> String {
    var text = ""
    for sample in samples {
      let frames = sample.frames.isEmpty ? ["[no frames]"] : sample.frames.map(Self.foldedName)
      text += frames.joined(separator: ";") + " \(sample.weight)\n"
    }
    return text
  }

  private static func foldedName(_ frame: ReportFrame) -> String {
    let name = name(of: frame).replacing(";", with: ":")
    let place = frame.file.map { file in
      " (" + Wording.short(file).printable.replacing(";", with: ":")
        + (frame.line.map { ":\($0)" } ?? "") + ")"
    }
    return name + (place ?? "")
  }

  /// A document for speedscope, of one sampled profile whose unit is bytes.
  ///
  /// - Parameter exporter: the name and release of this program.
  public func speedscope(exporter: String) -> String {
    var frames: [ViewerFrame] = []
    var places: [ViewerFrame: Int] = [:]
    var stacks: [JSONValue] = []
    var weights: [JSONValue] = []
    var total: UInt64 = 0
    for sample in samples {
      stacks.append(
        .array(
          sample.frames.map { frame in
            let frame = ViewerFrame(frame)
            let place = places[frame] ?? frames.count
            if place == frames.count {
              places[frame] = place
              frames.append(frame)
            }
            return JSONValue(place)
          }))
      weights.append(.integer(sample.weight))
      total &+= sample.weight
    }
    let what = weight == .bytes ? "bytes held" : "gain of the largest free span"
    let title = "\(report.space.name.printable): \(what) at \(report.moment.asked)"
    return JSONValue.object([
      ("$schema", "https://www.speedscope.app/file-format-schema.json"),
      ("exporter", .string(exporter)),
      ("name", .string(title)),
      ("activeProfileIndex", .integer(0)),
      ("shared", ["frames": .array(frames.map(\.value))]),
      (
        "profiles",
        .array([
          .object([
            ("type", "sampled"), ("name", .string(title)), ("unit", "bytes"),
            ("startValue", .integer(0)), ("endValue", .integer(total)),
            ("samples", .array(stacks)), ("weights", .array(weights)),
          ])
        ])
      ),
    ]).document()
  }

  /// What viewers know of a frame: by that they tell frames apart.
  private struct ViewerFrame: Hashable {
    let name: String
    let file: String?
    let line: UInt64?

    init(_ frame: ReportFrame) {
      name = StackExport.name(of: frame)
      file = frame.file ?? frame.module
      line = frame.line.flatMap { UInt64(exactly: $0) }
    }

    var value: JSONValue {
      var members: [(key: String, value: JSONValue)] = [("name", .string(name))]
      if let file { members.append(("file", .string(file))) }
      if let line { members.append(("line", .integer(line))) }
      return .object(members)
    }
  }
}
