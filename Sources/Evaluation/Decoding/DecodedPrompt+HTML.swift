import Foundation
import Pictures
import RASP

extension DecodedPrompt {
    /// A page of its own: the table of decoded variables, and the residual stream raw and mapped (figures 4 to 6 of the
    /// paper).
    public func html(title: String = "Decoded variables") -> String {
        var body = "<h1>\(HTML.escape(title))</h1>\n"
        body += "<p>Prompt: <code>\(HTML.escape(prompt))</code></p>\n"
        body +=
            "<p class=\"note\">Residual stream after layer \(layer) of the student. \(Self.percent(agreement)) of the values equal the "
            + "interpreter's; a value that differs is marked, with the interpreter's behind it.</p>\n"
        body += table
        body += "<h2>The same activations through the linear map</h2>\n"
        body += figure(
            heatmap(
                mapped, groups: mappedGroups, title: "Mapped residual stream",
                caption: "One column a direction of the compiled model: blue is positive, orange negative."))
        body += "<h2>The raw residual stream</h2>\n"
        body += figure(rawHeatmap)
        return HTML.page(title: title, body: body)
    }

    private static func percent(_ share: Double) -> String {
        String(format: "%.1f %%", (share * 1000).rounded(.down) / 10)
    }

    /// Tokens as rows, so that a long prompt reads downward.
    private var table: String {
        var out = "<div class=\"scroll\"><table>\n<tr><th>token</th>"
        for variable in variables { out += "<th>\(HTML.escape(variable.name))</th>" }
        out += "</tr>\n"
        for (row, token) in tokens.enumerated() {
            out += "<tr><th>\(HTML.escape(Self.visible(token)))</th>"
            for variable in variables {
                let decoded = Self.text(variable.decoded[row])
                if variable.differs(at: row) {
                    out +=
                        "<td class=\"differs\">\(HTML.escape(decoded)) \u{2260} \(HTML.escape(Self.text(variable.expected[row])))</td>"
                } else {
                    out += "<td>\(HTML.escape(decoded))</td>"
                }
            }
            out += "</tr>\n"
        }
        return out + "</table></div>\n"
    }

    /// The student's own coordinates (figure 4 of the paper).
    package var rawHeatmap: Heatmap {
        heatmap(raw, groups: [], title: "Raw residual stream", caption: "One column a coordinate of the student.")
    }

    private func heatmap(_ values: [Float], groups: [Heatmap.Group], title: String, caption: String) -> Heatmap {
        Heatmap(
            title: title, caption: caption, rowLabels: tokens.map(Self.visible),
            columns: tokens.isEmpty ? 0 : values.count / tokens.count, values: values, groups: groups)
    }

    private func figure(_ heatmap: Heatmap) -> String {
        "<figure>\(heatmap.svg())<figcaption>\(HTML.escape(heatmap.caption))</figcaption></figure>\n"
    }

    package static func text(_ atom: Atom?) -> String { atom.map { VisibleText.cell($0.shown) } ?? "\u{2013}" }

    /// A token with its white space visible.
    package static func visible(_ token: String) -> String { VisibleText.token(token) }
}
