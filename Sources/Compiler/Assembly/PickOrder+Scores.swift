import Passes

extension PickOrder {
    /// The score of BOS beside that of all conditions.
    func sink(_ reader: Reader) -> LinearForm {
        var form = LinearForm(bias: -Self.gap * depth)
        if let square { form.add(Self.gap * squareUnit, reader.layout.scalar(square)) }
        return form
    }

    /// The dimensions of a head whose products are the score of a position.
    func dimensions(_ reader: Reader) -> [(query: LinearForm, key: LinearForm)] {
        let direction = reader.layout.scalar(position)
        var (key, slope) = (LinearForm(), LinearForm(bias: 1))
        guard let square else {
            key.add(occurrence == .first ? -Self.gap * positionUnit : Self.gap * positionUnit, direction)
            return [(slope, key)]
        }
        slope = LinearForm()
        slope.add(4 * Self.gap * positionUnit, direction)
        key.add(positionUnit, direction)
        var fall = LinearForm()
        fall.add(-Self.gap * squareUnit, reader.layout.scalar(square))
        return [(slope, key), (LinearForm(bias: 1), fall)]
    }
}
