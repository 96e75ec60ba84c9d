import Glibc
import SystemPackage

/// The log beside a SQLite file, which holds what was committed last.
///
/// SQLite can bring it to the disk with every commit, but only while its caller waits: tens of
/// milliseconds in which a recorded program would stand still.
final class WriteAheadLog: Sendable {
  private let path: FilePath

  init(of path: String) { self.path = FilePath(path + "-wal") }

  /// Begins to bring what was committed to the disk, and does not wait for it.
  func bringToDisk() {
    let path = path
    Task.detached {
      // It is not there once it was written into the database, which is on the disk then.
      guard let log = try? FileDescriptor.open(path, .readOnly) else { return }
      fdatasync(log.rawValue)
      try? log.close()
    }
  }
}
