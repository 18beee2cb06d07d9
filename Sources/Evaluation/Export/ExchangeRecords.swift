import Basics
import Foundation
import Injection
import RASP

/// Exchanges of variables between pairs of test prompts, one by one, with what has to come of each.
package enum ExchangeRecords {
    /// JSON lines of `variable`, `student_layer`, `compiled_layer`, `prompt` and `answer`, `partner`, `positions` (of the
    /// tokens after which the answer's are predicted), `before` and `expected` (the program's output there, without and
    /// with the exchange), `changes`, `said` (the student's tokens after it) and `agrees`.
    ///
    /// - Parameter count: at most so many prompts in pairs.
    package static func lines(of run: LoadedRun, count: Int, seed: Int) throws -> [JSONValue] {
        let pairs = try ExchangePairs(run, prompts: count, seed: seed)
        let points = try ExchangePoint.all(of: run)
        let lines = try run.student.model.mapSideBySide(pairs.batches) { batch, arena in
            let pass = pairs.pass(over: batch, points: points, arena: arena)
            return try points.flatMap { point in
                try pairs.exchange(point, basis: point.basis, in: batch, pass, arena: arena).map {
                    line(
                        $0, point, in: batch, positions: Array(pairs.reader.positions(of: batch[$0.place].encoded)), run
                    )
                }
            }
        }
        return lines.flatMap { $0 }
    }

    private static func line(
        _ outcome: ExchangePairs.Outcome, _ point: ExchangePoint, in batch: [ExchangePairs.Member], positions: [Int],
        _ run: LoadedRun
    ) -> JSONValue {
        let (own, partner) = (batch[outcome.place], batch[outcome.partner])
        let values = { (output: [Atom?]) -> JSONValue in
            .array(positions.map { output[$0].map(JSONValue.init(atom:)) ?? .null })
        }
        return [
            "variable": .string(point.entry.name), "student_layer": .integer(point.layer),
            "compiled_layer": .integer(point.state), "prompt": .string(own.example.prompt),
            "answer": .string(own.example.answer), "partner": .string(partner.example.prompt),
            "partner_answer": .string(partner.example.answer), "positions": .array(positions.map(JSONValue.integer)),
            "before": values(own.output), "expected": values(outcome.output), "changes": .bool(outcome.changes),
            "said": .array(outcome.said.map { .string(run.student.tokenizer.piece($0)) }),
            "agrees": .bool(outcome.agrees),
        ]
    }
}
