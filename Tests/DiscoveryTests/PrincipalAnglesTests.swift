import Discovery
import Foundation
import TensorCore
import Testing

@Suite struct PrincipalAnglesTests {
    /// A plane and another one that shares a direction with it and is turned by 30 degrees about that.
    @Test func anglesOfPlanes() throws {
        let turned = [Float(cos(Double.pi / 6)), Float(sin(Double.pi / 6))]
        let first = Tensor([1, 0, 0, 0, 2, 0], shape: [2, 3])
        let second = Tensor([3, 0, 0, 1, turned[0], turned[1]], shape: [2, 3])
        let angles = try PrincipalAngles(first, second)
        #expect(angles.cosines.count == 2)
        #expect(abs(angles.degrees[0]) < 0.1 && abs(angles.degrees[1] - 30) < 1e-3)
        #expect(abs((angles.overlap ?? 0) - (1 + 0.75) / 2) < 1e-6)
    }

    @Test func containedAndOrthogonalSubspaces() throws {
        let line = Tensor([1, 1, 0], shape: [1, 3])
        #expect(abs((try PrincipalAngles(line, Tensor([1, 0, 0, 0, 1, 0], shape: [2, 3])).overlap ?? 0) - 1) < 1e-6)
        #expect(abs(try PrincipalAngles(line, Tensor([0, 0, 5], shape: [1, 3])).overlap ?? 1) < 1e-6)
        #expect(try PrincipalAngles(line, Tensor([0, 0, 0], shape: [1, 3])).overlap == nil)
    }
}
