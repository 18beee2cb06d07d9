/// Collects the elements of an SVG picture and its extent.
struct SVGCanvas {
    private var elements: [String] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    enum Anchor: String { case start, middle, end }

    /// Names of the language and values stand in a monospaced font, headings in another.
    enum Face { case code, heading, note }

    /// The size of text for which no other is given.
    static let textSize = 11.0

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, _ paint: Paint, radius: Double = 0) {
        let rounding = radius > 0 ? #" rx="\#(Self.number(radius))""# : ""
        elements.append(
            #"<rect x="\#(Self.number(x))" y="\#(Self.number(y))" width="\#(Self.number(width))" height="\#(Self.number(height))"\#(rounding) \#(paint.attributes)/>"#
        )
        extend(x + width, y + height)
    }

    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, size: Double = textSize, face: Face = .code,
        bold: Bool = false, _ paint: Paint = .ink, rotated: Bool = false
    ) {
        var attributes = #"x="\#(Self.number(x))" y="\#(Self.number(y))" \#(paint.attributes)"#
        if anchor != .start { attributes += #" text-anchor="\#(anchor.rawValue)""# }
        if size != Self.textSize { attributes += #" font-size="\#(Self.number(size))""# }
        if bold { attributes += #" font-weight="bold""# }
        if face != .code {
            attributes += #" font-family="Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif""#
        }
        if face == .note { attributes += #" font-style="italic""# }
        if rotated { attributes += #" transform="rotate(-90 \#(Self.number(x)) \#(Self.number(y)))""# }
        elements.append("<text \(attributes)>\(Self.escaped(text))</text>")
        if !rotated, anchor == .start { extend(x + Self.width(of: text, size: size), y) }
    }

    /// Values side by side in boxes of one width; the text of a value too long for its box is made smaller.
    mutating func boxes(
        _ texts: [String], x: Double, y: Double, width: Double, height: Double, _ paint: Paint, rotated: Bool = false
    ) {
        for (column, text) in texts.enumerated() {
            box(text, x: x + Double(column) * width, y: y, width: width, height: height, paint, rotated: rotated)
        }
    }

    mutating func box(
        _ text: String, x: Double, y: Double, width: Double, height: Double, _ paint: Paint, rotated: Bool = false
    ) {
        rectangle(x: x, y: y, width: width, height: height, paint)
        if rotated { return self.text(text, x: x + width / 2 + 4, y: y + height / 2, anchor: .middle, rotated: true) }
        let size = min(Self.textSize, max(5, (width - 4) / Self.width(of: text, size: 1)))
        self.text(text, x: x + width / 2, y: y + height / 2 + size * 0.36, anchor: .middle, size: size)
    }

    /// A place in the drawing order, for what is to lie behind later elements.
    var mark: Int { elements.count }

    /// A panel behind everything drawn since the mark.
    mutating func panel(at mark: Int, x: Double, y: ClosedRange<Double>, width: Double) {
        var behind = SVGCanvas()
        behind.rectangle(x: x, y: y.lowerBound, width: width, height: y.upperBound - y.lowerBound, .panel, radius: 6)
        elements.insert(contentsOf: behind.elements, at: mark)
        extend(behind.width, behind.height)
    }

    mutating func extend(_ x: Double, _ y: Double) {
        width = max(width, x)
        height = max(height, y)
    }

    /// A monospaced font's advance is six tenths of its size.
    static func width(of text: String, size: Double = textSize) -> Double {
        Double(text.unicodeScalars.count) * size * 0.61
    }

    /// - Parameter margin: the room left free to the right and below.
    func render(title: String, margin: Double) -> String {
        let w = Self.number(width + margin)
        let h = Self.number(height + margin)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(w)" height="\(h)" viewBox="0 0 \(w) \(h)" font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="\(Self.number(Self.textSize))">
            <title>\(Self.escaped(title))</title>
            \(Paint.styleSheet)
            <rect width="100%" height="100%" \(Paint.page.attributes)/>
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
