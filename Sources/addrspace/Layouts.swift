import AddressSpaceReport
import ArgumentParser

struct Layouts: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layouts", abstract: "The layout presets, with their constants.")

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func run() throws {
    let report = LayoutsReport()
    try output.write(text: report.text, plain: report.plain, json: report.json)
  }
}
