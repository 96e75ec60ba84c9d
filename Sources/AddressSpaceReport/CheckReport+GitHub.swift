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
  fileprivate var commandData: String {
    var text = ""
    for character in unicodeScalars {
      switch character {
      case "%": text += "%25"
      case "\r": text += "%0D"
      case "\n": text += "%0A"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }

  /// As a property of a workflow command.
  fileprivate var commandProperty: String {
    var text = ""
    for character in commandData.unicodeScalars {
      switch character {
      case ":": text += "%3A"
      case ",": text += "%2C"
      default: text.unicodeScalars.append(character)
      }
    }
    return text
  }
}
