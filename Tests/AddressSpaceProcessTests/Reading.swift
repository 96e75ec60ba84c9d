import AddressSpace
import AddressSpaceProcess

/// What reading a process gives, as a value.
func reading(_ pid: Int32) -> Result<(snapshot: Snapshot, text: [UInt8]), ProcessError> {
  do throws(ProcessError) {
    return .success(try LiveProcess(pid: pid).snapshot())
  } catch {
    return .failure(error)
  }
}
