//! Numbers that come out the same natively and in a component. Only operations that IEEE 754 defines exactly are
//! used (no `sin` of the platform), and what leaves this crate is rounded.

/// Rounds to hundredths; what is not a number becomes 0.
pub fn tidy(value: f32) -> f32 {
    round_to(value, 100.0)
}

/// Rounds to thousandths; for opacities, scales and offsets.
pub fn fine(value: f32) -> f32 {
    round_to(value, 1000.0)
}

fn round_to(value: f32, parts: f32) -> f32 {
    if !value.is_finite() {
        return 0.0;
    }
    let rounded = (value * parts).round() / parts;
    // No negative zero: it would print as `-0.0`.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// Appends a coordinate with at most one decimal: a tenth of a pixel is finer than anybody sees.
pub fn write_coordinate(out: &mut String, value: f32) {
    let tenths = (tidy(value) * 10.0).round() as i64;
    if tenths < 0 {
        out.push('-');
    }
    let tenths = tenths.unsigned_abs();
    out.push_str(&(tenths / 10).to_string());
    if !tenths.is_multiple_of(10) {
        out.push('.');
        out.push(char::from(b'0' + (tenths % 10) as u8));
    }
}

/// The sine of an angle in turns (1.0 is a full circle), good to 0.001.
pub fn wave(turns: f32) -> f32 {
    let t = turns - turns.floor();
    let (t, sign) = if t < 0.5 { (t, 1.0) } else { (t - 0.5, -1.0) };
    // Bhaskara's approximation of the half wave.
    let p = t * (0.5 - t);
    sign * 16.0 * p / (1.25 - 4.0 * p)
}

/// The cosine of an angle in turns.
pub fn cowave(turns: f32) -> f32 {
    wave(turns + 0.25)
}

/// From `a` at 0.0 to `b` at 1.0.
pub fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wave_is_close_to_the_sine() {
        for step in -200..200 {
            let turns = step as f32 / 100.0;
            let sine = (turns * std::f32::consts::TAU).sin();
            assert!((wave(turns) - sine).abs() < 0.002, "{turns}");
        }
    }

    #[test]
    fn coordinates_are_short() {
        let mut out = String::new();
        for value in [1.0, -0.04, 12.34, -7.55, f32::NAN] {
            write_coordinate(&mut out, value);
            out.push(' ');
        }
        assert_eq!(out, "1 0 12.3 -7.6 0 ");
    }
}
