import SystemPackage

/// The files that the kernel shows of one process.
struct ProcFile {
  let pid: Int32

  /// The whole of `/proc/PID/name`; such files say their size is zero, so they are read to the end.
  func bytes(_ name: String) throws(ProcessError) -> [UInt8] {
    var result: [UInt8] = []
    try read(name, into: &result)
    return result
  }

  /// Reads the whole of `/proc/PID/name` into `result`, without allocating where it is large enough.
  func read(_ name: String, into result: inout [UInt8]) throws(ProcessError) {
    do {
      let file = try FileDescriptor.open(FilePath("/proc/\(pid)/\(name)"), .readOnly)
      defer { try? file.close() }
      try Self.read(file, into: &result)
    } catch let error as Errno {
      throw failure(error, file: name)
    } catch {
      throw .failed(pid, file: name, .ioError)
    }
  }

  /// The file's text, nil where it cannot be read: for what is good to know but not needed.
  func textIfReadable(_ name: String) -> String? {
    (try? bytes(name)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Up to `count` bytes of `/proc/PID/name` at `offset`, nil where they cannot be read in full.
  func bytesIfReadable(_ name: String, at offset: Int64, count: Int) -> [UInt8]? {
    guard let file = try? FileDescriptor.open(FilePath("/proc/\(pid)/\(name)"), .readOnly) else {
      return nil
    }
    defer { try? file.close() }
    return file.bytes(at: offset, count: count)
  }

  static func contents(of file: FileDescriptor) throws -> [UInt8] {
    var result: [UInt8] = []
    try read(file, into: &result)
    return result
  }

  private static func read(_ file: FileDescriptor, into result: inout [UInt8]) throws {
    result.removeAll(keepingCapacity: true)
    // The kernel gives a page of lines at most each time, so one buffer serves all readings.
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return }
      result.append(contentsOf: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    }
  }

  private func failure(_ error: Errno, file: String) -> ProcessError {
    switch error {
    case .noSuchFileOrDirectory, .noSuchProcess: .noSuchProcess(pid)
    case .permissionDenied, .notPermitted: .notPermitted(pid)
    default: .failed(pid, file: file, error)
    }
  }
}
