import OrderedCollections

extension Evaluating {
    /// Runs the body of a loop once for all rounds: what it assigns has a node before it that stands for its value, and
    /// from what it is afterwards one can read what a round does. All that the body did is then taken back.
    ///
    /// - Returns: a refusal in place of the states where rounds differ in more than the values of s-ops.
    /// - Throws: where the evaluation was interrupted.
    func describedRepetition(
        _ rounds: Int, until halt: Name?, _ body: [Statement], at span: SourceSpan
    ) throws -> Repetition {
        func refused(_ reason: String, _ notes: [String] = []) -> Repetition {
            let error = error(
                .type, "the rounds of this loop cannot share their weights: \(reason)", at: span, notes: notes)
            return Repetition(rounds: rounds, span: span, states: [], refusal: error)
        }
        let kept = Kept(self)
        defer { kept.restore(self) }
        var before: [(name: String, initial: SOp?, previous: SOp)] = []
        for name in body.assignedNames {
            let isOwn = scope.variables[name] != nil
            switch scope.lookUp(name) {
            case nil:
                // Where the loop halts, the first round alone sets such a name without a condition.
                if halt == nil { before.append((name, nil, Self.standIn(for: nil, at: span))) }
            case .sop, .atom:
                guard isOwn || halt == nil, let value = scope.lookUp(name),
                    let initial = try? operand(value, "", at: span)
                else { return refused("'\(name)' comes from outside of the function that the loop stands in") }
                let previous = Self.standIn(for: initial, at: span)
                scope.variables[name] = .sop(previous)
                before.append((name, initial, previous))
            case .list, .dict, .selector, .function, .applied:
                // The body may assign it before it reads it, as it would a new name.
                guard isOwn else { return refused("the body changes '\(name)', which is no s-op") }
                scope.variables[name] = nil
            }
        }
        do {
            try round(until: halt, body)
        } catch let failure as RASPError {
            if failure.diagnostics.contains(where: { $0.code == .interrupted }) { throw failure }
            return refused("the body does more than compute s-ops from s-ops", failure.diagnostics.map(\.message))
        } catch is Suppressed { return refused("the body has an error") }
        var states: [Repetition.State] = []
        for (name, initial, previous) in before {
            guard let value = scope.lookUp(name), let next = try? operand(value, "", at: span) else {
                if initial == nil { continue }
                return refused("'\(name)' does not stay an s-op")
            }
            states.append(.init(name: name, initial: initial, previous: previous, next: next, last: nil))
        }
        return Repetition(rounds: rounds, span: span, states: states, refusal: nil)
    }

    /// A node of its own with the value of another, so that it can be evaluated on an example.
    private static func standIn(for initial: SOp?, at span: SourceSpan) -> SOp {
        let same = ElementwiseFunction.ofUndefinedToo("state") { $0[0] }
        return SOp(.elementwise(same, [initial ?? SOp(.indices)]), span: span)
    }

    /// Notes what the names of a described loop are after its last round.
    func finish(_ repetition: Repetition) {
        var repetition = repetition
        for index in repetition.states.indices {
            if case .sop(let last)? = scope.lookUp(repetition.states[index].name) {
                repetition.states[index].last = last
            }
        }
        repetitions.append(repetition)
    }
}

/// What the body of a loop can change, as it was before.
private struct Kept {
    private let scopes: [(scope: Scope, variables: OrderedDictionary<String, Value>, places: [String: SourceSpan])]
    private let poisoned: Set<String>
    private let out: Value?
    private let diagnostics: [Diagnostic]
    private let events: [Evaluating.Event]
    private let drawings: [Drawing]
    private let nodeNames: [GraphNode: String]
    private let counts: (steps: Int, storage: Int, nodes: Int, depth: Int, calls: Int)
    private let librarySpan: SourceSpan?
    private let current: Scope

    init(_ evaluating: Evaluating) {
        current = evaluating.scope
        var all = [current]
        while let target = all[all.count - 1].exportTarget { all.append(target) }
        scopes = all.map { ($0, $0.variables, $0.places) }
        (poisoned, out) = (current.poisoned, current.out)
        (diagnostics, events, drawings) = (evaluating.diagnostics, evaluating.events, evaluating.drawings)
        nodeNames = evaluating.nodeNames
        counts = (evaluating.steps, evaluating.storage, evaluating.nodes, evaluating.depth, evaluating.calls)
        librarySpan = evaluating.librarySpan
    }

    func restore(_ evaluating: Evaluating) {
        for (scope, variables, places) in scopes {
            scope.variables = variables
            scope.places = places
        }
        evaluating.scope = current
        (current.poisoned, current.out) = (poisoned, out)
        (evaluating.diagnostics, evaluating.events, evaluating.drawings) = (diagnostics, events, drawings)
        evaluating.nodeNames = nodeNames
        (evaluating.steps, evaluating.storage, evaluating.nodes, evaluating.depth, evaluating.calls) = counts
        evaluating.librarySpan = librarySpan
    }
}

extension [Statement] {
    /// Every name that running the statements can bind, once, in the order of the text.
    fileprivate var assignedNames: OrderedSet<String> {
        var names: OrderedSet<String> = []
        for statement in self {
            switch statement.kind {
            case .assign(let targets, _): names.formUnion(targets.map(\.text))
            case .function(let declaration): names.append(declaration.name.text)
            case .loop(let iteration, let body):
                names.formUnion(iteration.names.map(\.text))
                names.formUnion(body.assignedNames)
            case .repetition(_, _, let body): names.formUnion(body.assignedNames)
            case .broken(let targets): names.formUnion(targets)
            case .expression, .draw, .load, .command: break
            }
        }
        return names
    }
}
