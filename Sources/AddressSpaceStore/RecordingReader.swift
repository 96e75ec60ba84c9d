public import AddressSpaceTrace
import Glibc
import SystemPackage

/// Reads a recording, one that is still being made included: then it is what was committed when it
/// was opened.
///
/// Nothing in the file is trusted: every reference is checked where it is read.
public final class RecordingReader: TraceSource {
  /// Why something could not be read.
  public typealias Failure = RecordingError

  /// The file.
  public let path: String
  /// What is known of the recording as a whole.
  public let header: TraceHeader
  /// How it ended; nil where the recorder was killed or is still at work.
  public let end: TraceEnd?
  /// The address spaces.
  public let spaces: [TraceSpace]
  /// The threads.
  public let threads: [TraceThread]
  /// The modules.
  public let modules: [TraceModule]
  /// The frames.
  public let frames: [Frame]
  /// The stacks.
  public let stacks: StackTable
  /// What is known of frames.
  public let symbols: [Int: [Symbol]]
  /// The whole maps.
  public let snapshots: [TraceSnapshot]

  private let tables: RecordingRows
  private let eventRows: EventRows

  /// Opens a recording and reads all but its events.
  public init(path: String) throws(RecordingError) {
    self.path = path
    guard try Self.isDatabase(path) else { throw .notRecording(path: path) }
    do {
      tables = RecordingRows(try Self.open(path), path: path)
    } catch {
      throw RecordingError(error, reading: path)
    }
    try tables.checkSchema()
    header = try tables.header()
    end = try tables.end()
    spaces = try tables.spaces()
    threads = try tables.threads()
    modules = try tables.modules()
    frames = try tables.frames(modules: modules.count)
    stacks = try tables.stacks(frames: frames.count)
    symbols = try tables.symbols(frames: frames.count)
    snapshots = try tables.snapshots(spaces: spaces.count)
    eventRows = try EventRows(
      tables,
      counts: EventRows.Counts(
        spaces: spaces.count, threads: threads.count, nodes: stacks.nodes.count))
  }

  /// Hands out the events of a space in their order, with their numbers in the recording from 1.
  public func events(
    ofSpace space: Int, _ body: (_ number: Int, _ event: TraceEvent) -> Void
  ) throws(RecordingError) {
    try eventRows.forEach(ofSpace: space, body)
  }

  /// Whether a file that begins with these bytes is a database, as recordings are.
  public static func isDatabase(startingWith bytes: some Sequence<UInt8>) -> Bool {
    bytes.starts(with: magic)
  }

  /// The first bytes of every SQLite file.
  private static let magic = Array("SQLite format 3\0".utf8)

  private static func isDatabase(_ path: String) throws(RecordingError) -> Bool {
    do {
      let file = try FileDescriptor.open(FilePath(path), .readOnly)
      return try file.closeAfter {
        var bytes = [UInt8](repeating: 0, count: magic.count)
        let count = try bytes.withUnsafeMutableBytes { try file.read(into: $0) }
        return isDatabase(startingWith: bytes.prefix(count))
      }
    } catch {
      throw .cannotOpen(path: path, errno: ((error as? Errno) ?? .ioError).rawValue)
    }
  }

  // MARK: Opening

  /// Opens the file so that what its log holds is seen, in a folder that cannot be written to too.
  private static func open(_ path: String) throws(Database.Failure) -> Database {
    do {
      return try open(path, "")
    } catch {
      guard error.cannotUseLog else { throw error }
    }
    var status = stat()
    guard stat(path + "-wal", &status) == 0, status.st_size > 0 else {
      // Without a log the file is all there is, and nobody can be writing to it.
      return try open(path, "immutable=1")
    }
    // The index of the log is kept in memory; that asks for a lock, which a file that cannot be
    // written to does not give.
    return try open(path, "vfs=unix-none", "PRAGMA locking_mode = EXCLUSIVE")
  }

  private static func open(
    _ path: String, _ parameters: String, _ pragma: String? = nil
  ) throws(Database.Failure) -> Database {
    let database = try Database(uri: Database.uri(of: path, parameters), .readOnly)
    database.limitSteps(inBytes: size(of: path) + size(of: path + "-wal"))
    if let pragma { try database.execute(pragma) }
    try database.execute("PRAGMA trusted_schema = OFF")
    try database.execute("PRAGMA cell_size_check = ON")
    // One moment for all that is read, whatever the recorder goes on to do.
    try database.execute("BEGIN")
    _ = try database.integer("SELECT count(*) FROM sqlite_schema")
    return database
  }

  private static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
  }
}
