import Basics
import Foundation

extension RotaryPositions {
    /// Reads what a `config.json` says of rotary positions. Older files have the base at the top and a section
    /// `rope_scaling` where positions are stretched; newer ones have all in `rope_parameters`. Where a file has both
    /// sections, the first counts, as in `transformers`.
    ///
    /// - Parameter plain: What holds where the file says nothing.
    /// - Throws: `.badData` naming the key, for a scaling that is not known too.
    init(
        _ reader: ConfigurationReader, _ keys: DecoderKeys, plain: RotaryPositions, contextLength: Int
    ) throws(Failure) {
        self = plain
        var section = ConfigurationReader(JSONObject(), at: reader.place)
        for name in ["rope_scaling", "rope_parameters"] {
            if let object = try reader.object(name), !object.members.isEmpty {
                section = ConfigurationReader(object, section: name, at: reader.place)
                break
            }
        }
        for found in [try reader.number(keys.rotaryBase), try section.number("rope_theta")] { theta = found ?? theta }
        let key = "partial_rotary_factor"
        let own = keys.hasRotaryShare ? try reader.number(keys.rotaryShare) : nil
        for found in [own, try reader.number(key), try section.number(key)] { share = found ?? share }
        guard keys.hasRotaryShare || share == 1 else {
            throw Failure(.badData, "\(section.named(key)) is \(share), and only 1 is supported", at: section.place)
        }
        scaling = try RotaryScaling(section, contextLength: contextLength)
    }

    /// The sections and keys that `transformers` reads, of older versions and newer ones.
    func write(_ keys: DecoderKeys, into json: inout JSONObject) {
        json[keys.rotaryBase] = .number(theta)
        var section = JSONObject([("rope_theta", .number(theta))])
        if keys.hasRotaryShare {
            json[keys.rotaryShare] = .number(share)
            section["partial_rotary_factor"] = .number(share)
        }
        let scaled = scaling.json
        for (key, value) in scaled.members { section[key] = value }
        json["rope_parameters"] = .object(section)
        if scaling != .none { json["rope_scaling"] = .object(scaled) }
    }
}

extension RotaryScaling {
    fileprivate init(_ section: ConfigurationReader, contextLength: Int) throws(Failure) {
        let type = section.json["rope_type"] ?? section.json["type"] ?? "default"
        func number(_ key: String, _ fallback: Double? = nil, least: Double = 1e-6) throws(Failure) -> Double {
            guard let value = try section.number(key) ?? fallback else {
                throw Failure(
                    .badData, "\(section.named(key)) is missing, which rope_type \(type.text(indented: false)) needs",
                    at: section.place)
            }
            guard value >= least, value <= 1e6 else {
                throw Failure(
                    .badData, "\(section.named(key)) is \(value), and must be from \(least) to 1e6", at: section.place)
            }
            return value
        }
        func originalContext() throws(Failure) -> Int {
            let key = "original_max_position_embeddings"
            let value = try section.integer(key) ?? contextLength
            guard (1...(1 << 24)).contains(value) else {
                throw Failure(
                    .badData, "\(section.named(key)) is \(value), and must be from 1 to \(1 << 24)", at: section.place)
            }
            return value
        }
        switch type {
        case "default": self = .none
        case "linear": self = .linear(factor: try number("factor", least: 1))
        case "dynamic": self = .dynamic(factor: try number("factor", least: 1))
        case "llama3":
            let (low, high) = (try number("low_freq_factor"), try number("high_freq_factor"))
            guard low < high else {
                throw Failure(
                    .badData,
                    "\(section.named("low_freq_factor")) is \(low), and must be below high_freq_factor, \(high)",
                    at: section.place)
            }
            self = .llama3(
                factor: try number("factor", least: 1), lowFactor: low, highFactor: high,
                originalContext: try originalContext())
        case "yarn":
            let context = try originalContext()
            let factor = try number("factor", Double(contextLength) / Double(context), least: 1)
            func growth(_ scale: Double) -> Double { factor <= 1 ? 1 : 0.1 * scale * log(factor) + 1 }
            var attention = growth(1)
            if let one = try section.number("mscale"), let all = try section.number("mscale_all_dim"), one != 0,
                all != 0
            {
                attention = growth(one) / growth(all)
            }
            self = .yarn(
                factor: factor, fast: try number("beta_fast", 32), slow: try number("beta_slow", 1),
                originalContext: context, attention: try number("attention_factor", attention),
                truncates: try section.bool("truncate") ?? true)
        default:
            throw Failure(
                .badData,
                "\(section.named("rope_type")) is \(type.text(indented: false)), a scaling of rotary positions that is not supported",
                at: section.place, remedy: "Known are default, linear, dynamic, llama3 and yarn.")
        }
    }

    fileprivate var json: JSONObject {
        switch self {
        case .none: JSONObject([("rope_type", "default")])
        case .linear(let factor): JSONObject([("rope_type", "linear"), ("factor", .number(factor))])
        case .dynamic(let factor): JSONObject([("rope_type", "dynamic"), ("factor", .number(factor))])
        case .llama3(let factor, let low, let high, let context):
            JSONObject([
                ("rope_type", "llama3"), ("factor", .number(factor)), ("low_freq_factor", .number(low)),
                ("high_freq_factor", .number(high)), ("original_max_position_embeddings", .integer(context)),
            ])
        case .yarn(let factor, let fast, let slow, let context, let attention, let truncates):
            JSONObject([
                ("rope_type", "yarn"), ("factor", .number(factor)), ("beta_fast", .number(fast)),
                ("beta_slow", .number(slow)), ("original_max_position_embeddings", .integer(context)),
                ("attention_factor", .number(attention)), ("truncate", .bool(truncates)),
            ])
        }
    }
}
