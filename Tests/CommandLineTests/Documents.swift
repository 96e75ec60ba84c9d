/// The documents as `docs/json.md` promises them.
extension Shape {
  static let kind = Shape.word([
    "image", "heap", "stack", "anonymous", "file", "shared", "reserved", "system",
  ])
  static let action = Shape.word([
    "free", "unmap", "unload", "rebase", "shrink", "smaller-stack", "fixed",
  ])

  static let source = Shape.object([
    "kind": .word([
      "process", "maps", "smaps", "core", "minidump", "vmmap", "windbg", "hs_err", "tombstone",
      "strace", "recording", "simulation",
    ]),
    "pid": .optional(.integer),
    "path": .optional(.text), "name": .optional(.text),
  ])

  static let layout = Shape.object([
    "name": .text, "low": .address, "high": .address, "pageBytes": .integer,
    "granularityBytes": .integer, "placement": .word(["topDown", "bottomUp"]),
    "guardGapBytes": .integer, "basis": .text, "assumed": .flag,
  ])

  static let totals = Shape.object([
    "spaceBytes": .integer, "mappedBytes": .integer, "reservedBytes": .optional(.integer),
    "freeBytes": .integer, "reachableFreeBytes": .optional(.integer),
    "unusableBytes": .optional(.integer), "regionCount": .optional(.integer),
    "notListedBytes": .integer,
    "committedBytes": .optional(.integer), "residentBytes": .optional(.integer),
    "swapBytes": .optional(.integer),
  ])

  static let neighbor = Shape.optional(.object(["kind": kind, "name": .text]))

  /// What can be read again.
  static let snapshot = Shape.object([
    "schema": .text, "source": source, "facts": .dictionary(.either(.text, .list(.text))),
    "regions": .list(
      region.with([
        "offset": .integer, "inode": .integer,
        "traits": .list(.word(["no-reserve", "grows-down", "distinct"])),
      ])),
    "diagnostics": .list(.object(["line": .null, "message": .text])),
  ])

  static let span = Shape.object([
    "low": .address, "high": .address, "bytes": .integer, "reachableBytes": .integer,
    "below": neighbor, "above": neighbor,
  ])

  static let region = Shape.object([
    "low": .address, "high": .address, "bytes": .integer, "kind": kind, "access": .text,
    "name": .text,
  ])

  static let buffer = Shape.object([
    "request": .text, "bytes": .integer, "allocator": .text, "footprintBytes": .integer,
    "fits": .integer, "fitsIfContiguous": .integer,
    "verdict": .word(["fits", "fragmented", "exhausted", "limited"]),
    "unusableFreeBytes": .integer, "alignmentBytes": .optional(.integer), "exact": .flag,
    "bound": .word(["exact", "at-least", "at-most"]),
    "heapFits": .optional(.integer),
    "limits": .list(wall), "warnings": .list(wall),
  ])

  /// Of bytes, or of mappings.
  static let wall = Shape.either(
    .object([
      "name": .word([
        "address space", "RLIMIT_AS", "RLIMIT_DATA", "overcommit", "cgroup memory",
        "available memory", "commit limit",
      ]), "limitBytes": .integer, "usedBytes": .integer, "fits": .integer,
    ]),
    .object([
      "name": .word(["vm.max_map_count"]), "limitBytes": .null, "usedBytes": .null,
      "limitCount": .integer, "usedCount": .integer, "fits": .integer,
    ]))

  /// Null where there is none.
  static let stack = Shape.optional(
    .list(
      .object([
        "function": .optional(.text), "module": .optional(.text), "offset": .optional(.address),
        "file": .optional(.text), "line": .optional(.integer), "inlined": .flag,
        "origin": .word([
          "call", "unwound", "frame pointer", "interpreter", "windows", "note",
        ]),
      ])))

  static let pin = Shape.object([
    "low": .address, "high": .address, "bytes": .integer, "kind": kind, "name": .text,
    "joinedBytes": .integer, "largestGainBytes": .integer, "bufferGain": .list(.integer),
    "origin": .optional(.text), "certainty": certainty, "action": action, "stack": stack,
  ])

  static let newPart = Shape.object([
    "low": .address, "high": .address, "bytes": .integer, "kind": kind, "access": .text,
    "name": .text, "origin": .optional(.text), "newBytes": .integer,
  ])

  static let certainty = Shape.optional(.word(["certain", "likely", "possible"]))

