import AddressSpace

extension CheckReport {
  /// The workflow commands by which GitHub annotates what is not held, a line each.
  public func annotations() -> String {
    targets.flatMap { target in
      target.results.filter { $0.answer.verdict != .held }.map { result in
        let title = "\(target.title): \(result.answer.rule)".printable
        let command = CheckWording(result.answer, result.room).command(for: target)
        let message = "\(result.message) More: \(command)".printable
        return "::error title=\(title.commandProperty)::\(message.commandData)\n"
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
