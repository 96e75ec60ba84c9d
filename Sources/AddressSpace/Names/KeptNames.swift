/// What of names has to stay when they are replaced: the layout, the owners of regions and what can
/// be done about them are told by it.
enum KeptNames {
  /// The parts of a file's name that stay.
  enum Kept: Equatable {
    case whole
    case parts(beginning: String, end: String)
  }

  /// What stays of a file's name, without its folder.
  static func kept(of file: Substring) -> Kept {
    let lower = file.lowercased()
    if OwnerRules.fixedNames.contains(lower) { return .whole }
    guard let beginning = beginnings.first(where: lower.hasPrefix) else {
      return .parts(beginning: "", end: end(of: file))
    }
    let rest = file.dropFirst(beginning.count)
    if isPlain(rest) { return .whole }
    return .parts(beginning: String(file.prefix(beginning.count)), end: end(of: rest))
  }

  /// By such names libraries and programs are known to the rules, the longest first.
  private static let beginnings = (OwnerRules.fixedPrefixes + V8Shapes.names + others)
    .map { $0.lowercased() }.sorted { ($1.count, $0) < ($0.count, $1) }

  private static let others = [
    "linker", "libjvm.so", "libcoreclr.so", "libclrgc.so", "libjemalloc", "libmimalloc",
    "clr.dll", "coreclr.dll", "mscorwks.dll", "libtcmalloc", "libwine.so", "ld-musl-",
    "ntdll.dll.so", "wine-preloader", "wine64-preloader",
  ]

  /// Whether what follows is nothing but a version, a machine and an ending.
  private static func isPlain(_ rest: Substring) -> Bool {
    rest.split { ".-_".contains($0) }.allSatisfy { word in
      word.allSatisfy { ("0"..."9").contains($0) } || words.contains(String(word))
    }
  }

  private static let words: Set<String> = [
    "so", "linux", "x86", "x32", "i386", "i686", "arm", "armhf", "armv7l", "aarch64", "musl", "64",
    "minimal", "debug", "profiler", "preloader",
  ]

  /// The ending by which programs and libraries are known.
  private static func end(of file: Substring) -> String {
    if file.hasSuffix(".so") { return ".so" }
    if let place = file.ranges(of: ".so.").last {
      let version = file[place.upperBound...]
      return version.allSatisfy({ $0 == "." || ("0"..."9").contains($0) })
        ? String(file[place.lowerBound...]) : ".so.0"
    }
    let lower = file.lowercased()
    return endings.first(where: lower.hasSuffix).map { String(file.suffix($0.count)) } ?? ""
  }

  private static let endings =
    windowsImageEndings + [".oat", ".odex", ".dylib", ".jsa", ".art", ".dex"]

  /// Files of Wine's of which the folder tells too.
  static func keepsFolders(_ file: Substring) -> Bool {
    ["wine", "wine64", "wine-preloader", "wine64-preloader", "ntdll.so", "ntdll.dll.so"]
      .contains(file)
  }

  /// The folders in which these are looked for.
  static let folders: Set<Substring> = [
    "bin", "lib", "wine", "i386-unix", "x86_64-unix", "arm-unix", "aarch64-unix",
  ]

  /// A folder that tells ARM by the same as this name, nil where the name does not.
  static func machineFolder(of name: String) -> String? {
    guard let sign = FlavorChoice.armNames.first(where: name.contains) else { return nil }
    return (sign.first == "/" ? "" : "/") + sign + (sign.last == "/" ? "" : "/")
  }

  /// Whether a name looks like a library's to what finds the base of all mappings.
  static func isLibrary(_ name: String) -> Bool { name.contains(".so") || name.contains("/lib") }
}
