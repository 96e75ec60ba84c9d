import AddressSpace

extension ModelledSpace {
  /// Where the system would put `size` bytes, whole pages, nil where no span has room.
  func place(_ size: UInt64, fromTheTop: Bool) -> UInt64? {
    guard size > 0 else { return nil }
    for pass in fromTheTop && isWindows ? passesFromTheTop : passes {
      switch pass.direction == .bottomUp ? lowest(size, pass) : highest(size, pass) {
      case .found(let base): return base
      case .full: continue
      case .refused: return nil
      }
    }
    return nil
  }

  /// What a pass comes to.
  private enum Outcome {
    case found(UInt64)
    case full
    /// No further pass is made.
    case refused
  }

  private func lowest(_ size: UInt64, _ pass: SearchPass) -> Outcome {
    for window in pass.windows {
      var start = window.lower
      while start < window.upper, let span = free.lowest(above: start, serving: size),
        span.lower < window.upper
      {
        let open = span.upper - min(span.upper, guardSize(at: span.upper))
        let upper = min(open, window.upper)
        if let base = pass.base(of: size, max(span.lower, start), upper) { return .found(base) }
        start = span.upper
      }
    }
    return .full
  }

  private func highest(_ size: UInt64, _ pass: SearchPass) -> Outcome {
    for window in pass.windows.reversed() {
      var end = window.upper
      while end > window.lower, let span = free.highest(below: end, serving: size),
        span.upper > window.lower
      {
        let lower = max(span.lower, window.lower)
        let upper = min(span.upper, end)
        guard let base = pass.base(of: size, lower, upper) else {
          end = span.lower
          continue
        }
        // As the kernel does it: a span that is large enough but for the guard gap lowers the end of
        // all further search to below the gap (`unmapped_area_topdown`), be it below the span.
        let open = span.upper - min(span.upper, guardSize(at: span.upper))
        if open >= upper { return .found(base) }
        // A gap that reaches below zero gives the kernel an end of search of zero, of which it takes
        // all beyond user space for open: the call fails.
        if open == 0 { return .refused }
        end = open
      }
    }
    return .full
  }

  /// What is kept empty below `address`: the guard gap where something that grows down begins there.
  func guardSize(at address: UInt64) -> UInt64 {
    guard layout.guardGap > .zero,
      let above = stretches[stretches.position(above: address)], above.lower == address,
      table.growDown[Int(above.columns)]
    else { return 0 }
    return layout.guardGap.value
  }
}
