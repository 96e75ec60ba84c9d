import AddressSpace

extension CheckReport {
  /// The workflow commands by which GitHub annotates what is not held, and what randomisation may
  /// break, a line each.
  public func annotations() -> String {
    targets.flatMap { target in
      target.results.enumerated().compactMap { index, result in
        let title = "\(target.title): \(result.answer.rule)".printable
        let wording = CheckWording(result)
        guard result.verdict == .held else {
          let message = "\(result.message) More: \(target.command(ofRule: index))".printable
          return "::error title=\(title.commandProperty)::\(message.commandData)\n"
        }
        return wording.spread.map { spread in
          let message = "\(result.message) In other launches it may not hold: \(spread)."
          return "::warning title=\(title.commandProperty)::\(message.commandData)\n"
        }
      }
    }.joined()
  }
}

extension String {
  /// As the message of a workflow command.
  fileprivate var commandData: String { escaped(["%": "%25", "\r": "%0D", "\n": "%0A"]) }

  /// As a property of a workflow command.
  fileprivate var commandProperty: String { commandData.escaped([":": "%3A", ",": "%2C"]) }
}
