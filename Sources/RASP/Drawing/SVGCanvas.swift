/// Collects the elements of an SVG picture and its extent.
struct SVGCanvas {
    private var elements: [String] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    enum Anchor: String { case start, middle, end }

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, fill: String, stroke: String = "none", radius: Double = 0) {
        elements.append(
            #"<rect x="\#(Self.number(x))" y="\#(Self.number(y))" width="\#(Self.number(width))" height="\#(Self.number(height))" rx="\#(Self.number(radius))" fill="\#(fill)" stroke="\#(stroke)"/>"#)
        extend(x + width, y + height)
    }

    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = 11, bold: Bool = false,
        fill: String = "#222", rotated: Bool = false
    ) {
        let turn = rotated ? #" transform="rotate(-90 \#(Self.number(x)) \#(Self.number(y)))""# : ""
        let weight = bold ? #" font-weight="bold""# : ""
        elements.append(
            #"<text x="\#(Self.number(x))" y="\#(Self.number(y))" text-anchor="\#(anchor.rawValue)" font-size="\#(Self.number(size))" fill="\#(fill)"\#(weight)\#(turn)>\#(Self.escaped(text))</text>"#)
        if !rotated, anchor == .start { extend(x + Self.width(of: text, size: size), y) }
    }

    /// A place in the drawing order, for what is to lie behind later elements.
    var mark: Int { elements.count }

    /// A panel behind everything drawn since the mark.
    mutating func panel(at mark: Int, y: ClosedRange<Double>, width: Double) {
        elements.insert(
            ##"<rect x="8" y="\##(Self.number(y.lowerBound))" width="\##(Self.number(width - 8))" height="\##(Self.number(y.upperBound - y.lowerBound))" rx="6" fill="#fcfcfd" stroke="#d5dae2"/>"##,
            at: mark)
    }

    mutating func extend(_ x: Double, _ y: Double) {
        width = max(width, x)
        height = max(height, y)
    }

    /// A monospaced font's advance is six tenths of its size.
    static func width(of text: String, size: Double = 11) -> Double { Double(text.unicodeScalars.count) * size * 0.61 }

    func render(title: String) -> String {
        let w = Self.number(width + 16)
        let h = Self.number(height + 16)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace">
            <title>\(Self.escaped(title))</title>
            <rect width="100%" height="100%" fill="white"/>
            \(elements.joined(separator: "\n"))
            </svg>

            """
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case " ": result += "\u{A0}"
            // XML knows no control characters.
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func number(_ value: Double) -> String {
        let rounded = (value * 10).rounded() / 10
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
