import Glibc

/// A file that nobody else sees, in a folder of its own; both are removed.
struct TemporaryFile: ~Copyable {
  let path: String
  private let folder: String

  /// A place for a file of this name; the file is not there yet.
  init(named name: String) throws {
    let base = Console.environment("TMPDIR").flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(base)/addrspace-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure(
        .inputOutput,
        "no temporary folder can be made in \(base): \(String(cString: strerror(errno))).")
    }
    folder = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    path = folder + "/" + name
  }

  deinit {
    // SQLite's logs stand beside it.
    for ending in ["", "-wal", "-shm", "-journal"] { unlink(path + ending) }
    rmdir(folder)
  }
}
