import AddressSpace
import SystemPackage

/// Finds the memory limit of a process's control groups that leaves least, of version 2 or 1.
struct CgroupProbe {
  let pid: Int32

  /// The group with the least headroom up to the root of the hierarchy, nil where none has a limit.
  func memory() -> CgroupMemory? {
    guard let groups = ProcFile(pid: pid).textIfReadable("cgroup"),
      let mounts = SystemFile.text("/proc/self/mountinfo")
    else { return nil }
    var nearest: CgroupMemory?
    for line in groups.split(separator: "\n") {
      // hierarchy:controllers:path, as of cgroups(7).
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { continue }
      let isSecond = fields[0] == "0" && fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory") else { continue }
      let found = mount(isSecond: isSecond, in: mounts).flatMap { mount in
        nearestLimit(of: fields[2], below: mount, isSecond: isSecond)
      }
      guard let found else { continue }
      if let known = nearest, Self.headroom(known) <= Self.headroom(found) { continue }
      nearest = found
    }
    return nearest
  }

  /// More levels than a hierarchy has.
  private static let mostLevels = 64

  private static func headroom(_ memory: CgroupMemory) -> ByteCount {
    memory.limit.lowered(by: memory.used)
  }

  /// Where the hierarchy is mounted: `ID PARENT DEV ROOT POINT OPTIONS ... - TYPE SOURCE OPTIONS`.
  private func mount(isSecond: Bool, in mounts: String) -> (root: String, point: String)? {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 3, dash > 5 else {
        continue
      }
      let type = fields[dash + 1]
      let isIt =
        isSecond
        ? type == "cgroup2"
        : type == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
      if isIt { return (String(fields[3]), String(fields[4])) }
    }
    return nil
  }

  private func nearestLimit(
    of path: Substring, below mount: (root: String, point: String), isSecond: Bool
  ) -> CgroupMemory? {
    // In a container the mount may show only the part below its root.
    var inside = path
    if mount.root != "/", inside.hasPrefix(mount.root) {
      inside = inside.dropFirst(mount.root.count)
    }
    var parts = inside.split(separator: "/").filter { $0 != ".." }
    var nearest: CgroupMemory?
    for _ in 0..<Self.mostLevels {
      let folder = ([mount.point] + parts.map(String.init)).joined(separator: "/")
      if let found = limit(in: folder, isSecond: isSecond) {
        let isNearer = nearest.map { Self.headroom(found) < Self.headroom($0) } ?? true
        if isNearer { nearest = found }
      }
      guard parts.popLast() != nil else { break }
    }
    return nearest
  }

  private func limit(in folder: String, isSecond: Bool) -> CgroupMemory? {
    let names =
      isSecond
      ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
    guard let limit = SystemFile.number("\(folder)/\(names.0)"),
      let used = SystemFile.number("\(folder)/\(names.1)"),
      // Version 1 says that there is none by the largest number of pages.
      limit < 1 << 62
    else { return nil }
    return CgroupMemory(limit: ByteCount(limit), used: ByteCount(used))
  }
}
