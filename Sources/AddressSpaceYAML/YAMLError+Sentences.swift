import AddressSpace

extension YAMLError.Reason: CustomStringConvertible {
  /// The sentence to print.
  public var description: String {
    switch self {
    case .tooLarge: "it is larger than \(YAMLDocument.largest). Is it the right file?"
    case .noMemory: "there is no memory to read it. Close other programs."
    case .empty: "there is nothing in it. Write at least one key with its value."
    case .notUTF8: "here it is no UTF-8. Save the file in this encoding."
    case .character(let letter):
      "the character U+\(letter.value.fourDigits) cannot stand in YAML. Take it out."
    case .tab: "a tab stands at the beginning of the line. Indent with blanks."
    case .directive: "a line cannot begin with '%'. Take it out; directives are not read."
    case .notYAML(let problem, let remedy): "\(problem). \(remedy)"
    case .tooDeep:
      "more than \(YAMLDocument.deepest) lists and mappings stand in one another. Write fewer."
    case .secondDocument: "a second document begins here. Put it into a file of its own."
    case .alias(let name):
      "\(quoted("*" + name)) is an alias, and none are read. Put a pattern into quotes: "
        + "\"*\(name.short)\"."
    case .anchor(let name):
      "\(quoted("&" + name)) is an anchor, and none are read. Take it out, or put the text into "
        + "quotes."
    case .tag(let name):
      "\(quoted(Self.written(tag: name))) is a tag, and none are read. Take it out, or put the text into quotes."
    case .keyIsNoText: "a key has to be a name. Is this value indented too little?"
    case .duplicateKey(let key, let first):
      "the key \(quoted(key)) stands in line \(first.line) already. Take one of both out."
    case .unknownKey(let key, let owner, let nearest, let known):
      "\(owner) has no key \(quoted(key))." + hint(nearest, known)
    case .missingKey(let key, let owner): "\(owner) lacks the key \(quoted(key)). Add it."
    case .wrongShape(let name, let wanted, let found):
      "\(name) has to be \(wanted.rawValue), not \(found.named). \(wanted.remedy)"
    case .unknownName(let name, let sort, let nearest, let known):
      "\(quoted(name)) is no \(sort)." + hint(nearest, known)
    case .impossible(let sentence): sentence
    }
  }

  /// What libyaml makes of `!!int`, as it was written.
  private static func written(tag: String) -> String {
    let prefix = "tag:yaml.org,2002:"
    return tag.hasPrefix(prefix) ? "!!" + tag.dropFirst(prefix.count) : tag
  }

  private func hint(_ nearest: String?, _ known: [String]) -> String {
    guard let nearest else {
      if known.isEmpty { return " There is none." }
      return " Known \(known.count == 1 ? "is" : "are") \(known.joined(separator: ", "))."
    }
    return " Did you mean \(quoted(nearest))?"
  }
}

extension YAMLNode.Shape {
  fileprivate var named: String {
    self == .nothing ? "empty" : rawValue
  }

  /// How to write it.
  fileprivate var remedy: String {
    switch self {
    case .nothing: "Leave it empty."
    case .text, .quoted: "Write a word, or text in quotes."
    case .number: "Write digits alone, without quotes."
    case .list: "Begin each of its entries with \"- \"."
    case .mapping: "Write keys with values, as in {KEY: VALUE}."
    }
  }
}

/// Text of a document in a sentence: on one line, and not too long.
func quoted(_ text: String) -> String {
  "\"\(text.short)\""
}

extension String {
  /// Its beginning, in letters that print.
  var short: String {
    let most = 60
    let letters = unicodeScalars.prefix(most + 1)
    let shown = letters.prefix(most).map { letter in
      switch letter.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .unassigned, .privateUse:
        "\\u{\(String(letter.value, radix: 16))}"
      default: String(letter)
      }
    }
    return shown.joined() + (letters.count > most ? "..." : "")
  }
}

extension UInt32 {
  /// As code points are written: `0000`, `1F600`.
  fileprivate var fourDigits: String {
    let digits = String(self, radix: 16, uppercase: true)
    return String(repeating: "0", count: Swift.max(0, 4 - digits.count)) + digits
  }
}
