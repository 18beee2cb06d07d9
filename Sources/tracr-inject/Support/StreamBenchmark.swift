import Basics
import Compiler
import Foundation
import RASP

/// What the labelled residual streams of a training batch cost: 12 sequences of 60 tokens through the sparse weights,
/// on one thread.
struct StreamBenchmark {
    static let sequences = 12
    static let length = 60

    let model: CompiledModel
    /// Processor time of the one thread, the median of the repetitions: other load on the machine does not count.
    let seconds: Double

    init(_ program: any CompilableProgram, repetitions: Int) throws {
        var options = CompilerOptions()
        options.maxLength = max(program.maxLength ?? 0, Self.length)
        let model = try program.compile(options)
        var random = SeededRandom(seed: 1)
        let batch = (0..<Self.sequences).map { _ in (0..<Self.length).map { _ in random.pick(model.vocabulary) } }
        var times: [Double] = []
        for _ in 0..<repetitions {
            let started = Self.processorTime
            for input in batch { _ = try model.residualStates(input) }
            times.append(Self.processorTime - started)
        }
        self.model = model
        seconds = times.sorted()[times.count / 2]
    }

    private static var processorTime: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    var json: JSONValue {
        [
            "program": .string(model.name), "layers": .integer(model.layerCount), "d_model": .integer(model.width),
            "sequences": .integer(Self.sequences), "tokens_per_sequence": .integer(Self.length),
            "stream_seconds": .real(seconds),
        ]
    }

    var text: String {
        var listing = Listing()
        listing.add("program", "\(model.name), \(model.layerCount) layers, residual stream \(model.width)")
        listing.add("batch", "\(Self.sequences) sequences of \(Self.length) tokens, one thread's processor time")
        listing.add("labelled streams", Quantity.seconds(seconds))
        return listing.text
    }
}
