import Circuits

/// How an element is painted: its class, for a dark screen, and the attributes for a light one.
enum CircuitPaint {
    static let ground = ##"class="ground" fill="#ffffff""##
    static let ink = ##"class="ink" fill="#1b1f24""##
    static let faint = ##"class="faint" fill="#68707a""##
    /// Outside the circuit.
    static let outside = ##"class="box outside" fill="#ffffff" stroke="#68707a" stroke-dasharray="3 3""##

    /// Behind a text, so that lines do not run through it.
    static func halo(_ paint: String) -> String {
        paint.replacing("class=\"", with: "class=\"halo ")
            + ##" stroke="#ffffff" stroke-width="3" paint-order="stroke""##
    }

    static func box(_ node: CircuitNode) -> String {
        ##"class="box \##(kind(node))" fill="#ffffff" stroke="\##(colour(node))""##
    }
    static func line(_ node: CircuitNode) -> String {
        ##"class="\##(kind(node))" fill="none" stroke="\##(colour(node))""##
    }

    /// An edge that ought not to be there.
    static let wrong = ##"class="wrong" fill="none" stroke="#c62828" stroke-dasharray="5 3""##

    private static func kind(_ node: CircuitNode) -> String {
        switch node {
        case .input, .logits: "end"
        case .head: "head"
        case .mlp: "mlp"
        }
    }

    private static func colour(_ node: CircuitNode) -> String {
        switch node {
        case .input, .logits: "#2a8a57"
        case .head: "#1f6fd1"
        case .mlp: "#d1681f"
        }
    }
}

/// A curve that leaves downwards and arrives downwards.
struct CircuitCurve {
    let from: (x: Double, y: Double)
    let to: (x: Double, y: Double)

    private var middle: Double { (from.y + to.y) / 2 }

    var path: String {
        let points = [from.x, from.y, from.x, middle, to.x, middle, to.x, to.y].map(Heatmap.number)
        return
            "M\(points[0]) \(points[1])C\(points[2]) \(points[3]) \(points[4]) \(points[5]) \(points[6]) \(points[7])"
    }

    /// A cubic Bézier curve at a parameter from 0 to 1.
    func point(at t: Double) -> (x: Double, y: Double) {
        let (s, u) = (1 - t, t * t * (3 - 2 * t))
        let y = s * s * s * from.y + 3 * s * t * middle + t * t * t * to.y
        return (from.x + u * (to.x - from.x), y)
    }
}

struct CircuitBox {
    let x: Double, y: Double, width: Double, height: Double

    func overlap(_ other: CircuitBox) -> Double {
        max(0, min(x + width, other.x + other.width) - max(x, other.x))
            * max(0, min(y + height, other.y + other.height) - max(y, other.y))
    }
}
