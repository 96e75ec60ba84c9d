import AddressSpace

extension Inspection {
  /// The pins that would bring something, those to ask for first.
  var worstPins: [Pin] { pins.worstFirst(for: buffers) }
}
