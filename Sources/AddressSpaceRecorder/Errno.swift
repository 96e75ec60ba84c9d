import CAddressSpaceRecorder

/// An error number of the kernel's.
struct Errno: CustomStringConvertible {
  let number: Int32

  init(_ number: Int32) { self.number = number }

  static let notPermitted = Errno(1)
  static let noEntry = Errno(2)
  static let noProcess = Errno(3)
  static let interrupted = Errno(4)
  static let noChild = Errno(10)
  static let notSupported = Errno(95)

  /// What the C library calls it.
  var description: String {
    var text = [CChar](repeating: 0, count: 128)
    asp_describe_error(number, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
