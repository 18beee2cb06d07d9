/// Bit-level conversions between fp32 and the two 16-bit formats.
///
/// Written with integer operations so that the loops over them are vectorised on processors without half-precision
/// instructions too.
public enum HalfPrecision {
    /// IEEE half to single; exact, subnormals, infinities and NaN included.
    @inlinable @inline(__always)
    public static func float(half bits: UInt16) -> Float {
        let magnitude = UInt32(bits & 0x7FFF) << 13
        let sign = UInt32(bits & 0x8000) << 16
        // Exponents are biased by 15 in one and 127 in the other; the product is exact for subnormals too.
        let scaled = (Float(bitPattern: magnitude) * 0x1p112).bitPattern
        let special = magnitude | 0x7F80_0000
        return Float(bitPattern: sign | (magnitude >= 0x0F80_0000 ? special : scaled))
    }

    @inlinable @inline(__always)
    public static func float(bfloat bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

    /// Single to bfloat16, rounded to nearest, ties to even; NaN stays NaN.
    @inlinable @inline(__always)
    public static func bfloat(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if bits & 0x7FFF_FFFF > 0x7F80_0000 { return UInt16(bits >> 16) | 0x0040 }
        return UInt16((bits &+ 0x7FFF &+ ((bits >> 16) & 1)) >> 16)
    }

    /// Single to IEEE half, rounded to nearest, ties to even; beyond 65,504 it becomes infinity.
    @inlinable
    public static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        let sign = UInt16((bits >> 16) & 0x8000)
        let magnitude = bits & 0x7FFF_FFFF
        if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
        if magnitude >= 0x4780_0000 { return sign | 0x7C00 }  // 65,536 and above
        if magnitude < 0x3880_0000 {  // below 2^-14: the half is subnormal
            // Adding 0.5 leaves the half's 10 bits, rounded to even, in the low bits of the sum.
            let shifted = Float(bitPattern: magnitude) + 0.5
            return sign | UInt16(shifted.bitPattern &- Float(0.5).bitPattern)
        }
        let rounded = magnitude &- 0x3800_0000 &+ 0x0FFF &+ ((magnitude >> 13) & 1)
        return sign | UInt16(rounded >> 13)  // a carry into the exponent is right, up to infinity
    }
}
