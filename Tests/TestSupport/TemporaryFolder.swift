import Foundation
public import SystemPackage

/// A folder that goes with the test that made it.
public final class TemporaryFolder: Sendable {
  /// Where it is.
  public let path: FilePath

  /// Makes a folder.
  public init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("addrspace-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit {
    Self.remove(path)
  }

  /// Removes a folder and all that is in it.
  static func remove(_ path: FilePath) {
    try? FileManager.default.removeItem(atPath: path.string)
  }

  /// Writes a file and gives its path.
  public func file(_ name: String, _ contents: [UInt8]) throws -> String {
    let file = path.appending(name).string
    try Data(contents).write(to: URL(fileURLWithPath: file))
    return file
  }

  /// Makes a folder in it, and those above.
  public func makeFolder(_ name: FilePath) throws {
    try FileManager.default.createDirectory(
      atPath: path.pushing(name).string, withIntermediateDirectories: true)
  }

  /// Lets a file be run.
  public func makeExecutable(_ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  /// Writes a text file and gives its path.
  public func file(_ name: String, _ contents: String) throws -> String {
    try file(name, Array(contents.utf8))
  }
}

extension Fixtures {
  /// Whether there is such a file.
  public static func exists(_ path: FilePath) -> Bool {
    FileManager.default.fileExists(atPath: path.string)
  }
}