  /// What `--by` adds up.
  static let by = Shape.optional(
    .object([
      "key": .word(["origin", "name", "module"]),
      "entries": .list(
        .object([
          "name": .optional(.text), "kind": .optional(kind), "certainty": certainty,
          "regions": .integer, "bytes": .integer, "largestBytes": .integer,
          "residentBytes": .optional(.integer), "version": .optional(.text),
        ])),
    ]))

  static let diagnostics = Shape.list(.object(["line": .optional(.integer), "message": .text]))

  /// `addrspace.inspect/1`; `allocators` are those of the layout's system.
  static func inspect(allocators: [String]) -> Shape {
    .object([
      "schema": .word(["addrspace.inspect/1"]), "source": source, "layout": layout,
      "totals": totals,
      "largestRequestBytes": .object(
        Dictionary(uniqueKeysWithValues: allocators.map { ($0, .integer) })),
      "kinds": .list(.object(["kind": kind, "regions": .integer, "bytes": .integer])),
      "fragmentation": .optional(.share), "freeSpans": .list(span), "buffers": .list(buffer),
      "pins": .list(pin), "by": by, "diagnostics": diagnostics,
    ])
  }

  /// `addrspace.forecast/1`, without a sequence.
  static let forecast = Shape.object([
    "schema": .word(["addrspace.forecast/1"]), "source": source, "layout": layout,
    "buffers": .list(
      buffer.with([
        "placements": .list(.object(["low": .address, "high": .address])), "why": .text,
        "nextFit": .optional(
          .object([
            "low": .address, "high": .address,
            "clear": .list(
              region.with([
                "origin": .optional(.text), "certainty": certainty, "action": action,
              ])),
            "clearBytes": .integer, "gain": .integer,
          ])),
      ])), "diagnostics": diagnostics,
  ])

  /// The key `if` of a forecast with changes.
  static let changed = Shape.object([
    "changes": .list(.text), "restart": .flag, "modelled": .flag,
    "fitsRange": .list(.list(.integer)), "notes": .list(.text),
  ])

  /// The key `changes` of a forecast with `--advise`.
  static let changes = Shape.list(
    .object([
      "change": .text, "fits": .list(.integer), "fitsRange": .list(.list(.integer)),
      "gain": .list(.integer), "restart": .flag, "command": .text, "cost": .text,
      "modelled": .flag, "note": .text,
    ]))

  static let sequence = Shape.list(
    .object([
      "request": .text, "placed": .flag, "low": .optional(.address), "high": .optional(.address),
    ]))

  static let diff = Shape.object([
    "schema": .word(["addrspace.diff/1"]),
    "from": .object(["source": source, "layout": layout, "totals": totals]),
    "to": .object(["source": source, "layout": layout, "totals": totals]),
    "spans": .list(
      .object([
        "change": .word(["lost", "gained", "shrunk", "grown", "split", "merged"]),
        "before": .list(span), "after": .list(span),
      ])),
    "regions": .object([
      "gone": .list(region), "new": .list(region),
      "resized": .list(.object(["before": region, "after": region])),
    ]),
    "buffers": .list(.object(["request": .text, "from": .integer, "to": .integer])),
  ])

  static let check = Shape.object([
    "schema": .word(["addrspace.check/1"]), "source": source, "held": .optional(.flag),
    "rules": .list(
      .object([
        "rule": .text, "limit": .integer, "actual": .optional(.integer), "held": .optional(.flag),
        "message": .text, "target": .integer, "unit": .word(["bytes", "count", "percent"]),
        "bound": .optional(.word(["exact", "at-least", "at-most"])), "margin": .optional(.integer),
        "excused": .list(.text), "seconds": .number, "event": .optional(.integer),
        "probability": .optional(.text),
        "runs": .optional(
          .object([
            "count": .integer, "held": .integer, "broken": .integer, "undecided": .integer,
            "needed": .integer, "worst": .integer,
            "figures": .list(
              .object([
                "actual": .optional(.integer),
                "bound": .optional(.word(["exact", "at-least", "at-most"])), "runs": .integer,
              ])),
          ])),
        "randomisation": .optional(.object(["least": .integer, "most": .integer])),
        "pins": .list(pin),
        "new": .optional(.list(newPart)),
        "clear": .optional(
          .object([
            "low": .address, "high": .address, "clearBytes": .integer, "regions": .integer,
          ])), "more": .optional(.text),
      ])),
    "targets": .list(
      .object([
        "source": source, "layout": layout, "held": .optional(.flag), "samples": .integer,
      ])),
    "baseline": .optional(.text), "diagnostics": diagnostics,
  ])

