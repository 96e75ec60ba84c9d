import AddressSpace
import AddressSpaceTrace
import CAddressSpaceRecorder

/// Where Windows programs and libraries lie in an address space.
///
/// Wine maps their files only where that is possible, else it copies what is in them. Their first
/// page always comes from the file.
struct WindowsImages {
  /// By their place, lowest first.
  private var images: [Image] = []

  private struct Image: Equatable {
    let start: UInt64
    var end: UInt64
    /// The address that it was linked for.
    let base: UInt64
    let module: Int
    let inode: UInt64
    /// An ELF file that tells of it.
    let file: Int32
  }

  /// Looks at all files of which the beginning is mapped; whether something is different from what
  /// was known.
  mutating func lookAnew<Sink: TraceSink>(
    in map: EvolvingMap, of pid: Int32, modules: ModuleTable<Sink>
  ) throws(RecorderError) -> Bool {
    var found: [Image] = []
    for piece in map.pieces where Self.mayBegin(piece.region) {
      guard let image = try modules.image(of: piece.region, pid: pid) else { continue }
      let start = piece.range.lower.value
      if let last = found.last, last.end > start { found[found.count - 1].end = start }
      found.append(
        Image(
          start: start, end: start &+ image.size, base: image.base, module: image.module,
          inode: piece.region.inode, file: image.file))
    }
    defer { images = found }
    return found != images
  }

  private static func mayBegin(_ region: Region) -> Bool {
    region.inode != 0 && region.offset == 0 && !region.name.isEmpty
  }

  /// Where an address of `region` lies in an image: the module's place and the address as linked.
  func place(of address: UInt64, in region: Region) -> (module: Int, offset: UInt64)? {
    guard let image = images.last(where: { $0.start <= address }), address < image.end,
      region.inode == 0 || region.inode == image.inode
    else { return nil }
    return (image.module, address - image.start + image.base)
  }

  /// Tells an unwinder of them.
  func tell(_ unwinder: OpaquePointer) {
    let told = images.map { asp_code_image(start: $0.start, end: $0.end, fd: $0.file) }
    // Without memory for them stacks end where they did before.
    _ = asp_unwinder_set_images(unwinder, told, told.count)
  }
}
