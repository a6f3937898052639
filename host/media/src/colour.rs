//! Colours: parsed strictly from `#rrggbb` and `#rrggbbaa`, and turned into BT.709 with limited range.

/// A colour with straight alpha; each part from 0.0 to 1.0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Rgba {
    pub r: f32,
    pub g: f32,
    pub b: f32,
    pub a: f32,
}

impl Rgba {
    /// Premultiplied by its alpha.
    pub fn premultiplied(self) -> [f32; 4] {
        [self.r * self.a, self.g * self.a, self.b * self.a, self.a]
    }
}

/// Reads `#rrggbb` or `#rrggbbaa`; nothing else, so that a typo is told and not drawn black.
pub(crate) fn parse(text: &str) -> Result<Rgba, String> {
    let wrong = || {
        let shown: String = text.chars().take(24).collect();
        format!("\"{shown}\" is not a colour; colours are written #rrggbb or #rrggbbaa")
    };
    let digits = text.strip_prefix('#').ok_or_else(wrong)?;
    if !matches!(digits.len(), 6 | 8) || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(wrong());
    }
    let part = |at: usize| -> Result<f32, String> {
        match digits.get(at..at + 2) {
            None => Ok(1.0),
            Some(pair) => u8::from_str_radix(pair, 16).map(|v| f32::from(v) / 255.0).map_err(|_| wrong()),
        }
    };
    Ok(Rgba { r: part(0)?, g: part(2)?, b: part(4)?, a: part(6)? })
}

/// BT.709 weights (Rec. ITU-R BT.709-6, 3.2).
const KR: f32 = 0.2126;
const KB: f32 = 0.0722;
const KG: f32 = 1.0 - KR - KB;

/// Luma code value, 16.0 to 235.0, of parts from 0.0 to 1.0.
#[inline(always)]
pub(crate) fn luma(r: f32, g: f32, b: f32) -> f32 {
    16.0 + 219.0 * (KR * r + KG * g + KB * b)
}

/// Blue and red difference code values, 16.0 to 240.0.
#[inline(always)]
pub(crate) fn chroma(r: f32, g: f32, b: f32) -> (f32, f32) {
    let y = KR * r + KG * g + KB * b;
    (128.0 + 224.0 * (b - y) / (2.0 * (1.0 - KB)), 128.0 + 224.0 * (r - y) / (2.0 * (1.0 - KR)))
}

/// The nearest code values of a colour.
pub(crate) fn yuv(c: Rgba) -> [u8; 3] {
    let (u, v) = chroma(c.r, c.g, c.b);
    [luma(c.r, c.g, c.b).round() as u8, u.round() as u8, v.round() as u8]
}

/// A threshold from 0.0 to just below 1.0 for rounding a value at a pixel up or down (interleaved gradient noise,
/// Jimenez 2014): gradients keep their mean over a few pixels, and so show no bands. It stands still in time, so
/// that the encoder need not code it again in every frame.
#[inline(always)]
pub(crate) fn dither(x: u32, y: u32) -> f32 {
    // The noise has no period; wrapping keeps the products small enough for f32 on large canvases.
    let (x, y) = ((x & 1023) as f32, (y & 1023) as f32);
    let inner = 0.067_110_56 * x + 0.005_837_15 * y;
    let noise = 52.982_918 * (inner - inner.floor());
    (noise - noise.floor()).min(0.999)
}

/// Rounds a code value at a threshold; whole values stay as they are.
#[inline(always)]
pub(crate) fn quantise(value: f32, threshold: f32) -> u8 {
    // The small bias makes up for values such as 234.9999 that are whole but for f32's rounding.
    (value + 0.002 + threshold * 0.997) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_parsed_strictly() {
        assert_eq!(parse("#ff000080").map(|c| (c.r, c.g)), Ok((1.0, 0.0)));
        for wrong in ["", "#", "red", "#fff", "#ff00zz", "#ff00000", "ff0000", "#ééé", "#+10000"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn known_colours_have_their_bt709_code_values() {
        let code = |text: &str| parse(text).map(yuv);
        assert_eq!(code("#000000"), Ok([16, 128, 128]));
        assert_eq!(code("#ffffff"), Ok([235, 128, 128]));
        assert_eq!(code("#ff0000"), Ok([63, 102, 240]));
        assert_eq!(code("#00ff00"), Ok([173, 42, 26]));
        assert_eq!(code("#0000ff"), Ok([32, 240, 118]));
    }

    #[test]
    fn dithering_leaves_whole_values_alone_and_keeps_the_mean_of_others() {
        let mean = |value: f32| {
            let sum: u32 = (0..64 * 64).map(|i| u32::from(quantise(value, dither(i % 64, i / 64)))).sum();
            sum as f32 / 4096.0
        };
        assert_eq!(mean(235.0), 235.0);
        assert_eq!(mean(16.0), 16.0);
        assert!((mean(100.3) - 100.3).abs() < 0.03, "{}", mean(100.3));
    }
}
