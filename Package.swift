// swift-tools-version: 6.1
import PackageDescription

/// The two halves never see each other: RASP <- Compiler on one side, TensorCore <- GPT2 on the other.
/// They meet in Injection (and Compiler and TensorCore in Compression); the command line is a thin layer on top.
let package = Package(
    name: "tracr-inject",
    products: [
        .executable(name: "tracr-inject", targets: ["tracr-inject"]),
        .library(name: "RASP", targets: ["RASP"]),
        .library(name: "Compiler", targets: ["Compiler"]),
        .library(name: "Compression", targets: ["Compression"]),
        .library(name: "TensorCore", targets: ["TensorCore"]),
        .library(name: "GPT2", targets: ["GPT2"]),
        .library(name: "Injection", targets: ["Injection"]),
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
        .target(
            name: "CKernels",
            cSettings: [.unsafeFlags(["-O3", "-fno-math-errno", "-fno-trapping-math"])]),

        .target(
            name: "RASP",
            dependencies: [.product(name: "OrderedCollections", package: "swift-collections")]),
        .target(name: "Serialization"),
        .target(
            name: "Compiler",
            dependencies: [
                "RASP", "Serialization",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]),

        .target(name: "TensorCore", dependencies: ["CKernels", "COpenBLAS", "CLAPACKE"]),
        .target(name: "Compression", dependencies: ["Compiler", "TensorCore", "RASP", "Serialization"]),
        .target(
            name: "GPT2",
            dependencies: [
                "TensorCore", "Serialization",
                .product(name: "HeapModule", package: "swift-collections"),
            ]),

        .target(
            name: "Injection",
            dependencies: [
                "RASP", "Compiler", "TensorCore", "GPT2", "Serialization", "Yams",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "OrderedCollections", package: "swift-collections"),
            ],
            resources: [.copy("Resources/tiny")]),
        .executableTarget(
            name: "tracr-inject",
            dependencies: [
                "Injection", "RASP", "Compiler", "Compression", "TensorCore", "GPT2", "Serialization",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        .testTarget(name: "RASPTests", dependencies: ["RASP"], exclude: ["Peer"]),
        .testTarget(name: "SerializationTests", dependencies: ["Serialization"]),
        .testTarget(
            name: "CompilerTests", dependencies: ["Compiler", "GPT2", "TensorCore"], exclude: ["Cases", "Peer", "run_compiled.py", "run_gpt2.py"]),
        .testTarget(name: "CompressionTests", dependencies: ["Compression"]),
        .testTarget(
            name: "TensorCoreTests", dependencies: ["TensorCore", "CKernels"], exclude: ["Goldens"]),
        .testTarget(
            name: "GPT2Tests", dependencies: ["GPT2", "TensorCore", "Serialization"], exclude: ["Goldens", "Peer"]),
        .testTarget(name: "InjectionTests", dependencies: ["Injection"], exclude: ["Goldens", "Peer"]),
        .testTarget(
            name: "RobustnessTests", dependencies: ["Injection", "Compiler", "RASP", "GPT2", "Serialization"],
            exclude: ["soak.sh"]),
        .testTarget(name: "CommandTests", dependencies: ["tracr-inject"], exclude: ["Faults"]),
    ],
    swiftLanguageModes: [.v6]
)
