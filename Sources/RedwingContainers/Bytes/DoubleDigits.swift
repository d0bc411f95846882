// The decimal digits of a double that read back the same: Grisu2 (Loitsch: "Printing Floating-Point
// Numbers Quickly and Accurately with Integers", 2010). It finds the shortest digits for all but
// about one double in a thousand, and for those a few more or others as short. Redis and Valkey
// print what Grisu2 finds, so an algorithm that is always right would be wrong here.

/// The significant digits of a number and the power of ten of the last one.
struct DecimalDigits {
    var count: Int
    var power: Int
}

/// A number as `significand` times two to the power of `exponent`.
private struct Scaled {
    var significand: UInt64
    var exponent: Int

    /// The product, rounded to 64 bits.
    static func * (left: Scaled, right: Scaled) -> Scaled {
        let product = left.significand.multipliedFullWidth(by: right.significand)
        return Scaled(
            significand: product.high &+ product.low &>> 63,
            exponent: left.exponent + right.exponent + 64)
    }
}

/// Writes the digits of a finite `value` above 0 to `digits`, which has room for 18.
func writeDigits(_ value: Double, to digits: UnsafeMutablePointer<UInt8>) -> DecimalDigits {
    let hidden: UInt64 = 1 << 52
    let biased = Int(value.bitPattern >> 52)
    let fraction = value.bitPattern & (hidden - 1)
    let significand = biased == 0 ? fraction : fraction | hidden
    let exponent = max(biased, 1) - 1075
    let shift = significand.leadingZeroBitCount
    let common = exponent - shift
    // Halfway to the neighbours; the one below a power of two is nearer.
    let lowerShift = significand == hidden ? 2 : 1
    let upper = (significand << 1 + 1) << (shift - 1)
    let lower = (significand << lowerShift - 1) << (shift - lowerShift)
    let (power, tens) = cachedPower(for: common)
    let number = Scaled(significand: significand << shift, exponent: common) * power
    let high = Scaled(significand: upper, exponent: common) * power
    let low = Scaled(significand: lower, exponent: common) * power
    // One unit inside, for the products are rounded.
    let top = high.significand - 1
    var generator = DigitGenerator(
        digits: digits, unitShift: UInt64(-high.exponent), top: top,
        width: top - (low.significand + 1), distance: top - number.significand)
    let last = generator.run()
    return DecimalDigits(count: generator.count, power: last - tens)
}

/// A power of ten that brings a number of binary exponent `exponent` to one in -60 ... -32, and
/// its decimal exponent.
private func cachedPower(for exponent: Int) -> (power: Scaled, tens: Int) {
    // From here to the next power that fits: two may, and the digits can depend on which.
    let estimate = Int(-Double(exponent + 87) * 0.30102999566398114)
    var index = (estimate + 348) / 8
    while true {
        let tens = index * 8 - 348
        // Two's logarithm of ten, in 1/65536.
        let binary = (tens * 217706) >> 16 - 63
        switch exponent + binary + 64 {
        case ..<(-60): index += 1
        case (-31)...: index -= 1
        default: return (Scaled(significand: powersOfTen[index], exponent: binary), tens)
        }
    }
}

/// Takes digits off the upper bound until what is left lies within the bounds.
private struct DigitGenerator {
    let digits: UnsafeMutablePointer<UInt8>
    /// The binary point's position.
    let unitShift: UInt64
    let top: UInt64
    /// How far the lower bound is from the upper one.
    var width: UInt64
    /// How far the number is from the upper bound.
    var distance: UInt64
    var count = 0

    init(
        digits: UnsafeMutablePointer<UInt8>, unitShift: UInt64, top: UInt64, width: UInt64,
        distance: UInt64
    ) {
        self.digits = digits
        self.unitShift = unitShift
        self.top = top
        self.width = width
        self.distance = distance
    }

    /// Generates all digits and returns the power of ten of the last.
    mutating func run() -> Int {
        let unit = UInt64(1) << unitShift
        var whole = top >> unitShift
        var rest = top & (unit - 1)
        var divisor: UInt64 = 1_000_000_000
        for power in stride(from: 9, through: 0, by: -1) {
            append(whole / divisor)
            whole %= divisor
            let left = whole << unitShift + rest
            if left <= width {
                round(left: left, step: divisor << unitShift)
                return power
            }
            divisor /= 10
        }
        var power = 0
        while true {
            rest = rest &* 10
            width = width &* 10
            distance = distance &* 10
            power -= 1
            append(rest >> unitShift)
            rest &= unit - 1
            if rest < width {
                round(left: rest, step: unit)
                return power
            }
        }
    }

    private mutating func append(_ digit: UInt64) {
        guard digit != 0 || count > 0 else { return }
        digits[count] = UInt8(truncatingIfNeeded: digit) &+ 0x30
        count += 1
    }

