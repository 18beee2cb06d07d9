import Foundation

/// Curves as an SVG picture: axes, a legend, whiskers where points have intervals. Colours are the page's style
/// classes.
package struct LineChart {
    package struct Point {
        package var x: Double
        package var y: Double
        package var interval: ClosedRange<Double>?

        package init(x: Double, y: Double, interval: ClosedRange<Double>? = nil) {
            (self.x, self.y, self.interval) = (x, y, interval)
        }
    }

    package struct Series {
        package var name: String
        package var points: [Point]
        package var marksPoints = false

        package init(name: String, points: [Point], marksPoints: Bool = false) {
            (self.name, self.points, self.marksPoints) = (name, points, marksPoints)
        }
    }

    package var title: String
    package var xLabel: String
    package var yLabel: String
    package var series: [Series]
    /// Logarithmic, or from 0 to 1 as percent.
    package var isLogarithmic: Bool

    private let width = 460.0
    private let height = 260.0
    private let left = 58.0
    private let right = 12.0
    private let top = 30.0
    private let bottom = 40.0

    package init(title: String, xLabel: String, yLabel: String, series: [Series], isLogarithmic: Bool) {
        (self.title, self.xLabel, self.yLabel, self.series, self.isLogarithmic) = (
            title, xLabel, yLabel, series, isLogarithmic
        )
    }

    package func svg() -> String {
        let drawn = series.map { series in
            var series = series
            series.points = series.points.filter { $0.x.isFinite && $0.y.isFinite && (!isLogarithmic || $0.y > 0) }
            return series
        }.filter { !$0.points.isEmpty }
        let xs = drawn.flatMap { $0.points.map(\.x) }
        let ys = drawn.flatMap { $0.points.map(\.y) }
        guard let xLow = xs.min(), let xHigh = xs.max(), let yLow = ys.min(), let yHigh = ys.max() else { return "" }
        let xRange = xLow...max(xHigh, xLow + 1e-9)
        let yRange = isLogarithmic ? floor(log10(yLow))...max(ceil(log10(yHigh)), floor(log10(yLow)) + 1) : 0...1
        func x(_ value: Double) -> Double {
            left + (value - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound) * (width - left - right)
        }
        func y(_ value: Double) -> Double {
            let place = isLogarithmic ? log10(max(value, 1e-300)) : value
            let share = (place - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
            return height - bottom - min(max(share, 0), 1) * (height - top - bottom)
        }

        var out =
            "<svg class=\"chart\" viewBox=\"0 0 \(Heatmap.number(width)) \(Heatmap.number(height))\" width=\"\(Heatmap.number(width))\" "
            + "height=\"\(Heatmap.number(height))\" role=\"img\" aria-label=\"\(HTML.escape(title))\">\n"
        for tick in yTicks(yRange) {
            out += line(left, y(tick.value), width - right, y(tick.value), "grid")
            out += text(tick.label, x: left - 6, y: y(tick.value) + 3.5, anchor: "end")
        }
        for tick in Self.ticks(xRange) {
            out += line(x(tick), height - bottom, x(tick), height - bottom + 4, "grid")
            out += text(Self.label(tick), x: x(tick), y: height - bottom + 16, anchor: "middle")
        }
        out += text(xLabel, x: (left + width - right) / 2, y: height - 6, anchor: "middle")
        out +=
            "<text class=\"axis\" text-anchor=\"middle\" transform=\"translate(12 \(Heatmap.number((top + height - bottom) / 2))) rotate(-90)\">\(HTML.escape(yLabel))</text>\n"
        var legend = left
        for (index, series) in drawn.enumerated() {
            let path = series.points.enumerated().map { place, point in
                "\(place == 0 ? "M" : "L")\(Heatmap.number(x(point.x))) \(Heatmap.number(y(point.y)))"
            }.joined()
            out += "<path class=\"series s\(index)\" d=\"\(path)\"/>\n"
            for point in series.points where series.marksPoints {
                out +=
                    "<circle class=\"dot s\(index)\" cx=\"\(Heatmap.number(x(point.x)))\" cy=\"\(Heatmap.number(y(point.y)))\" r=\"3\"/>\n"
                if let interval = point.interval {
                    out += line(
                        x(point.x), y(interval.lowerBound), x(point.x), y(interval.upperBound), "series s\(index)")
                }
            }
            out += line(legend, 12, legend + 18, 12, "series s\(index)")
            out += text(series.name, x: legend + 23, y: 15.5, anchor: "start")
            legend += 40 + 6.2 * Double(series.name.count)
        }
        return out + "</svg>\n"
    }

    private func yTicks(_ range: ClosedRange<Double>) -> [(value: Double, label: String)] {
        if !isLogarithmic { return [0, 0.25, 0.5, 0.75, 1].map { ($0, "\(Int($0 * 100)) %") } }
        return (Int(range.lowerBound)...Int(range.upperBound)).map { (pow(10, Double($0)), "1e\($0)") }
    }

    /// Some five round numbers.
    private static func ticks(_ range: ClosedRange<Double>) -> [Double] {
        let span = range.upperBound - range.lowerBound
        let rough = pow(10, floor(log10(span / 4)))
        let step = [1, 2, 5, 10].map { $0 * rough }.first { span / $0 <= 5 } ?? span
        return stride(
            from: (range.lowerBound / step).rounded(.up) * step, through: range.upperBound + 1e-9 * span, by: step
        ).map { $0 }
    }

    private static func label(_ value: Double) -> String { String(format: "%g", value) }

    private func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ style: String) -> String {
        "<path class=\"\(style)\" d=\"M\(Heatmap.number(x1)) \(Heatmap.number(y1))L\(Heatmap.number(x2)) \(Heatmap.number(y2))\"/>\n"
    }

    private func text(_ text: String, x: Double, y: Double, anchor: String) -> String {
        "<text class=\"axis\" text-anchor=\"\(anchor)\" x=\"\(Heatmap.number(x))\" y=\"\(Heatmap.number(y))\">\(HTML.escape(text))</text>\n"
    }
}
