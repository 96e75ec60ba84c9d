extension ChangingSpace {
  /// Another `vm.max_map_count`.
  mutating func setMapLimit(_ count: UInt64, _ change: Change) throws(ChangeError) {
    try requireLimits(change)
    var limits = facts.limits ?? LimitFacts()
    limits.mostMappings = count
    facts.limits = limits
  }

  /// Another RLIMIT_AS or RLIMIT_DATA.
  mutating func setLimit(
    _ resource: Change.Resource, _ size: ByteCount?, _ change: Change
  ) throws(ChangeError) {
    try requireLimits(change)
    var limits = facts.limits ?? LimitFacts()
    let now = resource == .data ? limits.data : limits.addressSpace
    if size == nil, now?.soft == nil {
      throw .doesNotApply(change, "no such limit is set, as far as the source tells.")
    }
    if let hard = now?.hard, size.map({ $0 > hard }) ?? true {
      note("more than its hard limit, \(hard): raising that needs privileges")
    }
    let hard = now?.hard.flatMap { hard in size.map { max($0, hard) } }
    let next = ResourceLimit(soft: size, hard: hard)
    if resource == .data { limits.data = next } else { limits.addressSpace = next }
    facts.limits = limits
  }

  /// Windows has no such limits; what Wine reserves counts against those of Linux as well.
  private func requireLimits(_ change: Change) throws(ChangeError) {
    guard layout.system != .windows else {
      throw .doesNotApply(change, "Windows has no such limit.")
    }
  }
}