    /// Lowers the last digit as long as that brings the digits nearer to the number.
    private func round(left: UInt64, step: UInt64) {
        var left = left
        while left < distance, width &- left >= step,
            left &+ step < distance || distance &- left > left &+ step &- distance
        {
            digits[count - 1] &-= 1
            left = left &+ step
        }
    }
}

/// The powers of ten from -348 on in steps of 8: 64 bits each, rounded to the nearest.
private let powersOfTen: InlineArray<87, UInt64> = [
    0xfa8f_d5a0_081c_0288, 0xbaae_e17f_a23e_bf76, 0x8b16_fb20_3055_ac76,
    0xcf42_894a_5dce_35ea, 0x9a6b_b0aa_5565_3b2d, 0xe61a_cf03_3d1a_45df,
    0xab70_fe17_c79a_c6ca, 0xff77_b1fc_bebc_dc4f, 0xbe56_91ef_416b_d60c,
    0x8dd0_1fad_907f_fc3c, 0xd351_5c28_3155_9a83, 0x9d71_ac8f_ada6_c9b5,
    0xea9c_2277_23ee_8bcb, 0xaecc_4991_4078_536d, 0x823c_1279_5db6_ce57,
    0xc210_9436_4dfb_5637, 0x9096_ea6f_3848_984f, 0xd774_85cb_2582_3ac7,
    0xa086_cfcd_97bf_97f4, 0xef34_0a98_172a_ace5, 0xb238_67fb_2a35_b28e,
    0x84c8_d4df_d2c6_3f3b, 0xc5dd_4427_1ad3_cdba, 0x936b_9fce_bb25_c996,
    0xdbac_6c24_7d62_a584, 0xa3ab_6658_0d5f_daf6, 0xf3e2_f893_dec3_f126,
    0xb5b5_ada8_aaff_80b8, 0x8762_5f05_6c7c_4a8b, 0xc9bc_ff60_34c1_3053,
    0x964e_858c_91ba_2655, 0xdff9_7724_7029_7ebd, 0xa6df_bd9f_b8e5_b88f,
    0xf8a9_5fcf_8874_7d94, 0xb944_7093_8fa8_9bcf, 0x8a08_f0f8_bf0f_156b,
    0xcdb0_2555_6531_31b6, 0x993f_e2c6_d07b_7fac, 0xe45c_10c4_2a2b_3b06,
    0xaa24_2499_6973_92d3, 0xfd87_b5f2_8300_ca0e, 0xbce5_0864_9211_1aeb,
    0x8cbc_cc09_6f50_88cc, 0xd1b7_1758_e219_652c, 0x9c40_0000_0000_0000,
    0xe8d4_a510_0000_0000, 0xad78_ebc5_ac62_0000, 0x813f_3978_f894_0984,
    0xc097_ce7b_c907_15b3, 0x8f7e_32ce_7bea_5c70, 0xd5d2_38a4_abe9_8068,
    0x9f4f_2726_179a_2245, 0xed63_a231_d4c4_fb27, 0xb0de_6538_8cc8_ada8,
    0x83c7_088e_1aab_65db, 0xc45d_1df9_4271_1d9a, 0x924d_692c_a61b_e758,
    0xda01_ee64_1a70_8dea, 0xa26d_a399_9aef_774a, 0xf209_787b_b47d_6b85,
    0xb454_e4a1_79dd_1877, 0x865b_8692_5b9b_c5c2, 0xc835_53c5_c896_5d3d,
    0x952a_b45c_fa97_a0b3, 0xde46_9fbd_99a0_5fe3, 0xa59b_c234_db39_8c25,
    0xf6c6_9a72_a398_9f5c, 0xb7dc_bf53_54e9_bece, 0x88fc_f317_f222_41e2,
    0xcc20_ce9b_d35c_78a5, 0x9816_5af3_7b21_53df, 0xe2a0_b5dc_971f_303a,
    0xa8d9_d153_5ce3_b396, 0xfb9b_7cd9_a4a7_443c, 0xbb76_4c4c_a7a4_4410,
    0x8bab_8eef_b640_9c1a, 0xd01f_ef10_a657_842c, 0x9b10_a4e5_e991_3129,
    0xe710_9bfb_a19c_0c9d, 0xac28_20d9_623b_f429, 0x8044_4b5e_7aa7_cf85,
    0xbf21_e440_03ac_dd2d, 0x8e67_9c2f_5e44_ff8f, 0xd433_179d_9c8c_b841,
    0x9e19_db92_b4e3_1ba9, 0xeb96_bf6e_badf_77d9, 0xaf87_023b_9bf0_ee6b,
]
