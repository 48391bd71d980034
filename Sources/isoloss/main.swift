import IsoLossCommands

let words = Array(CommandLine.arguments.dropFirst())
exitProcess(IsoLossTool.run(words, in: .process()))
