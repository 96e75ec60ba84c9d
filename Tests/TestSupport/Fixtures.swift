public import AddressSpace
import AddressSpaceFormats
import Glibc
public import SystemPackage

/// Where the tests find files.
public enum Fixtures {
  /// The package's own folder.
  public static let package: FilePath = FilePath(#filePath)
    .removingLastComponent().removingLastComponent().removingLastComponent()

  /// The files that belong to the project.
  public static let own = package.appending("fixtures")

  /// Real files that are not part of the project, nil where they are not at hand: the folder that
  /// `ADDRSPACE_SHARED_FIXTURES` names, else `shared/fixtures` beside the checkout.
  public static let shared: FilePath? = {
    let beside = package.removingLastComponent().appending("shared/fixtures")
    let folder = environment("ADDRSPACE_SHARED_FIXTURES").map { FilePath($0) } ?? beside
    return access(folder.string, R_OK) == 0 ? folder : nil
  }()

  /// The names of a folder's files that end in `suffix`, sorted.
  public static func names(in folder: FilePath, suffix: String) -> [String] {
    guard let directory = opendir(folder.string) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != "..", name.hasSuffix(suffix) { names.append(name) }
    }
    return names.sorted()
  }

  /// The whole of a file.
  public static func bytes(_ path: FilePath) throws -> [UInt8] {
    let file = try FileDescriptor.open(path, .readOnly)
    defer { try? file.close() }
    var bytes: [UInt8] = []
    while true {
      let chunk = try [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if chunk.isEmpty { return bytes }
      bytes += chunk
    }
  }

  /// A file's text.
  public static func text(_ path: FilePath) throws -> String {
    String(decoding: try bytes(path), as: UTF8.self)
  }

  /// The snapshot that a saved map gives.
  public static func snapshot(_ path: FilePath) throws -> Snapshot {
    try MapsParser.parse(try bytes(path), path: path.string)
  }
}

/// An environment variable's value, nil where it is not set or empty.
public func environment(_ name: String) -> String? {
  guard let value = getenv(name) else { return nil }
  let text = String(cString: value)
  return text.isEmpty ? nil : text
}
