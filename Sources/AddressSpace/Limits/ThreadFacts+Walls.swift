extension ThreadFacts {
  /// The limits on tasks, as walls for further threads.
  var walls: [Wall] {
    limits.map { limit in
      Wall(
        limit.kind.wall, limit: .count(limit.limit), used: .count(limit.used), fits: limit.left)
    }
  }
}

extension TaskLimit.Kind {
  /// The wall that it is.
  fileprivate var wall: Wall.Name {
    switch self {
    case .user: .userTasks
    case .group: .groupTasks
    case .machine: .machineTasks
    case .numbers: .taskNumbers
    }
  }
}
