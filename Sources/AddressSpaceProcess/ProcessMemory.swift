import AddressSpace
import SystemPackage

/// The memory of another process, read only. Whatever is read may change or vanish meanwhile.
///
/// Only what is mapped is read: at any other address the kernel would first try to grow the stack
/// above it down to there (`__access_remote_vm` in `mm/memory.c`), which takes the process's room.
struct ProcessMemory: ~Copyable {
  private let file: FileDescriptor
  private let wordSize: WordSize
  /// What is mapped; nil where only addresses are read that the kernel itself gave.
  private let map: AddressMap?

  /// The memory of process `pid`, nil where it may not be read.
  init?(pid: Int32, wordSize: WordSize, map: AddressMap?) {
    guard let file = try? FileDescriptor.open(FilePath("/proc/\(pid)/mem"), .readOnly) else {
      return nil
    }
    self.file = file
    self.wordSize = wordSize
    self.map = map
  }

  deinit {
    try? file.close()
  }

  /// `count` bytes at `address`, nil where not all of them can be read.
  func bytes(at address: Address, count: Int) -> [UInt8]? {
    guard let offset = Int64(exactly: address.value), mappedBytes(at: address, count) == count
    else {
      return nil
    }
    return file.bytes(at: offset, count: count)
  }

  /// How many of `count` bytes are mapped from `address` on.
  private func mappedBytes(at address: Address, _ count: Int) -> Int {
    guard count > 0, let map else { return count }
    return Int(map.mappedBytes(from: address, atMost: ByteCount(UInt64(count))).value)
  }

  /// Numbers of 32 bits from `address` on, as many of `count` as can be read.
  func prefix(at address: Address, count: Int) -> [UInt32] {
    let count = mappedBytes(at: address, count * 4) / 4
    guard let offset = Int64(exactly: address.value), count > 0 else { return [] }
    return [UInt32](unsafeUninitializedCapacity: count) { buffer, initialized in
      let bytes = UnsafeMutableRawBufferPointer(buffer)
      var length = 0
      while length < bytes.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[length...])
        // What ends the memory gives an error or nothing.
        guard
          let more = try? file.read(fromAbsoluteOffset: offset + Int64(length), into: rest),
          more > 0
        else { break }
        length += more
      }
      initialized = length / 4
    }
  }

  /// The pointer-sized number at `address`.
  func word(at address: Address) -> UInt64? {
    bytes(at: address, count: Int(wordSize.pointerBytes)).map { $0[...].littleEndian }
  }

  /// `count` pointer-sized numbers from `address` on.
  func words(at address: Address, count: Int) -> [UInt64]? {
    let width = Int(wordSize.pointerBytes)
    guard let bytes = bytes(at: address, count: count * width) else { return nil }
    return (0..<count).map { bytes[($0 * width)..<(($0 + 1) * width)].littleEndian }
  }
}

extension FileDescriptor {
  /// `count` bytes at `offset`, nil where not all of them can be read.
  func bytes(at offset: Int64, count: Int) -> [UInt8]? {
    let read = try? [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      let room = UnsafeMutableRawBufferPointer(buffer)
      initialized = 0
      while initialized < count {
        let chunk = UnsafeMutableRawBufferPointer(rebasing: room[initialized...])
        let length = try self.read(fromAbsoluteOffset: offset + Int64(initialized), into: chunk)
        if length == 0 { break }
        initialized += length
      }
    }
    return read?.count == count ? read : nil
  }
}

extension ArraySlice<UInt8> {
  /// The number that these bytes are, the lowest first.
  var littleEndian: UInt64 {
    reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
