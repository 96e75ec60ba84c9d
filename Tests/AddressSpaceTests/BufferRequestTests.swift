import AddressSpace
import Testing

@Suite("Buffers as people write them")
struct BufferRequestTests {
  @Test("a picture: width, height, channels, bytes a channel")
  func picture() throws {
    let request = try BufferRequest(text: "8000x6000x4x2")
    #expect(request.bytes == 384_000_000)
    #expect(request.image?.width == 8000 && request.image?.height == 6000)
    #expect(request.image?.channels == 4 && request.image?.channelBytes == 2)
    #expect(request.alignment == nil && request.count == 1)
    #expect(request.text == "8000x6000x4x2")
  }

  @Test("a size, an alignment, a count")
  func parts() throws {
    let request = try BufferRequest(text: "48MB@4MiB*3")
    #expect(request.bytes == 48_000_000 && request.image == nil)
    #expect(request.alignment == .mebibytes(4) && request.count == 3)
    #expect(request.text == "48MB@4MiB")
    #expect(try BufferRequest(text: "4000x3000x3x1*2").count == 2)
    #expect(try BufferRequest(text: "0x3000000").bytes == 0x300_0000)
    #expect(try BufferRequest(text: "1@1").alignment == 1)
  }

  @Test("a thread, with a stack or without")
  func thread() throws {
    let usual = try BufferRequest(text: "thread")
    #expect(usual.isThread && usual.bytes == .zero && usual.text == "thread")
    let small = try BufferRequest(text: "thread:256K*7")
    #expect(small.isThread && small.bytes == .kibibytes(256) && small.count == 7)
    #expect(small.text == "thread:256K" && small.alignment == nil)
    #expect(try !BufferRequest(text: "256K").isThread)
  }

  @Test(
    "refused, with the part that is wrong",
    arguments: [
      ("", .notASize("")), ("photo", .notASize("photo")), ("8000x6000", .notASize("8000x6000")),
      ("8000x6000x4", .notASize("8000x6000x4")), ("8000x6000x4x2x1", .notASize("8000x6000x4x2x1")),
      ("8000x6000x4xB", .notASize("8000x6000x4xB")), ("-1x2x3x4", .notASize("-1x2x3x4")),
      ("0", .empty("0")), ("0x0", .empty("0x0")), ("0x6000x4x2", .empty("0x6000x4x2")),
      ("9999999999x9999999999x4x2", .tooLarge("9999999999x9999999999x4x2")),
      ("48MB@", .alignment("", in: "48MB@")), ("48MB@3", .alignment("3", in: "48MB@3")),
      ("48MB@0", .alignment("0", in: "48MB@0")),
      ("48MB@4096@2", .alignment("4096@2", in: "48MB@4096@2")),
      ("48MB*", .count("", in: "48MB*")), ("48MB*0", .count("0", in: "48MB*0")),
      ("48MB*-1", .count("-1", in: "48MB*-1")), ("48MB*2*3", .count("2*3", in: "48MB*2*3")),
      ("48MB*2@4096", .count("2@4096", in: "48MB*2@4096")),
      ("thread@4096", .alignedThread("thread@4096")),
      ("thread:1M@1", .alignedThread("thread:1M@1")), ("thread:", .stack("", in: "thread:")),
      ("thread:big", .stack("big", in: "thread:big")), ("thread:0", .smallStack("thread:0")),
      ("thread:16383", .smallStack("thread:16383")), ("threads", .notASize("threads")),
      ("thread*0", .count("0", in: "thread*0")), ("Thread", .notASize("Thread")),
    ] as [(String, BufferRequestError)])
  func refused(text: String, error: BufferRequestError) {
    #expect(throws: error) { try BufferRequest(text: text) }
    #expect(error.description.hasSuffix("."))
    #expect(error.description.contains("\""))
  }

  @Test("made of bytes, its text reads back as the same number")
  func textOfBytes() throws {
    for bytes in [1, 4095, 4096, 50_331_648, 3 << 30, 384_000_000, UInt64.max] {
      let request = BufferRequest(bytes: ByteCount(bytes))
      #expect(try BufferRequest(text: request.text).bytes == request.bytes)
    }
    #expect(BufferRequest(bytes: .mebibytes(48)).text == "48MiB")
    #expect(BufferRequest(bytes: 384_000_000).text == "375000KiB")
  }
}
