/// Colours of a picture by what they stand for: on paper, and on a dark screen.
///
/// The light ones are attributes of every element, which any reader of SVG knows; the dark ones come from a style sheet
/// that viewers apply where the reader prefers a dark page.
enum Paint: String, CaseIterable {
    // Surfaces.
    case page, panel
    /// Entries of a matrix: not selected, selected.
    case blank, selected
    /// What a head reads, what it writes, what the feed-forward part holds.
    case value, result, state
    // Text.
    case ink, heading, faint, valueInk, resultInk

    /// `#rrggbb`, or nil for no outline.
    typealias Colours = (fill: String, stroke: String?)

    var light: Colours {
        switch self {
        case .page: ("#ffffff", nil)
        case .panel: ("#fafbfc", "#d5dae2")
        case .blank: ("#ffffff", "#c5d0dd")
        case .selected: ("#3f76b5", "#c5d0dd")
        case .value: ("#fdf3dd", "#d8bf83")
        case .result: ("#e3f1e3", "#8fbd92")
        case .state: ("#eef2f7", "#a9b8c9")
        case .ink: ("#1f2328", nil)
        case .heading: ("#2b4a6f", nil)
        case .faint: ("#6e7781", nil)
        case .valueInk: ("#7a5a14", nil)
        case .resultInk: ("#2f6b35", nil)
        }
    }

    private var dark: Colours {
        switch self {
        case .page: ("#0d1117", nil)
        case .panel: ("#151b23", "#30363d")
        case .blank: ("#0d1117", "#3d4651")
        case .selected: ("#6ba4e4", "#3d4651")
        case .value: ("#3a3017", "#7d6a35")
        case .result: ("#173321", "#3f7a4a")
        case .state: ("#1f2731", "#475362")
        case .ink: ("#e6edf3", nil)
        case .heading: ("#a5c8f0", nil)
        case .faint: ("#9198a1", nil)
        case .valueInk: ("#e0c377", nil)
        case .resultInk: ("#8fd19a", nil)
        }
    }

    /// `fill="…" stroke="…" class="…"`
    var attributes: String {
        let stroke = light.stroke.map { #" stroke="\#($0)""# } ?? ""
        return #"class="\#(rawValue)" fill="\#(light.fill)"\#(stroke)"#
    }

    static let styleSheet: String = {
        let rules = allCases.map { paint in
            ".\(paint.rawValue){fill:\(paint.dark.fill)\(paint.dark.stroke.map { ";stroke:\($0)" } ?? "")}"
        }
        return "<style>@media (prefers-color-scheme:dark){\(rules.joined())}</style>"
    }()
}
