// swift-tools-version: 6.2

import PackageDescription

/// Whether warnings stop the build, as they do in the gate; never for those who depend on the package.
let isStrict = Context.environment["ISOLOSS_STRICT"] != nil

/// Settings every Swift target shares: what is imported is said, what is unsafe is marked.
let settings: [SwiftSetting] =
  [
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ] + (isStrict ? [.treatAllWarnings(as: .error)] : [])

/// Settings of the targets that own memory and vend spans of it.
let owningSettings = settings + [.enableExperimentalFeature("Lifetimes")]

/// The library modules, bottom to top, each with what it may import.
let modules: [(name: String, dependencies: [Target.Dependency], settings: [SwiftSetting])] = [
  ("Execution", [], settings),
  ("LossNumerics", ["CLossKernels", "Execution"], owningSettings),
  ("FileFormats", ["CLossKernels", "Execution"], owningSettings),
  ("Figures", ["FileFormats"], settings),
  ("CurveFitting", ["LossNumerics", "Execution"], settings),
  ("ModelShapes", [], settings),
  ("Tokenization", ["CLossKernels", "FileFormats", "Execution"], settings),
  ("LanguageModeling", ["Tokenization", "LossNumerics"], settings),
  (
    "NGramModels",
    [
      "LanguageModeling", "Tokenization", "LossNumerics", "CLossKernels", "FileFormats",
      "Execution",
    ],
    settings
  ),
  (
    "TransformerModels",
    [
      "LanguageModeling", "Tokenization", "LossNumerics", "FileFormats", "ModelShapes", "Execution",
    ],
    owningSettings
  ),
  (
    "Training",
    [
      "TransformerModels", "LanguageModeling", "LossNumerics", "FileFormats", "ModelShapes",
      "Execution",
    ],
    owningSettings
  ),
  ("ScalingLaws", ["CurveFitting", "LossNumerics", "FileFormats", "Execution"], settings),
  ("ComputePlanning", ["ScalingLaws", "FileFormats"], settings),
]

let libraryNames = modules.map(\.name)

/// The modules with a test target, each with the folders beside its sources: `Golden` holds
/// reference figures and the scripts that made them, `Snapshots` texts that are compared whole.
let testedModules: [(name: String, excluded: [String])] = [
  ("Execution", []),
  ("LossNumerics", ["Golden"]),
  ("FileFormats", ["Golden"]),
  ("Figures", []),
  ("CurveFitting", ["Golden"]),
  ("Tokenization", ["Golden"]),
  ("LanguageModeling", []),
  ("ModelShapes", []),
  ("NGramModels", ["Golden"]),
  ("TransformerModels", ["Golden"]),
  ("Training", []),
  ("ScalingLaws", ["Golden"]),
  ("ComputePlanning", ["Golden"]),
  ("IsoLossCommands", ["Golden", "Snapshots"]),
]

let package = Package(
  name: "IsoLoss",
  platforms: [.macOS(.v26)],
  products: [
    .library(name: "IsoLoss", targets: ["IsoLoss"]),
    .executable(name: "isoloss", targets: ["isoloss"]),
  ] + libraryNames.map { .library(name: $0, targets: [$0]) },
  targets: [
    .target(
      name: "CLossKernels",
      exclude: [
        "make_log_table.py", "make_nfc_tables.py", "make_unicode_classes.py",
        "make_vector_math.py",
      ],
      cSettings: isStrict
        ? [.enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error)] : []
    ),
    .target(
      name: "IsoLoss",
      dependencies: libraryNames.map { .byName(name: $0) },
      exclude: ["IsoLoss.docc"],
      swiftSettings: settings
    ),
    .target(
      name: "IsoLossCommands",
      dependencies: ["IsoLoss"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "isoloss",
      dependencies: ["IsoLossCommands"],
      swiftSettings: settings
    ),
    .executableTarget(
      name: "isoloss-bench",
      dependencies: ["IsoLoss", "CLossKernels"],
      exclude: ["Peers"],
      swiftSettings: settings
    ),
  ]
    + modules.map {
      .target(name: $0.name, dependencies: $0.dependencies, swiftSettings: $0.settings)
    }
    + [.target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings)]
    + testedModules.map {
      .testTarget(
        name: "\($0.name)Tests",
        dependencies: [.byName(name: $0.name), "IsoLoss", "TestSupport"],
        exclude: $0.excluded,
        swiftSettings: settings
      )
    },
  swiftLanguageModes: [.v6],
  cLanguageStandard: .c11
)
