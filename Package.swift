// swift-tools-version: 6.1
import PackageDescription

/// The two halves never see each other: RASP <- Passes <- Compiler on one side, TensorCore <- LanguageModels on the
/// other. They meet in Injection (and Compiler and TensorCore in Compression). Below both lie Basics and Circuits, the
/// vocabulary of components and edges; Discovery finds circuits in language models; TrainingEngine knows runs and loops
/// and no method; Evaluation, Benchmarking and Reporting stand on Injection; the command line is a thin layer on top.
let package = Package(
    name: "tracr-inject",
    products: [
        .executable(name: "tracr-inject", targets: ["tracr-inject"]),
        .library(name: "Basics", targets: ["Basics"]),
        .library(name: "RASP", targets: ["RASP"]),
        .library(name: "CRASP", targets: ["CRASP"]),
        .library(name: "Compiler", targets: ["Compiler"]),
        .library(name: "Compression", targets: ["Compression"]),
        .library(name: "Circuits", targets: ["Circuits"]),
        .library(name: "TensorCore", targets: ["TensorCore"]),
        .library(name: "LanguageModels", targets: ["LanguageModels"]),
        .library(name: "Discovery", targets: ["Discovery"]),
        .library(name: "TrainingEngine", targets: ["TrainingEngine"]),
        .library(name: "InjectionSettings", targets: ["InjectionSettings"]),
        .library(name: "Injection", targets: ["Injection"]),
        .library(name: "Evaluation", targets: ["Evaluation"]),
    ],
    traits: [
        .trait(name: "MPI", description: "Training by several processes together, over Open MPI.")
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(
            name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
        .target(name: "CKernels"),
        .systemLibrary(name: "COpenMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
        .target(
            name: "CMPI", dependencies: [.target(name: "COpenMPI", condition: .when(traits: ["MPI"]))],
            cSettings: [.define("MPI", .when(traits: ["MPI"]))]),

        .target(
            name: "RASP",
            dependencies: [.product(name: "OrderedCollections", package: "swift-collections")]),
        .target(name: "Basics"),
        .target(name: "Ranks", dependencies: ["CKernels", "CMPI", "Basics"]),
        .target(name: "Circuits", dependencies: ["Basics"]),
        .target(name: "CRASP", dependencies: ["RASP", "Basics"]),
        .target(name: "Passes", dependencies: ["RASP", "Basics"]),
        .target(name: "Compiler", dependencies: ["Passes", "RASP", "CRASP", "Circuits", "Basics"]),

        .target(name: "TensorCore", dependencies: ["CKernels", "COpenBLAS", "CLAPACKE"]),
        .target(name: "Compression", dependencies: ["Compiler", "TensorCore", "RASP", "Basics"]),
        .target(
            name: "LanguageModels",
            dependencies: [
                "TensorCore", "Basics",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),
        .target(
            name: "Discovery", dependencies: ["Circuits", "LanguageModels", "TensorCore", "Basics"]),

        .target(
            name: "Resources", dependencies: ["Basics"],
            resources: [.copy("tiny")]),
        .target(name: "Pictures", dependencies: ["Circuits", "Basics"]),
        .target(name: "TrainingEngine", dependencies: ["Ranks", "TensorCore", "Basics"]),
        .target(
            name: "InjectionSettings",
            dependencies: [
                "TensorCore", "Basics", "Resources", "Yams",
            ]),
        .target(
            name: "Injection",
            dependencies: [
                "InjectionSettings", "TrainingEngine", "Ranks", "Discovery", "Circuits", "Compiler", "LanguageModels",
                "RASP",
                "Resources", "TensorCore", "Basics",
                "Yams",
            ]),
        .target(
            name: "Pretraining",
            dependencies: [
                "Injection", "InjectionSettings", "TrainingEngine", "Ranks", "LanguageModels", "TensorCore",
                "Basics",
                "Yams",
            ]),
        .target(
            name: "Evaluation",
            dependencies: [
                "Injection", "InjectionSettings", "TrainingEngine", "Ranks", "Discovery", "Pictures", "Resources",
                "Circuits",
                "Compiler",
                "LanguageModels", "RASP", "TensorCore", "Basics",
            ]),
        .target(
            name: "Benchmarking",
            dependencies: [
                "Injection", "InjectionSettings", "TrainingEngine", "Ranks", "Resources", "Compiler", "LanguageModels",
                "RASP", "TensorCore",
                "Basics",
            ]),
        .target(
            name: "Reporting",
            dependencies: [
                "Evaluation", "Benchmarking", "Injection", "InjectionSettings", "TrainingEngine", "Ranks", "Pictures",
                "Resources", "LanguageModels", "TensorCore", "Basics",
            ]),
        .executableTarget(
            name: "tracr-inject",
            dependencies: [
                "Reporting", "Benchmarking", "Evaluation", "Pretraining", "Injection", "InjectionSettings",
                "TrainingEngine", "Ranks", "Discovery", "Circuits", "Pictures", "Resources",
                "RASP", "CRASP", "Compiler", "Compression", "TensorCore", "LanguageModels", "Basics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        .testTarget(name: "RASPTests", dependencies: ["RASP"], exclude: ["Peer"]),
        .target(
            name: "CountingTestSupport", dependencies: ["RASP", "Basics"], path: "Tests/CountingTestSupport"),
        .testTarget(name: "CRASPTests", dependencies: ["CRASP", "CountingTestSupport", "RASP", "Basics"]),
        .testTarget(name: "CircuitsTests", dependencies: ["Circuits", "Basics"]),
        .target(name: "BasicTestSupport", dependencies: ["Basics"], path: "Tests/BasicTestSupport"),
        .testTarget(name: "BasicsTests", dependencies: ["Basics", "BasicTestSupport"]),
        .testTarget(
            name: "CompilerTests",
            dependencies: [
                "Compiler", "Passes", "Circuits", "CountingTestSupport", "CRASP", "LanguageModels", "RASP", "Basics",
                "TensorCore",
            ],
            exclude: ["Cases", "Peer", "run_circuit.py", "run_compiled.py", "run_gpt2.py"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression", "Compiler", "RASP", "Basics"]),
        .testTarget(
            name: "TensorCoreTests", dependencies: ["TensorCore", "CKernels"], exclude: ["Goldens"]),
        .testTarget(
            name: "LanguageModelsTests", dependencies: ["LanguageModels", "TensorCore", "Basics", "BasicTestSupport"],
            exclude: ["Goldens", "Peer"]),
        .testTarget(
            name: "RanksTests", dependencies: ["Ranks", "Basics", "TestSupport"], exclude: ["Network"]),
        .testTarget(
            name: "DiscoveryTests",
            dependencies: ["Discovery", "Circuits", "LanguageModels", "Resources", "TensorCore", "Basics"],
            exclude: ["Peer"]),
        .testTarget(name: "TrainingEngineTests", dependencies: ["TrainingEngine", "Ranks", "TensorCore", "Basics"]),
        .testTarget(name: "InjectionSettingsTests", dependencies: ["InjectionSettings"]),
        .target(name: "TestSupport", dependencies: ["Injection", "Ranks"], path: "Tests/TestSupport"),
        .testTarget(
            name: "InjectionTests",
            dependencies: [
                "Injection", "Evaluation", "Benchmarking", "Circuits", "LanguageModels", "Ranks", "TestSupport",
            ],
            exclude: ["Goldens", "Peer"]),
        .testTarget(name: "PretrainingTests", dependencies: ["Pretraining", "Ranks", "TestSupport"]),
        .testTarget(name: "EvaluationTests", dependencies: ["Evaluation", "Reporting", "Pictures", "TestSupport"]),
        .testTarget(
            name: "RobustnessTests",
            dependencies: [
                "Reporting", "Pretraining", "Injection", "Compiler", "RASP", "LanguageModels", "Basics",
                "TensorCore",
            ],
            exclude: ["soak.sh"]),
        .testTarget(name: "CommandTests", dependencies: ["tracr-inject", "Ranks"], exclude: ["Faults", "Peer"]),
    ],
    swiftLanguageModes: [.v6]
)
