extension CircuitTopology {
    /// All edges in the order in which a circuit grows from the logits: at each step the edge with the highest score
    /// among those that lead to a node of the circuit, whose writer then belongs to it (`Graph.apply_greedy` of
    /// hannamw/EAP-IG). Among equal scores, edges of nodes that joined earlier come first, and among those of one node
    /// the earlier edge.
    func greedyOrder(_ scores: [Double]) -> [Int] {
        struct Candidate {
            let score: Double
            /// How many nodes had joined before the one that the edge leads to, and the edge.
            let joined: Int
            let edge: Int

            func isBehind(_ other: Candidate) -> Bool {
                (score, -joined, -edge) < (other.score, -other.joined, -other.edge)
            }
        }
        // A binary heap with the best candidate on top.
        var heap: [Candidate] = []
        func push(_ candidate: Candidate) {
            heap.append(candidate)
            var place = heap.count - 1
            while place > 0, heap[(place - 1) / 2].isBehind(heap[place]) {
                heap.swapAt(place, (place - 1) / 2)
                place = (place - 1) / 2
            }
        }
        func pop() -> Candidate? {
            guard let best = heap.first, let last = heap.popLast() else { return nil }
            if heap.isEmpty { return best }
            heap[0] = last
            var place = 0
            while true {
                var top = place
                for child in [2 * place + 1, 2 * place + 2] where child < heap.count && heap[top].isBehind(heap[child])
                {
                    top = child
                }
                if top == place { return best }
                heap.swapAt(top, place)
                place = top
            }
        }

        var hasJoined = Array(repeating: false, count: nodeCount)
        var joined = 0
        func join(_ node: Int) {
            hasJoined[node] = true
            for edge in incoming[node] { push(Candidate(score: scores[edge], joined: joined, edge: edge)) }
            joined += 1
        }
        join(logits)
        var order: [Int] = []
        while let candidate = pop() {
            order.append(candidate.edge)
            let writer = writers[candidate.edge]
            if !hasJoined[writer] { join(writer) }
        }
        return order
    }
}
