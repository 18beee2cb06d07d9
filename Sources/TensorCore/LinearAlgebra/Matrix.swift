import CKernels
import COpenBLAS

/// A matrix in memory: `rows` x `columns` as stored, `stride` floats between rows, read transposed where asked.
public struct Matrix {
    public var pointer: UnsafePointer<Float>
    public var rows: Int
    public var columns: Int
    public var stride: Int
    public var transposed: Bool
    /// What keeps the memory alive, where the matrix is a tensor's.
    private var owner: AnyObject?

    public init(
        _ pointer: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int? = nil, transposed: Bool = false
    ) {
        self.pointer = pointer
        self.rows = rows
        self.columns = columns
        self.stride = stride ?? columns
        self.transposed = transposed
    }

    public init(_ tensor: Tensor, transposed: Bool = false) {
        self.init(tensor.pointer, rows: tensor.rows, columns: tensor.columns, transposed: transposed)
        owner = tensor.owner
    }

    public var transpose: Matrix {
        var result = self
        result.transposed.toggle()
        return result
    }

    /// Extents after transposition.
    var height: Int { transposed ? columns : rows }
    var width: Int { transposed ? rows : columns }

    /// Rows `range` of the matrix as read (columns of memory where transposed).
    func slice(rows range: Range<Int>) -> Matrix {
        var part = self
        if transposed {
            part.pointer += range.lowerBound
            part.columns = range.count
        } else {
            part.pointer += range.lowerBound * stride
            part.rows = range.count
        }
        return part
    }

    func slice(columns range: Range<Int>) -> Matrix {
        transpose.slice(rows: range).transpose
    }
}

extension BLAS {
    /// c = alpha a b + beta c, divided among all workers. With beta 0, c is never read, and `bias` (one value for each
    /// column) and `addend` (of the shape of c) are added where they are given.
    public static func multiply(
        _ a: Matrix, _ b: Matrix, into c: Tensor, alpha: Float = 1, beta: Float = 0, bias: Tensor? = nil,
        addedTo addend: Tensor? = nil, precision: NumberFormat = .fp32
    ) {
        precondition(c.rows == a.height && c.columns == b.width, "\(a.height)x\(b.width) product into \(c.shape)")
        withExtendedLifetime((a, b, c, bias, addend)) {
            multiply(
                a, b, into: c.pointer, stride: c.columns, alpha: alpha, beta: beta, bias: bias?.pointer,
                addedTo: addend?.pointer, precision: precision)
        }
    }

    /// The same into rows `stride` floats apart. The product is cut into a grid of blocks, one a worker; small ones
    /// are not cut, since handing out work costs about a microsecond and each block packs its operands anew.
    public static func multiply(
        _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int, alpha: Float = 1, beta: Float = 0,
        bias: UnsafePointer<Float>? = nil, addedTo addend: UnsafePointer<Float>? = nil, precision: NumberFormat = .fp32
    ) {
        precondition(beta == 0 || (bias == nil && addend == nil), "bias and addend take the place of the old contents")
        precondition(a.width == b.height, "product of \(a.height)x\(a.width) and \(b.height)x\(b.width)")
        let (height, width, depth) = (a.height, b.width, a.width)
        let operations = 2 * Double(height) * Double(width) * Double(depth)
        let workers = operations < smallestDividedProduct ? 1 : Parallel.threads
        let grid = division(height: height, width: width, workers: workers)
        Parallel.each(grid.rows * grid.columns) { piece in
            let tile = precision == .bf16 ? (rows: 14, columns: 32) : (rows: 16, columns: 16)
            let rows = blockRange(piece / grid.columns, of: grid.rows, count: height, unit: tile.rows)
            let columns = blockRange(piece % grid.columns, of: grid.columns, count: width, unit: tile.columns)
            guard !rows.isEmpty, !columns.isEmpty else { return }
            let target = c + rows.lowerBound * stride + columns.lowerBound
            // The block is first filled with what is to be added to the product, which brings it into this worker's
            // cache.
            let bias = bias.map { $0 + columns.lowerBound }
            if let addend {
                kernel_add_row(
                    rows.count, columns.count, addend + (target - c), bias, target, stride)
            } else if let bias {
                kernel_broadcast_row(rows.count, columns.count, bias, target, stride)
            }
            let scale = bias == nil && addend == nil ? beta : 1
            let (left, right) = (a.slice(rows: rows), b.slice(columns: columns))
            switch precision {
            case .fp32: serialMultiply(left, right, into: target, stride: stride, alpha: alpha, beta: scale)
            case .bf16: serialMultiplyBF16(left, right, into: target, stride: stride, alpha: alpha, beta: scale)
            }
        }
    }

    /// The product with operands rounded to bf16, on the calling thread.
    private static func serialMultiplyBF16(
        _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int, alpha: Float, beta: Float
    ) {
        let room = kernel_gemm_bf16_scratch(a.height, b.width, a.width)
        guard let scratch = heap_thread_scratch(room) else { Heap.exhausted(room * MemoryLayout<Float>.stride) }
        let operand = { (matrix: Matrix) in
            kernel_bf16_operand(
                pointer: matrix.pointer, stride: matrix.stride, transposed: matrix.transposed, is_bf16: false)
        }
        kernel_gemm_bf16(a.height, b.width, a.width, alpha, operand(a), operand(b), beta, c, stride, scratch)
    }

    /// The product on the calling thread.
    static func serialMultiply(
        _ a: Matrix, _ b: Matrix, into c: UnsafeMutablePointer<Float>, stride: Int, alpha: Float = 1, beta: Float = 0
    ) {
        _ = isReady
        let (height, width, depth) = (a.height, b.width, a.width)
        precondition(
            max(height, width, depth, a.stride, b.stride, stride) <= Int(Int32.max), "extent beyond 32 bits")
        guard height > 0, width > 0 else { return }
        cblas_sgemm(
            CblasRowMajor, a.transposed ? CblasTrans : CblasNoTrans, b.transposed ? CblasTrans : CblasNoTrans,
            Int32(height), Int32(width), Int32(depth), alpha, a.pointer, Int32(max(a.stride, 1)), b.pointer,
            Int32(max(b.stride, 1)), beta, c, Int32(max(stride, 1)))
    }

    /// Floating-point operations below which a product stays on one thread: about 10 microseconds of work.
    static let smallestDividedProduct = 4e6

    /// The grid of blocks with the least packing: every row of blocks reads all of b, every column all of a.
    package static func division(height: Int, width: Int, workers: Int) -> (rows: Int, columns: Int) {
        var best = (rows: 1, columns: 1)
        var bestCost = Double.infinity
        for rows in 1...max(workers, 1) where workers % rows == 0 {
            let columns = workers / rows
            let cost = Double(rows) * Double(width) + Double(columns) * Double(height)
            if cost < bestCost { (best, bestCost) = ((rows, columns), cost) }
        }
        return best
    }

    /// Block boundaries at multiples of `unit`, so that every block but the last has whole register tiles.
    package static func blockRange(_ index: Int, of pieces: Int, count: Int, unit: Int) -> Range<Int> {
        let units = (count + unit - 1) / unit
        let range = Parallel.range(of: index, pieces: pieces, count: units)
        return min(range.lowerBound * unit, count)..<min(range.upperBound * unit, count)
    }
}
