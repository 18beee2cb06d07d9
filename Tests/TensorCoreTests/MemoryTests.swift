import TensorCore
import Testing

@Suite struct ArenaTests {
    @Test func tensorsAreAlignedAndApart() {
        let arena = Arena()
        var seen: [(UInt, Int)] = []
        for count in [1, 15, 16, 17, 1000, 0, 9_000_000] {
            let tensor = arena.tensor(count)
            #expect(UInt(bitPattern: tensor.pointer) % 64 == 0)
            tensor.fill(1)
            seen.append((UInt(bitPattern: tensor.pointer), max(count, 1) * 4))
        }
        for (index, a) in seen.enumerated() {
            for b in seen[(index + 1)...] { #expect(a.0 + UInt(a.1) <= b.0 || b.0 + UInt(b.1) <= a.0) }
        }
    }

    @Test func resetRecyclesTheSameMemory() {
        let arena = Arena()
        func step() -> [UnsafeMutablePointer<Float>] { [3000, 8_000_000, 20].map { arena.tensor($0).pointer } }
        let first = step()
        arena.reset()
        _ = step()
        arena.reset()
        #expect(arena.bytesInUse == 0)
        let third = step()
        #expect(first == third)
        #expect(arena.highWaterMark == (3008 + 8_000_000 + 32) * 4)
    }

    @Test func recycledRoomIsTakenByTheNextOfItsSize() {
        let arena = Arena()
        let a = arena.tensor(10, 10)
        let b = arena.tensor(10, 10)
        arena.recycle(a)
        #expect(arena.tensor(5, 20).pointer == a.pointer)
        #expect(arena.tensor(10, 10).pointer != b.pointer)
    }

    @Test func tensorsOutliveTheirArena() {
        let tensor = { () -> Tensor in
            let arena = Arena()
            return arena.tensor([1, 2, 3], shape: [3])
        }()
        #expect(tensor.values == [1, 2, 3])
    }
}

@Suite struct ParameterStoreTests {
    @Test func flatBuffersHoldEveryParameter() {
        let store = ParameterStore()
        store.add(name: "a", shape: [3, 5], decay: true)
        store.add(name: "b", shape: [7], decay: false, group: 1)
        store.allocate()
        #expect(store.parameterCount == 22)
        #expect(store.flatCount == 32)
        store["b"].value.fill(2)
        #expect(store.values[16] == 2 && store.values[0] == 0 && store.values[23] == 0)
        #expect(store.parameter(named: "c") == nil)
    }

    @Test func staleGradientsReadAsZero() {
        let store = ParameterStore()
        store.add(name: "a", shape: [4], decay: true)
        store.add(name: "b", shape: [4], decay: true)
        store.allocate()
        func contribute() {
            let tape = Tape(arena: Arena())
            tape.backward(from: tape.sum(tape.parameter(store["a"])))
        }
        contribute()
        contribute()
        #expect(store["a"].gradient?.values == [2, 2, 2, 2])
        store.zeroGradients()
        #expect(store.gradients.allSatisfy { $0 == 0 })
        store["b"].gradient?.fill(9)
        store.zeroGradients()
        contribute()
        #expect(Array(store.gradients[0..<4]) == [1, 1, 1, 1])
        #expect(store["b"].gradient?.values == [0, 0, 0, 0])
    }

    @Test func frozenStoresOverForeignMemory() {
        let owner = Tensor([1, 2, 3, 4], shape: [4])
        let store = ParameterStore(gradients: false)
        store.add(name: "w", shape: [3], mapped: owner.pointer + 1, owner: store)
        store.allocate()
        let tape = Tape(arena: Arena())
        let w = tape.parameter(store["w"])
        #expect(!w.requiresGradient && w.value.values == [2, 3, 4])
        #expect(store.gradients.isEmpty && store["w"].gradient == nil)
    }
}
