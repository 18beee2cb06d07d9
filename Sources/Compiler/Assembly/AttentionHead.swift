import Passes

/// Heads whose logits are `scale x (terms of the selector that hold)`, with BOS as the sink.
///
/// A position is selected when all m terms hold: its logit is m scale, every other one's at most (m-1) scale. BOS
/// scores in between, (m - 1/2) scale, for an aggregate: it gets all attention when nothing is selected, and writes the
/// default. For a width BOS scores m scale, as much as a selected position. Where one of the positions is picked, scores
/// that order them are added (`PickOrder`), and each term weighs more than all of those. Logits are not divided by the
/// square root of the key size.
struct AttentionHead {
    let reader: Reader

    func plan(_ form: SelectorForm, countsBOS: Bool) -> HeadPlan {
        var head = HeadPlan(countsBOS: countsBOS, largestWidth: form.largestWidth)
        if let order = form.order { head.conditionWeight = order.conditionWeight }
        for term in form.terms { add(term, to: &head) }
        let hits = Double(form.terms.count)
        var sink = LinearForm(bias: head.conditionWeight * hits)
        if let order = form.order {
            let first = head.keys.count
            for (query, key) in order.dimensions(reader) {
                head.queries.append(query)
                head.keys.append(key)
            }
            head.order = first..<head.keys.count
            sink.add(order.sink(reader))
        } else if !countsBOS {
            sink.bias -= head.conditionWeight / 2
        }
        // BOS itself attends to nothing but BOS, whatever the other dimensions of its query hold.
        sink.add(head.conditionWeight * (hits + 1), reader.layout.bos)
        var isBOS = LinearForm()
        isBOS.add(1, reader.layout.bos)
        head.queries.append(sink)
        head.keys.append(isBOS)
        return head
    }

    /// A dimension for each class on the side that has fewer.
    private func add(_ term: SelectorForm.Term, to head: inout HeadPlan) {
        let keys = (0..<term.keyClasses).map { indicator(term.key, $0) }
        let queries = (0..<term.queryClasses).map { indicator(term.query, $0) }
        let usedKeys = keys.indices.filter { key in queries.indices.contains { term.holds(key: key, query: $0) } }
        let usedQueries = queries.indices.filter { query in keys.indices.contains { term.holds(key: $0, query: query) }
        }
        let first = head.keys.count
        defer { head.terms.append((first..<head.keys.count, usedKeys.count <= usedQueries.count)) }
        if usedKeys.count <= usedQueries.count {
            for key in usedKeys {
                head.keys.append(keys[key])
                head.queries.append(
                    united(
                        queries, usedQueries.filter { term.holds(key: key, query: $0) }, term.query,
                        head.conditionWeight))
            }
        } else {
            for query in usedQueries {
                head.keys.append(united(keys, usedKeys.filter { term.holds(key: $0, query: query) }, term.key, 1))
                var scaled = LinearForm()
                scaled.add(queries[query], times: head.conditionWeight)
                head.queries.append(scaled)
            }
        }
    }

    private func indicator(_ axis: Axis?, _ number: Int) -> LinearForm {
        if let axis { return reader.indicator(axis, axis.members, number) }
        var everywhere = LinearForm(bias: 1)
        everywhere.add(-1, reader.layout.bos)
        return everywhere
    }

    private func united(_ forms: [LinearForm], _ chosen: [Int], _ axis: Axis?, _ factor: Double) -> LinearForm {
        var form = LinearForm()
        if let axis {
            let members = axis.members
            form.add(reader.indicator(axis.variable, chosen.flatMap { members[$0] }.sorted()), times: factor)
        } else {
            for index in chosen { form.add(forms[index], times: factor) }
        }
        return form
    }

    /// A dimension for each value that is written.
    func addGather(_ read: GatherRead, into target: VariableNumber, to head: inout HeadPlan) {
        let variable = reader.variables[target]
        for output in variable.values.indices where variable.values[output] != nil {
            var value = LinearForm()
            if let source = read.source {
                let values = read.outputOfValue.indices.filter { read.outputOfValue[$0] == output }
                if !values.isEmpty { value.add(reader.indicator(source, values)) }
            } else if read.outputOfValue[0] == output {
                value.bias = 1
                value.add(-1, reader.layout.bos)
            }
            if read.defaultOutput == output { value.add(1, reader.layout.bos) }
            append(value, reader.layout.oneHot(target, output), isCopy: true, to: &head)
        }
    }

    func addMean(_ read: MeanRead, into target: VariableNumber, to head: inout HeadPlan) {
        var value = LinearForm()
        if read.numberOfValue.isEmpty {
            value.add(1, reader.layout.scalar(read.source))
        } else {
            value = reader.sum(read.numberOfValue, Axis(variable: read.source, valueCount: read.numberOfValue.count))
        }
        value.add(read.defaultNumber, reader.layout.bos)
        append(value, reader.layout.scalar(target), to: &head)
        if let flag = reader.layout.flag(target) { append(bosShare, flag, to: &head) }
    }

    func addWidth(into target: VariableNumber, to head: inout HeadPlan) {
        append(bosShare, reader.layout.scalar(target), isShare: true, to: &head)
    }

    /// Every position adds its number, and BOS the constant.
    func addBalance(_ read: BalanceRead, into target: VariableNumber, to head: inout HeadPlan) {
        var value = LinearForm(bias: read.everywhere)
        value.add(read.constant - read.everywhere, reader.layout.bos)
        for term in read.terms {
            value.add(reader.sum(term.numbers, Axis(variable: term.source, valueCount: term.numbers.count)))
        }
        append(value, reader.layout.scalar(target), to: &head)
    }

    private var bosShare: LinearForm {
        var value = LinearForm()
        value.add(1, reader.layout.bos)
        return value
    }

    private func append(
        _ value: LinearForm, _ direction: Direction, isCopy: Bool = false, isShare: Bool = false,
        to head: inout HeadPlan
    ) {
        guard value != LinearForm() else { return }
        if let index = head.values.firstIndex(of: value) {
            head.outputs[index].append((direction, 1))
            head.isCopy[index] = head.isCopy[index] && isCopy
            head.isShare[index] = head.isShare[index] && isShare
        } else {
            head.values.append(value)
            head.outputs.append([(direction, 1)])
            head.isCopy.append(isCopy)
            head.isShare.append(isShare)
        }
    }
}
