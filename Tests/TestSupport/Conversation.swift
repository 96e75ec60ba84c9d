public import AddressSpace
import Subprocess
public import SystemPackage

/// A talk with a program that says `ready`, waits for a size, takes buffers of that size until one
/// is refused, and tells what it got.
public struct Conversation: Sendable {
  /// The program to start.
  public let program: FilePath
  /// Its arguments.
  public let arguments: [String]

  /// A talk with `program`.
  public init(_ program: FilePath, _ arguments: [String]) {
    self.program = program
    self.arguments = arguments
  }

  /// What went wrong in a talk.
  public struct Broken: Error, CustomStringConvertible {
    /// What, in a sentence.
    public let description: String
  }

  /// Starts the program; while it waits, `forecast` is asked with its process id; then it goes on.
  public func held<Forecast: Sendable>(
    bytes: ByteCount, _ forecast: @Sendable @escaping (Int32) async throws -> Forecast
  ) async throws -> (forecast: Forecast, reality: Expectation) {
    let course = try await course(bytes) { pid, _ in try await forecast(pid) }
    guard let answer = course.answer, let reality = Expectation(course.told) else {
      throw broken(course)
    }
    return (answer, reality)
  }

  /// The same, with all that it wrote; `look` has what it wrote up to `ready`.
  public func heard<Answer: Sendable>(
    bytes: ByteCount, _ look: @Sendable @escaping (Int32, String) async throws -> Answer
  ) async throws -> (answer: Answer, told: String) {
    let course = try await course(bytes, look)
    guard let answer = course.answer else { throw broken(course) }
    return (answer, course.told)
  }

  /// How a talk went: no answer where the program was never ready.
  private struct Course<Answer: Sendable>: Sendable {
    var answer: Answer?
    var told = ""
    var end = ""
    var complaint = ""
  }

  /// What a program of Wine's says that asks for the server just when it ends with its last program:
  /// it has to be started again.
  private static let noServer = "wine client error:0: recvmsg: Connection reset by peer"

  private func course<Answer: Sendable>(
    _ bytes: ByteCount, _ look: @Sendable @escaping (Int32, String) async throws -> Answer
  ) async throws -> Course<Answer> {
    for _ in 0..<8 {
      let course = try await start(bytes, look)
      if course.answer != nil || !course.complaint.contains(Self.noServer) { return course }
    }
    return try await start(bytes, look)
  }

  private func start<Answer: Sendable>(
    _ bytes: ByteCount, _ look: @Sendable @escaping (Int32, String) async throws -> Answer
  ) async throws -> Course<Answer> {
    let result = try await Subprocess.run(
      .path(program), arguments: Arguments(arguments), input: .inputWriter, output: .sequence,
      error: .string(limit: 1 << 20)
    ) { execution in
      var course = Course<Answer>()
      for try await line in execution.standardOutput.strings() {
        let line = line.split(whereSeparator: \.isNewline).first.map(String.init) ?? ""
        course.told += line + "\n"
        if line.hasPrefix("ready") {
          course.answer = try await look(Int32(execution.processIdentifier.value), course.told)
          _ = try await execution.standardInputWriter.write("\(bytes.value)\n")
        }
        if line.hasPrefix("count ") { break }
      }
      try await execution.standardInputWriter.finish()
      return course
    }
    var course = result.closureResult
    course.end = "\(result.terminationStatus)"
    course.complaint = result.standardError
    return course
  }

  private func broken(_ course: Course<some Sendable>) -> Broken {
    Broken(
      description: """
        \(program) did not tell what it got, but '\(course.told.prefix(200))'; \(course.end): \
        \(course.complaint)
        """)
  }
}
