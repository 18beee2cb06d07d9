import Basics

/// Text that is the same everywhere: made-up words with the frequencies of language, numbers, punctuation.
enum TrainingText {
    static func chunks(count: Int) -> [String] {
        var random = SeededRandom(seed: 11)
        let syllables = [
            "the", "an", "re", "in", "er", "on", "al", "st", "it", "ou", "b", "c", "l", "ä", "ß", "日", "本",
        ]
        let words = (0..<400).map { _ in
            (0...random.integer(below: 3)).map { _ in random.pick(syllables) }.joined()
        }
        return (0..<count).map { _ in
            (0..<50).map { index -> String in
                // Zipf's law, more or less: the square of a uniform draw.
                let rank = Int(random.uniform() * random.uniform() * 400)
                switch random.integer(below: 12) {
                case 0: return words[rank] + ","
                case 1: return words[rank].uppercased() + "."
                case 2: return String(random.integer(below: 2000))
                case 3: return "(" + words[rank] + ")"
                default: return words[rank]
                }
            }.joined(separator: " ") + "\n"
        }
    }
}
