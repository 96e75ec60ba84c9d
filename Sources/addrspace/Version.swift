import CBuildInfo

/// Which addrspace this is.
enum Version {
  static let number = "0.1.0"

  /// The version, and the commit it was built from where that is known.
  static var text: String {
    let commit = String(cString: addrspace_commit())
    return commit.isEmpty ? number : "\(number) (\(commit))"
  }
}
