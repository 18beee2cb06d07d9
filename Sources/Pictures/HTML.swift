/// What every page the package writes shares.
package enum HTML {
    /// Text as it may stand in element content and in double-quoted attributes.
    package static func escape(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    package static let style = """
        :root { color-scheme: light dark; --ground: #ffffff; --ink: #1b1f24; --faint: #68707a; --line: #d9dde2;
          --positive: #1f6fd1; --negative: #d1681f; --bad: #c62828; --band: #00000009;
          --third: #2a8a57; }
        @media (prefers-color-scheme: dark) { :root { --ground: #14171a; --ink: #e6e8ea; --faint: #98a1ab; --line: #333a41;
          --positive: #6cb0ff; --negative: #ffac6b; --bad: #ff7b72; --band: #ffffff0c;
          --third: #6fd39c; } }
        body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto;
          max-width: 75rem; padding: 0 1rem; }
        h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .3rem; }
        p.note, figcaption { color: var(--faint); }
        figure { margin: 1.5rem 0; overflow-x: auto; }
        svg.heatmap .hp { fill: var(--positive); } svg.heatmap .hn { fill: var(--negative); }
        svg .band { fill: var(--band); }
        svg:not(.circuit) text { fill: var(--ink); font: 10px ui-monospace, monospace; white-space: pre; }
        svg text.differs { fill: var(--bad); font-weight: 700; }
        svg.chart .grid { stroke: var(--line); fill: none; } svg.chart .series { fill: none; stroke-width: 1.6; }
        .s0 { stroke: var(--positive); } .s1 { stroke: var(--negative); } .s2 { stroke: var(--third); }
        .dot.s0 { fill: var(--positive); } .dot.s1 { fill: var(--negative); } .dot.s2 { fill: var(--third); }
        .charts { display: flex; flex-wrap: wrap; gap: 0 2rem; } .charts figcaption { max-width: 29rem; }
        .circuits { display: flex; flex-wrap: wrap; gap: 0 2rem; align-items: flex-start; }
        .circuits figure { flex: 1 1 26rem; min-width: 0; } .circuits svg { max-width: 100%; height: auto; }
        .circuits figcaption { max-width: 34rem; } summary { cursor: pointer; font-weight: 600; margin: .6rem 0; }
        svg text.axis { fill: var(--faint); }
        .scroll { overflow-x: auto; }
        table { border-collapse: collapse; font: 13px ui-monospace, monospace; }
        th, td { border: 1px solid var(--line); padding: .15rem .45rem; text-align: right; white-space: pre; }
        tr.groups th { text-align: center; } tr.titles th { white-space: normal; vertical-align: bottom; }
        .scroll tr > th:first-child { text-align: left; position: sticky; left: 0; background: var(--ground); }
        th { color: var(--faint); font-weight: 600; } td.faint, td small { color: var(--faint); }
        td.shaded small { color: inherit; }
        td.differs { color: var(--bad); font-weight: 700; }
        """

    /// A page that needs nothing else: no script, no font, no picture from elsewhere.
    package static func page(title: String, body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(escape(title))</title>
        <style>
        \(style)
        </style></head>
        <body>
        \(body)
        </body></html>

        """
    }
}