  static let event = Shape.object([
    "number": .integer, "call": .text, "low": .optional(.address), "high": .optional(.address),
    "bytes": .integer, "thread": .optional(.integer), "threadName": .optional(.text),
  ])

  static let tally = Shape.object(["regions": .integer, "bytes": .integer])

  static let report = Shape.object([
    "schema": .word(["addrspace.report/1"]), "source": source, "layout": layout,
    "command": .list(.text), "durationSeconds": .optional(.number),
    "events": .dictionary(.integer),
    "moment": .object(["asked": .text, "seconds": .number, "event": .integer]),
    "totals": totals,
    "buffers": .list(
      buffer.with([
        "nextFit": .optional(
          .object([
            "low": .address, "high": .address,
            "clear": .list(
              .object(["low": .address, "high": .address, "bytes": .integer, "stack": stack])),
            "clearBytes": .integer, "gain": .integer,
            "owners": .list(
              .object(["stack": stack, "regions": .integer, "bytes": .integer])),
          ]))
      ])),
    "drops": .list(
      .object([
        "seconds": .number, "buffer": .text, "from": .integer, "to": .integer,
        "largestFreeBytes": .integer, "liveBytes": .integer, "event": event, "stack": stack,
      ])),
    "lows": .list(
      .object([
        "seconds": .number, "largestFreeBytes": .integer, "fromBytes": .integer,
        "liveBytes": .integer, "event": event, "stack": stack,
      ])),
    "failures": .list(
      .object([
        "seconds": .number, "call": .text, "bytes": .integer, "errno": .text,
        "largestFreeBytes": .integer, "freeBytes": .integer,
        "wall": .word([
          "fragmented", "exhausted", "neighbor", "mapping-count", "other-limit", "locked-memory",
          "address-taken", "not-permitted", "request",
        ]), "event": event, "stack": stack,
      ])),
    "callers": .list(
      .object([
        "stack": stack, "stacks": .integer, "regions": .integer, "bytes": .integer,
        "largestGainBytes": .integer, "bufferGain": .list(.integer),
      ])),
    "pins": .list(pin),
    "unattributed": .object([
      "regions": .integer, "bytes": .integer, "before": tally, "found": tally,
      "withoutStack": tally,
    ]),
    "timeline": .list(
      .object([
        "seconds": .number, "event": .integer, "largestFreeBytes": .integer,
        "freeBytes": .integer, "fits": .list(.integer),
      ])), "diagnostics": diagnostics,
  ])

  static let distribution = Shape.object([
    "min": .integer, "p5": .integer, "p50": .integer, "p95": .integer, "max": .integer,
    "mean": .number,
  ])

  static let simulatedStep = Shape.object([
    "name": .text, "largestFreeBytes": distribution, "freeBytes": distribution,
    "mappedBytes": distribution, "committedBytes": distribution, "residentBytes": distribution,
    "buffers": .list(
      .object([
        "request": .text, "fits": distribution, "histogram": .dictionary(.integer),
        "failures": .integer,
      ])),
    "failures": .list(.object(["purpose": .text, "bytes": .integer, "runs": .integer])),
  ])

  static let simulate = Shape.object([
    "schema": .word(["addrspace.simulate/1"]), "scenario": .text,
    "basis": .word(["modelled, not measured"]), "layout": layout, "seed": .integer,
    "runs": .integer, "steps": .list(simulatedStep),
    "remedies": .list(
      .object(["name": .text, "layout": .text, "steps": .list(simulatedStep)])),
  ])

  static let layouts = Shape.object([
    "schema": .word(["addrspace.layouts/1"]),
    "layouts": .list(
      .object([
        "name": .text, "low": .address, "high": .address, "pageBytes": .integer,
        "granularityBytes": .integer, "placement": .word(["topDown", "bottomUp"]),
        "guardGapBytes": .integer, "notes": .text,
      ])),
    "models": .list(
      .object([
        "name": .text, "low": .address, "high": .address, "pageBytes": .integer,
        "granularityBytes": .integer, "placement": .word(["bottomUp"]),
        "guardGapBytes": .integer, "notes": .text, "basis": .text, "assumed": .list(.text),
      ])),
  ])

  static let doctor = Shape.object([
    "schema": .word(["addrspace.doctor/1"]),
    "checks": .list(
      .object(["name": .text, "ok": .flag, "detail": .text, "remedy": .optional(.text)])),
  ])
}
