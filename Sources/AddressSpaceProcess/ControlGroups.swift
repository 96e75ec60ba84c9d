import AddressSpace

/// The control groups of a process, of version 2 or 1.
struct ControlGroups {
  let pid: Int32

  /// What groups can bound, by the name of its controller.
  enum Controller: String {
    case memory
    case pids

    /// The files of a limit and of what is used of it.
    func files(isSecond: Bool) -> (limit: String, used: String) {
      switch self {
      case .memory where !isSecond: ("memory.limit_in_bytes", "memory.usage_in_bytes")
      case .memory, .pids: ("\(rawValue).max", "\(rawValue).current")
      }
    }
  }

  /// A limit, and how much of it is used.
  struct Limit {
    let limit: UInt64
    let used: UInt64

    var headroom: UInt64 { limit - min(limit, used) }
  }

  /// The limit with the least headroom, from its own group up to the root of the hierarchy; nil where
  /// none is set.
  func nearest(_ controller: Controller) -> Limit? {
    guard let groups = ProcFile(pid: pid).textIfReadable("cgroup"),
      let mounts = SystemFile.text("/proc/self/mountinfo")
    else { return nil }
    var limits: [Limit] = []
    for line in groups.split(separator: "\n") {
      // hierarchy:controllers:path, as of cgroups(7).
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isSecond = fields[0] == "0" && fields[1].isEmpty
      let isIts = fields[1].split(separator: ",").contains(Substring(controller.rawValue))
      guard isSecond || isIts,
        let mount = mount(of: controller, isSecond: isSecond, in: mounts)
      else { continue }
      let files = controller.files(isSecond: isSecond)
      limits += folders(of: fields[2], below: mount).compactMap { limit(in: $0, files) }
    }
    return limits.min { $0.headroom < $1.headroom }
  }

  /// More levels than a hierarchy has.
  private static let mostLevels = 64

  /// Where the hierarchy is mounted: `ID PARENT DEV ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS`.
  private func mount(
    of controller: Controller, isSecond: Bool, in mounts: String
  ) -> (root: String, point: String)? {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash > 5 else {
        continue
      }
      let type = fields[dash + 1]
      let isIt =
        isSecond
        ? type == "cgroup2"
        : type == "cgroup"
          && fields[dash + 3].split(separator: ",").contains(Substring(controller.rawValue))
      if isIt { return (String(fields[3]), String(fields[4])) }
    }
    return nil
  }

  /// The folder of a group, and those of the groups that it is in.
  private func folders(of path: Substring, below mount: (root: String, point: String)) -> [String] {
    // In a container the mount may show only the part below its root.
    var inside = path
    if mount.root != "/", inside.hasPrefix(mount.root) {
      inside = inside.dropFirst(mount.root.count)
    }
    let parts = inside.split(separator: "/").filter { $0 != ".." }.prefix(Self.mostLevels)
    return (0...parts.count).map { count in
      ([mount.point] + parts.prefix(count).map(String.init)).joined(separator: "/")
    }
  }

  private func limit(in folder: String, _ files: (limit: String, used: String)) -> Limit? {
    guard let limit = SystemFile.number("\(folder)/\(files.limit)"),
      let used = SystemFile.number("\(folder)/\(files.used)"),
      // Version 1 says that there is none by the largest number of pages.
      limit < 1 << 62
    else { return nil }
    return Limit(limit: limit, used: used)
  }
}
