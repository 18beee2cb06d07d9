import CKernels

/// Where the columns of all heads lie in a matrix whose rows hold more than them: of queries, say, in a product that has
/// queries, keys and values.
public struct HeadColumns: Sendable, Equatable {
    public let heads: Int
    /// W, columns of one head.
    public let width: Int
    /// Where those of the first head begin.
    public let start: Int
    /// How far each head's first column is from the one before.
    public let stride: Int

    public init(heads: Int, width: Int, start: Int = 0, stride: Int? = nil) {
        (self.heads, self.width, self.start, self.stride) = (heads, width, start, stride ?? width)
        precondition(heads > 0 && width > 0 && start >= 0 && self.stride >= width, "heads that overlap")
    }

    /// The columns of one head.
    public func columns(_ head: Int) -> Range<Int> { start + head * stride..<start + head * stride + width }

    /// Whether there are no other columns between them.
    public var isTogether: Bool { stride == width || heads == 1 }

    /// The columns of all heads, in as few ranges as there can be.
    public var ranges: [Range<Int>] { isTogether ? [start..<end] : (0..<heads).map(columns) }

    /// One more than the last column.
    var end: Int { columns(heads - 1).upperBound }
}

extension Tape {
    /// The columns of all heads, side by side: y[n, h W + j] = x[n, start + h stride + j].
    ///
    /// x: [N, I]; y: [N, H W].
    ///
    /// Backward: dx[n, start + h stride + j] += dy[n, h W + j].
    public func headColumns(_ x: Variable, _ places: HeadColumns) -> Variable {
        let (rows, source) = (x.value.rows, x.value.columns)
        precondition(places.end <= source, "head columns: x \(x.shape), heads up to column \(places.end)")
        let target = places.heads * places.width
        let grain = max(1, elementwiseGrain / target)
        let y = arena.tensor(rows, target)
        Profile.measure("head columns") {
            Parallel.for(rows, grain: grain) { range in
                for row in range {
                    for head in 0..<places.heads {
                        (y.pointer + row * target + head * places.width).update(
                            from: x.value.pointer + row * source + places.columns(head).lowerBound,
                            count: places.width)
                    }
                }
            }
        }
        return record(y, inputs: [x]) { dy in
            Profile.measure("head columns backward") {
                x.accumulate { dx, beta in
                    if beta == 0 { dx.fill(0) }
                    Parallel.for(rows, grain: grain) { range in
                        for row in range {
                            for head in 0..<places.heads {
                                kernel_axpby(
                                    places.width, 1, dy.pointer + row * target + head * places.width, 1,
                                    dx.pointer + row * source + places.columns(head).lowerBound)
                            }
                        }
                    }
                }
            }
        }
    }
}
