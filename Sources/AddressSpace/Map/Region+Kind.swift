extension Region {
  /// What a mapping is used for.
  public enum Kind: String, CaseIterable, Hashable, Sendable {
    /// A program or library.
    case image
    /// The brk heap; of Windows an NT heap.
    case heap
    /// A stack of the main or another thread.
    case stack
    /// Private memory without a file.
    case anonymous
    /// A file that is not a program.
    case file
    /// Memory shared with others: System V, POSIX, memfd, shared anonymous.
    case shared
    /// Addresses without memory behind them.
    case reserved
    /// The kernel's or system's own: vdso, vvar, vectors, PEB.
    case system

    /// Its place in `allCases`.
    var index: Int {
      switch self {
      case .image: 0
      case .heap: 1
      case .stack: 2
      case .anonymous: 3
      case .file: 4
      case .shared: 5
      case .reserved: 6
      case .system: 7
      }
    }

    /// What the columns of one map line tell, without its neighbours.
    init(name: String, access: Access, inode: UInt64) {
      if name.isEmpty {
        self =
          inode != 0
          ? .file : access.contains(.shared) ? .shared : access.isNone ? .reserved : .anonymous
      } else if name.utf8.first == UInt8(ascii: "[") {
        self.init(label: name, access: access)
      } else if Self.sharedPrefixes.contains(where: name.hasPrefix) {
        self = .shared
      } else {
        self = .file
      }
    }

    private init(label: String, access: Access) {
      if label == "[heap]" || label.hasPrefix("[heap:") {
        self = access.isNone && label != "[heap]" ? .reserved : .heap
      } else if label.hasPrefix("[stack") || label.hasPrefix("[anon:stack_and_tls")
        || label.hasPrefix("[anon: glibc: pthread stack")
      {
        self = .stack
      } else if label.hasPrefix("[anon_shmem") {
        self = .shared
      } else if label.hasPrefix("[anon") {
        self = access.isNone ? .reserved : .anonymous
      } else {
        self = .system
      }
    }

    /// What shared memory is called in a map; with a file of such a name the kernel means memory.
    private static let sharedPrefixes = [
      "/SYSV", "/memfd:", "/dev/shm/", "/dev/zero", "/dev/ashmem",
    ]
  }
}
