/// Replaces names by numbers: the same name by the same, in the order in which they come.
struct NameChanger {
  private var files: [String: Int] = [:]
  private var folders: [Substring: Int] = [:]
  private var replacements: [String: String] = [:]

  /// What stands for a name in the map.
  mutating func replacement(for name: String) -> String {
    if let known = replacements[name] { return known }
    let isRemoved = name.hasSuffix(Self.removed)
    let plain = isRemoved ? String(name.dropLast(Self.removed.count)) : name
    let replacement = changed(plain) + (isRemoved ? Self.removed : "")
    replacements[name] = replacement
    return replacement
  }

  /// The kernel's mark of a removed file.
  private static let removed = " (deleted)"

  private mutating func changed(_ name: String) -> String {
    if name.isEmpty || Self.kernels.contains(where: name.hasPrefix) { return name }
    if name.hasPrefix("[") { return changed(label: name) }
    if let known = DeviceOrigins.knownBeginning(of: name) {
      return known.utf8.count == name.utf8.count ? name : known + number(of: name)
    }
    if name.hasPrefix("/"), name.contains("/wine/server-"),
      name.lastPathComponent.hasPrefix("tmpmap-")
    {
      return "/wine/server-0/tmpmap-" + number(of: name)
    }
    if let folder = Self.sharedFolders.first(where: name.hasPrefix) {
      return folder + "name-" + number(of: name)
    }
    return changed(path: name)
  }

  /// What the kernel calls memory without a file.
  private static let kernels = [
    "/SYSV", "/[", "/anon_hugepage", "/dev/zero", "anon_inode:", "[rollup]",
  ]

  private static let sharedFolders = ["/memfd:", "/dev/shm/", "/dev/ashmem/", "/dev/"]

  /// A label stays, but for the name that the program gave where that means nothing here.
  private mutating func changed(label: String) -> String {
    // Threads have names behind their numbers.
    if label.hasPrefix("[stack") || label.hasPrefix("[teb:"), let blank = label.firstIndex(of: " ")
    {
      return label[..<blank] + "]"
    }
    guard let beginning = ["[anon:", "[anon_shmem:"].first(where: label.hasPrefix),
      let owner = NamedOrigins.owner(of: label)
    else { return label }
    if owner == .artImage {
      let folder = KeptNames.machineFolder(of: label) ?? "/"
      return "\(beginning)dalvik-\(folder)file-\(number(of: label))]"
    }
    guard Origin.Owner.known.contains(owner) else {
      return "\(beginning)name-\(number(of: label))]"
    }
    // A path in a name that a runtime gives is none of the runtime's.
    guard let path = label.firstRange(of: /\/[^ ]/) else { return label }
    let short = "\(label[..<path.lowerBound])-\(number(of: label))]"
    return NamedOrigins.owner(of: short) == owner ? short : label
  }

  private mutating func changed(path: String) -> String {
    let changed = changedFolders(of: path)
    guard let folder = KeptNames.machineFolder(of: path),
      KeptNames.machineFolder(of: changed) == nil
    else { return changed }
    return folder + (changed.first == "/" ? String(changed.dropFirst()) : changed)
  }

  private mutating func changedFolders(of path: String) -> String {
    let separator = path.utf8.lastIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }
    guard let separator else { return changed(file: path[...], of: path) }
    let mark = path[separator]
    let file = path[path.index(after: separator)...]
    var folder = path[..<separator]
    var kept = ""
    if KeptNames.keepsFolders(file) {
      while let slash = folder.lastIndex(of: "/"),
        case let part = folder[folder.index(after: slash)...], KeptNames.folders.contains(part)
      {
        kept = part + "/" + kept
        folder = folder[..<slash]
      }
    }
    let end = "\(mark)\(kept)\(changed(file: file, of: path))"
    if folder.isEmpty { return end }
    let start = folder.first == "/" || folder.first == "\\" ? String(folder.prefix(1)) : ""
    let isLibrary = KeptNames.isLibrary(path) && !KeptNames.isLibrary(end)
    return start + (isLibrary && start == "/" ? "lib-" : "folder-") + number(ofFolder: folder) + end
  }

  private mutating func changed(file: Substring, of path: String) -> String {
    guard case .parts(let beginning, let end) = KeptNames.kept(of: file) else {
      return String(file)
    }
    let stem = beginning.isEmpty ? "file-" : beginning.hasSuffix("-") ? beginning : beginning + "-"
    return stem + number(of: path) + end
  }

  private mutating func number(of name: String) -> String {
    let number = files[name] ?? files.count + 1
    files[name] = number
    return "\(number)"
  }

  private mutating func number(ofFolder folder: Substring) -> String {
    let number = folders[folder] ?? folders.count + 1
    folders[folder] = number
    return "\(number)"
  }
}
