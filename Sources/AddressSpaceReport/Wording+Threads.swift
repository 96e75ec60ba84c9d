import AddressSpace

/// How forecasts of threads are put into words.
extension Wording {
  /// How many more threads can start, and what is wrong where none can.
  func sentence(forThreads buffer: BufferForecast, _ style: Style) -> String {
    let number = buffer.isExact ? "\(buffer.fits)" : "at least \(buffer.fits)"
    let what = "with stacks of \(buffer.request.bytes)"
    guard buffer.fits == 0 else {
      return style.paint("\(number) more", .good)
        + " thread\(buffer.fits == 1 ? "" : "s") \(what) can start."
    }
    let none =
      style.paint(buffer.isExact ? "No" : "Perhaps no", .bad) + " thread \(what) can start"
    return switch buffer.verdict {
    case .fragmented: none + ": free, but in pieces."
    case .exhausted: none + ": too little free."
    case .limited: none + ": \(nearestTaskWall(buffer)?.name ?? "a limit") is reached."
    case .fits: none + "."
    }
  }

  /// One sentence on why the next thread is refused by a limit on tasks, nil where none does.
  func whyNoThread(_ buffer: BufferForecast) -> String? {
    nearestTaskWall(buffer).map { wall in
      "\(buffer.fits == 0 ? "A" : "Another") thread would be beyond \(wall.name): "
        + "\(wall.limit) tasks are the most, and there would be \(wall.used + buffer.fits)."
    }
  }

  /// The limit on tasks that refuses the next thread, nil where something else does.
  private func nearestTaskWall(_ buffer: BufferForecast) -> TaskWall? {
    buffer.taskWalls.first { $0.fits == buffer.fits }
  }
}
