import Foundation
import SystemPackage
import TestSupport

/// A folder that goes with the test that made it.
final class TemporaryFolder: Sendable {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("addrspace-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path.string)
  }

  /// Writes a file and gives its path.
  func file(_ name: String, _ contents: [UInt8]) throws -> String {
    let file = path.appending(name).string
    try Data(contents).write(to: URL(fileURLWithPath: file))
    return file
  }

  func file(_ name: String, _ contents: String) throws -> String {
    try file(name, Array(contents.utf8))
  }
}

extension Fixtures {
  static func exists(_ path: FilePath) -> Bool {
    FileManager.default.fileExists(atPath: path.string)
  }
}
