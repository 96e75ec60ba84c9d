import AddressSpaceStore
import AddressSpaceTrace
import Glibc
import SystemPackage
import TestSupport

// write PATH: writes counted events until it is killed, and says after each commit how many.
// fill PATH: does so until it fails; says how many were committed, then why it failed.
// cycle PATH: writes one recording after the other to their ends, until it is killed: PATH-1 and so
// on. Says the number of each once its events are committed and before it is finished.
// read PATH: says how many events there are, each of them as it has to be.

func say(_ text: String) {
  _ = try? FileDescriptor.standardOutput.writeAll((text + "\n").utf8)
}

func write(_ path: String, saysCommits: Bool) -> (committed: Int, error: RecordingError) {
  var committed = 0
  do {
    let writer = try RecordingWriter(path: path)
    try writer.begin(
      TraceHeader(command: ["counted"], began: 0, isAttached: false, recorder: "test"))
    try writer.add(CountedEvents.space)
    try writer.commit()
    say("begun")
    var number = 0
    while true {
      for _ in 0..<97 {
        number += 1
        try writer.add(CountedEvents.event(number))
      }
      try writer.commit()
      committed = number
      if saysCommits { say("\(committed)") }
    }
  } catch {
    return (committed, error)
  }
}

func cycle(_ path: String) -> RecordingError {
  say("begun")
  var number = 0
  do {
    while true {
      number += 1
      let writer = try RecordingWriter(path: "\(path)-\(number)")
      try writer.begin(
        TraceHeader(command: ["counted"], began: 0, isAttached: false, recorder: "test"))
      try writer.add(CountedEvents.space)
      for event in 1...97 { try writer.add(CountedEvents.event(event)) }
      try writer.commit()
      say("\(number)")
      try writer.finish(TraceEnd(duration: 1))
    }
  } catch {
    return error
  }
}

func read(_ path: String) {
  do {
    var count = 0
    var areRight = true
    try RecordingReader(path: path).events(ofSpace: 0) { number, event in
      count += 1
      if number != count || event != CountedEvents.event(count) { areRight = false }
    }
    say(areRight ? "\(count)" : "wrong")
  } catch {
    say("error: \(error)")
  }
}

switch Array(CommandLine.arguments.dropFirst()) {
case let words where words.first == "write" && words.count == 2:
  say("error: \(write(words[1], saysCommits: true).error)")
case let words where words.first == "fill" && words.count == 2:
  let result = write(words[1], saysCommits: false)
  say("\(result.committed)")
  say("\(result.error)")
  read(words[1])
case let words where words.first == "cycle" && words.count == 2:
  say("error: \(cycle(words[1]))")
case let words where words.first == "read" && words.count == 2:
  read(words[1])
default:
  say("usage: recording-child write|fill|cycle|read PATH")
  exit(64)
}
