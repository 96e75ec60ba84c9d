import AddressSpace
import AddressSpaceFormats

/// Rooms of a few lines of maps text.
func room(_ maps: String, layout: String = "linux-i386-3g") throws -> Room {
  let snapshot = try MapsParser.parse(Array(maps.utf8))
  let layout =
    Layout.named(layout, map: snapshot.map, facts: snapshot.facts)
    ?? .inferred(from: snapshot.map, facts: snapshot.facts)
  return Room(map: snapshot.map, layout: layout, facts: snapshot.facts)
}

func region(_ low: UInt64, _ high: UInt64, name: String = "", access: Region.Access = .read)
  -> Region?
{
  AddressRange(Address(low), Address(high)).map { Region(range: $0, access: access, name: name) }
}
