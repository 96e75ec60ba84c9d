extension ChangingSpace {
  /// Another `vm.max_map_count`.
  mutating func setMapLimit(_ count: UInt64, _ change: Change) throws(ChangeError) {
    throw .doesNotApply(change, "the source does not tell its limits.")
  }

  /// Another RLIMIT_AS or RLIMIT_DATA.
  mutating func setLimit(
    _ resource: Change.Resource, _ size: ByteCount?, _ change: Change
  ) throws(ChangeError) {
    throw .doesNotApply(change, "the source does not tell its limits.")
  }
}
