public import AddressSpace

/// A saved file of any form, recognised by what is in it.
public enum SavedFile {
  /// What to take of a file, and how.
  public struct Options: Sendable {
    /// The file's name, for the source of the snapshot.
    public var path: String?
    /// Whether the first thing that cannot be read refuses the whole.
    public var strict = false
    /// Which snapshot of a file with several, from 1; the last one where it is nil.
    public var snapshot: Int?

    /// Nothing in particular.
    public init() {}
  }

  /// The readers of binary and other foreign forms, in the order in which they are asked. What none
  /// of them knows is read as maps text.
  private static let readers: [any SavedReader.Type] = [
    MinidumpReader.self, WinDbgReader.self, VMMapReader.self, WindowsJavaLog.self,
    ElfCoreReader.self, StraceReader.self, TombstoneReader.self, LinuxJavaLog.self,
    SnapshotReader.self,
  ]

  /// The kinds of files that are read, for a program's help.
  public static let kinds = """
    Saved files are told by their content (docs/formats.md):
      Linux    /proc/PID/maps, smaps; captures; ELF cores; strace logs
      Windows  minidumps (.dmp); VMMap (.mmp, CSV); WinDbg logs (!address, !vadump)
      Android  tombstones
      Java     hs_err_pid*.log
      ours     recordings; captures and JSON of 'addrspace convert'
    """

  /// Reads a file of any form.
  public static func read(
    _ file: some FileBytes, options: Options = Options()
  ) throws(FormatError) -> Snapshot {
    let head = file.bytes(at: 0, count: longestHead)
    for reader in readers where reader.recognises(head) {
      if !reader.holdsSeveral { try refuseOthers(options.snapshot) }
      let snapshot = try reader.read(file, options: options)
      if options.strict, let first = snapshot.diagnostics.kept.first {
        throw .refused(line: first.line, first.message)
      }
      return snapshot
    }
    try SavedForm.refuseForeign(head)
    try refuseOthers(options.snapshot)
    guard file.size <= largestText else { throw .tooLarge }
    return try MapsParser.parse(file.all(), path: options.path, strict: options.strict)
  }

  /// Of a file with one snapshot no other can be asked for.
  private static func refuseOthers(_ snapshot: Int?) throws(FormatError) {
    if let snapshot, snapshot != 1 { throw .noSnapshot(snapshot, of: 1) }
  }

  /// As much of a file's beginning as decides what it is.
  static let longestHead = 1 << 16

  /// The most text that is read, in bytes.
  static let largestText: UInt64 = 1 << 30
}

/// Something that reads one form of saved file.
protocol SavedReader: SendableMetatype {
  /// Whether a file that begins so is of this form. Each form is told by something that no other has,
  /// so that the order of the readers does not matter.
  static func recognises(_ head: [UInt8]) -> Bool

  /// Whether such a file can have several snapshots: then it heeds `Options.snapshot` itself.
  static var holdsSeveral: Bool { get }

  /// Reads it: what is whole in it, with diagnostics for what is not.
  static func read(
    _ file: some FileBytes, options: SavedFile.Options
  ) throws(FormatError) -> Snapshot
}

extension SavedReader {
  static var holdsSeveral: Bool { false }
}
