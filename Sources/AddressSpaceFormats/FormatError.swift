/// Why a file is not what it claims to be. Each prints as a sentence with the remedy.
public enum FormatError: Error, Equatable, Sendable {
  /// No line of it is a mapping.
  case noRegions(badLines: Int)
  /// A line could not be read, and the file was to be refused then.
  case refused(line: Int?, String)
  /// A form of file that is recognised but not read.
  case foreign(String, remedy: String)
  /// A file that another program has to unpack first: its name and arguments before the file's.
  case packed(String, unpack: [String])
  /// A snapshot was asked for by a number that the file does not have.
  case noSnapshot(Int, of: Int)
  /// Nothing of it is whole.
  case damaged(String, line: Int?)
  /// More text than is read.
  case tooLarge
  /// A capture of a later version of this program.
  case newerCapture(String, line: Int)
}

extension FormatError: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .noRegions(let bad):
      "no mapping found in it" + (bad > 0 ? " (\(bad) lines are something else)" : "")
        + ". Give the text of /proc/PID/maps or smaps, or another of the files that "
        + "'addrspace inspect --help' names."
    case .refused(_, let message):
      "\(message). Without --strict the rest is still read."
    case .foreign(let form, let remedy):
      "it is \(form). \(remedy)"
    case .packed(let form, let unpack):
      "it is \(form). Unpack it into standard input: \(unpack.joined(separator: " ")) FILE | "
        + "addrspace inspect -"
    case .noSnapshot(let number, let count):
      "it has no snapshot \(number), but "
        + (count == 1 ? "one only; leave out --snapshot." : "\(count), from 1 to \(count).")
    case .damaged(let message, _): "nothing of it is whole: \(message)."
    case .tooLarge: "it is larger than 1 GiB. No map is."
    case .newerCapture(let version, _):
      "a capture of version \(version); this program reads version 1. Use a newer addrspace."
    }
  }

  /// The line it concerns, from 1.
  public var line: Int? {
    switch self {
    case .refused(let line, _): line
    case .newerCapture(_, let line): line
    case .damaged(_, let line): line
    default: nil
    }
  }
}
