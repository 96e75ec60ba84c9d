/// An address space as one source shows it at one moment.
public struct Snapshot: Sendable {
  /// Where it comes from.
  public var source: Source
  /// Its mappings, with kinds that take the facts into account.
  public let map: AddressMap
  /// What the source knows besides.
  public var facts: LayoutFacts
  /// What in the source could not be read.
  public var diagnostics: Diagnostics

  /// A snapshot of `map`, whose regions are classified here.
  ///
  /// - Parameter kinds: what the regions at these ranges are known to be, whatever their columns and
  ///   neighbours tell.
  public init(
    source: Source, map: consuming AddressMap, facts: LayoutFacts,
    kinds: [AddressRange: Region.Kind] = [:], diagnostics: Diagnostics = Diagnostics()
  ) {
    self.source = source
    self.map = map.classified(with: facts).marked(with: kinds)
    self.facts = facts
    self.diagnostics = diagnostics
  }
}

/// Where a snapshot comes from.
public struct Source: Hashable, Sendable {
  /// What kind of source it is.
  public var kind: Kind
  /// The process's id, where it is known.
  public var pid: Int32?
  /// The file it was read from, nil for a live process.
  public var path: String?
  /// The program's name, where it is known.
  public var name: String?

  /// A source.
  public init(kind: Kind, pid: Int32? = nil, path: String? = nil, name: String? = nil) {
    self.kind = kind
    self.pid = pid
    self.path = path
    self.name = name
  }

  /// The kinds of sources.
  public enum Kind: String, Sendable {
    /// A process that was running when it was read.
    case process
    /// Saved `/proc/PID/maps` text, with or without a capture's facts.
    case maps
    /// Saved `/proc/PID/smaps` text.
    case smaps
    /// An ELF core.
    case core
    /// A Windows minidump.
    case minidump
    /// What Sysinternals VMMap saved.
    case vmmap
    /// The text of WinDbg's `!address` or `!vadump`.
    case windbg
    /// A log that the Java virtual machine wrote when it crashed.
    case javaLog = "hs_err"
    /// A log that Android wrote when a process crashed.
    case tombstone
    /// A log of system calls by strace, replayed to its end.
    case strace
    /// A moment of a recording.
    case recording
    /// A modelled space.
    case simulation
  }
}
