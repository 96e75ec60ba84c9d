import CAddressSpaceRecorder

/// Turns the names that compilers make back into what was written.
enum Demangler {
  /// Swift's names; those of C++ and Rust are demangled where symbols are looked up.
  static func demangled(_ name: String) -> String {
    guard name.hasPrefix("$s") || name.hasPrefix("$S") || name.hasPrefix("_T0") else { return name }
    guard let text = asp_demangle_swift(name) else { return name }
    defer { asp_free(text) }
    return String(cString: text)
  }
}
