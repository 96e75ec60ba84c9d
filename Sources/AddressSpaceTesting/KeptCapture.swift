import AddressSpace
import AddressSpaceFormats
import Glibc
import Synchronization
import SystemPackage

/// A process as it was when an assertion failed, kept for who asks when it is gone.
struct KeptCapture: Sendable {
  let snapshot: Snapshot
  let text: [UInt8]

  private static let count = Mutex(0)

  /// Writes it as a capture into the folder that `ADDRSPACE_CAPTURES` names, and gives its path; nil
  /// where none is named or it cannot be written.
  func write() -> String? {
    guard let folder = getenv("ADDRSPACE_CAPTURES").map({ String(cString: $0) }), !folder.isEmpty
    else { return nil }
    mkdir(folder, 0o777)
    let number = Self.count.withLock { count in
      count += 1
      return count
    }
    let pid = snapshot.source.pid.map { "-\($0)" } ?? ""
    let path = FilePath(folder).appending(
      "\(snapshot.source.name.map(Self.plain) ?? "process")\(pid)-\(number).maps")
    do {
      let file = try FileDescriptor.open(
        path, .writeOnly, options: [.create, .truncate],
        permissions: [.ownerReadWrite, .groupRead, .otherRead])
      try file.closeAfter { _ = try file.writeAll(CaptureText.write(snapshot, maps: text)) }
      return path.string
    } catch {
      return nil
    }
  }

  /// A process calls itself what it likes.
  private static func plain(_ name: String) -> String {
    String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }
}
