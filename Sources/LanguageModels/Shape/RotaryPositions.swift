import Basics
import Foundation
import TensorCore

/// How a model turns queries and keys by their positions: how much of a head, how fast, and how the context was
/// lengthened after the first training.
public struct RotaryPositions: Sendable, Equatable {
    /// The base of the wavelengths: the larger it is, the slower the last pairs turn.
    public var theta: Double
    /// The share of each head that turns.
    public var share: Double
    public var scaling: RotaryScaling

    public init(theta: Double = 10_000, share: Double = 1, scaling: RotaryScaling = .none) {
        (self.theta, self.share, self.scaling) = (theta, share, scaling)
    }

    /// Columns of a head that turn.
    public func turnedWidth(headWidth: Int) -> Int { Int(Double(headWidth) * share) }

    /// Those of a head of this width.
    public func frequencies(headWidth: Int) -> RotaryFrequencies {
        let width = turnedWidth(headWidth: headWidth)
        return scaling.applied(to: RotaryFrequencies(width: width, theta: theta), width: width, theta: theta)
    }

    /// - Throws: `.badData` naming the key.
    func validate(_ keys: DecoderKeys, headWidth: Int, at place: String?) throws(Failure) {
        guard theta >= 1, theta <= 1e12 else {
            throw Failure(.badData, "\(keys.rotaryBase) is \(theta), and must be from 1 to 1e12", at: place)
        }
        guard share > 0, share <= 1 else {
            throw Failure(.badData, "\(keys.rotaryShare) is \(share), and must be above 0 and at most 1", at: place)
        }
        let width = turnedWidth(headWidth: headWidth)
        guard width > 0, width % 2 == 0 else {
            let name = share == 1 ? keys.headWidth ?? keys.heads.name : keys.rotaryShare
            throw Failure(
                .badData, "\(name): \(width) columns of a head would turn, and rotary positions need an even number",
                at: place)
        }
        if case .yarn = scaling, theta == 1 {
            throw Failure(.badData, "\(keys.rotaryBase) is 1, and \"yarn\" needs more", at: place)
        }
    }
}

/// How rotary positions are stretched to serve a longer context than the model was first trained with.
///
/// Formulas are those of `transformers` (`modeling_rope_utils.py`), whose name for each is the case's.
public enum RotaryScaling: Sendable, Equatable {
    case none
    /// All frequencies divided by the factor (Chen et al. 2023).
    case linear(factor: Double)
    /// Beyond `max_position_embeddings` the base grows with the length; up to it, and so wherever this program goes,
    /// nothing changes.
    case dynamic(factor: Double)
    /// Slow pairs are slowed down, fast ones are not, with a ramp between (Llama 3.1).
    case llama3(factor: Double, lowFactor: Double, highFactor: Double, originalContext: Int)
    /// A ramp over the pairs, and a factor on queries and keys (Peng et al. 2023).
    case yarn(factor: Double, fast: Double, slow: Double, originalContext: Int, attention: Double, truncates: Bool)

    func applied(to plain: RotaryFrequencies, width: Int, theta: Double) -> RotaryFrequencies {
        switch self {
        case .none, .dynamic: return plain
        case .linear(let factor): return RotaryFrequencies(values: plain.values.map { $0 / factor })
        case .llama3(let factor, let low, let high, let context):
            let values = plain.values.map { frequency in
                // How often the pair turns in the original context; between low and high, both are mixed.
                let turns = Double(context) * frequency / (2 * .pi)
                let kept = min(max((turns - low) / (high - low), 0), 1)
                return (1 - kept) * frequency / factor + kept * frequency
            }
            return RotaryFrequencies(values: values)
        case .yarn(let factor, let fast, let slow, let context, let attention, let truncates):
            // The pair that turns so often in the original context, as a fraction.
            func pair(turning count: Double) -> Double {
                Double(width) * log(Double(context) / (count * 2 * .pi)) / (2 * log(theta))
            }
            let bounds = (pair(turning: fast), pair(turning: slow))
            let low = max(truncates ? bounds.0.rounded(.down) : bounds.0, 0)
            var high = min(truncates ? bounds.1.rounded(.up) : bounds.1, Double(width - 1))
            if high == low { high += 0.001 }
            let values = plain.values.enumerated().map { index, frequency in
                let slowed = min(max((Double(index) - low) / (high - low), 0), 1)
                return frequency / factor * slowed + frequency * (1 - slowed)
            }
            return RotaryFrequencies(values: values, scale: attention)
        }
    }
}
