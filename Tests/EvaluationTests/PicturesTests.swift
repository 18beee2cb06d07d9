import Pictures
import Testing

/// What reports are drawn with.
@Suite struct PicturesTests {
    /// Of the curves, without the legend's strokes at height 12.
    private func paths(_ svg: String) -> [String] {
        svg.matches(of: /class="series s[0-9]+" d="([^"]*)"/).map { String($0.output.1) }.filter {
            !$0.contains(" 12L")
        }
    }

    private func chart(_ series: [LineChart.Series], isLogarithmic: Bool = false) -> String {
        LineChart(title: "a < b", xLabel: "step", yLabel: "loss", series: series, isLogarithmic: isLogarithmic).svg()
    }

    /// The axes are at 58 and 448, and at 220 and 30.
    @Test func curvesLieWhereTheirNumbersAre() {
        let points = [(0.0, 0.0), (5, 0.5), (10, 1)].map { LineChart.Point(x: $0.0, y: $0.1) }
        let svg = chart([LineChart.Series(name: "x & y", points: points)])
        #expect(paths(svg) == ["M58 220L253 125L448 30"])
        #expect(svg.contains("a &lt; b") && svg.contains("x &amp; y") && !svg.contains("x & y"))
    }

    /// Powers of ten are evenly apart, and what has no logarithm is left out, with the series that has nothing else.
    @Test func aLogarithmicChartLeavesOutZero() {
        let one = LineChart.Series(
            name: "one", points: [(0.0, 0.0), (5, 1), (10, 100)].map { LineChart.Point(x: $0.0, y: $0.1) })
        let none = LineChart.Series(
            name: "none", points: [LineChart.Point(x: 3, y: .nan), LineChart.Point(x: 4, y: 0)])
        let svg = chart([none, one], isLogarithmic: true)
        #expect(paths(svg) == ["M58 220L448 30"])
        #expect(svg.contains(">one<") && !svg.contains(">none<"))
        #expect(chart([none], isLogarithmic: true) == "")
    }

    @Test func markupIsEscaped() {
        #expect(HTML.escape("<a href=\"x\">'&'</a>").contains("<") == false)
        #expect(HTML.escape("plain, 3 > 2").hasPrefix("plain, 3 "))
    }
}
