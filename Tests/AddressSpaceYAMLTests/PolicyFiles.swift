import AddressSpace
import AddressSpaceYAML
import SystemPackage
import TestSupport

/// The files of `fixtures/policies`.
enum PolicyFiles {
  static let folder = Fixtures.own.appending("policies")
  static let refusedFolder = folder.appending("refused")

  static let read = Fixtures.names(in: folder, suffix: ".yaml")
  static let refused = Fixtures.names(in: refusedFolder, suffix: ".yaml")

  /// All of them.
  static var paths: [FilePath] {
    read.map { folder.appending($0) } + refused.map { refusedFolder.appending($0) }
  }

  /// What is accepted, and why the rest is refused.
  static func outcome(_ bytes: [UInt8]) -> Result<Int, YAMLError> {
    do {
      return .success(try PolicyDocument.read(bytes).rules.count)
    } catch {
      return .failure(error)
    }
  }
}
