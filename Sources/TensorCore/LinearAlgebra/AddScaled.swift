import CKernels

/// y = beta y + alpha x.
func addScaled(_ x: Tensor, _ alpha: Float, to y: Tensor, beta: Float) {
    Parallel.for(x.count, grain: elementwiseGrain) { range in
        kernel_axpby(range.count, alpha, x.pointer + range.lowerBound, beta, y.pointer + range.lowerBound)
    }
}
