/// The calls that change an address space, and the occasions on which changes are found.
///
/// The raw values stand in recordings: none may ever change its meaning.
public enum MapCall: String, CaseIterable, Hashable, Sendable {
  case mmap
  /// i386: the offset is in units of 4096 bytes.
  case mmap2
  /// i386: one pointer to six words.
  case oldMmap = "old_mmap"
  case munmap
  case mremap
  case brk
  case mprotect
  case pkeyMprotect = "pkey_mprotect"
  case shmat
  case shmdt
  case remapFilePages = "remap_file_pages"
  case ioSetup = "io_setup"
  case ioDestroy = "io_destroy"
  case mapShadowStack = "map_shadow_stack"
  case archPrctl = "arch_prctl"
  case prctl
  /// Found in the map without any call: a grown stack, a driver's mapping.
  case found

  /// What came of a call.
  public enum Outcome: Hashable, Sendable {
    /// The space changed.
    case changed(MapChange)
    /// The call was refused with this `errno`; how much was asked for, and where, if it said so.
    case failed(errno: Int32, asked: ByteCount, at: Address?)
  }
}
