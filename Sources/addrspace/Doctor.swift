import AddressSpaceProcess
import AddressSpaceReport
import ArgumentParser

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "What this machine allows: reading processes, ptrace, 32-bit programs.")

  @OptionGroup(title: "Output")
  var output: OutputOptions

  func run() throws {
    let report = DoctorReport(
      MachineProbe.findings().map { finding in
        DoctorReport.Check(
          finding.name, isOK: finding.isOK, detail: finding.detail, remedy: finding.remedy)
      })
    try output.write(text: report.text, plain: report.plain, json: report.json)
  }
}
