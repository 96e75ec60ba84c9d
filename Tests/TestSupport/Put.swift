import Glibc
public import SystemPackage

/// Puts a file, which may be run, where tests beside this one may be running one of the same name:
/// they have the old one or the new one, never a part of it.
public func put(_ bytes: [UInt8], at path: FilePath) throws {
  let new = FilePath("\(path).\(getpid()).\(UInt64.random(in: 0 ... .max))")
  let file = try FileDescriptor.open(
    new, .writeOnly, options: [.create, .exclusiveCreate], permissions: [.ownerReadWriteExecute])
  try file.closeAfter { _ = try file.writeAll(bytes) }
  guard rename(new.string, path.string) == 0 else { throw Errno(rawValue: errno) }
}
