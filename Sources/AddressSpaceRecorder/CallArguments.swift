import CAddressSpaceRecorder

/// The arguments of a system call, by their number from zero.
struct CallArguments {
  private let values: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64)

  init(_ call: asp_call) { values = call.args }

  subscript(index: Int) -> UInt64 {
    switch index {
    case 0: values.0
    case 1: values.1
    case 2: values.2
    case 3: values.3
    case 4: values.4
    default: values.5
    }
  }

  /// An argument that is a file descriptor: the kernel looks at its lower half alone.
  func descriptor(_ index: Int) -> Int32 { Int32(truncatingIfNeeded: self[index]) }

  /// The arguments of `mremap`, alike in both tables.
  var remapRequest: SystemCall.RemapRequest {
    SystemCall.RemapRequest(
      address: self[0], oldLength: self[1], newLength: self[2], flags: self[3])
  }
}
