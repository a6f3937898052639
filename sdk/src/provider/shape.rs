//! Widths and heights. A model has a list of sizes or aspect ratios; the nearest to what is wanted is asked for.

/// Width and height of `1920x1080` or `16:9`; none where it is neither, or an edge is zero.
pub fn edges(text: &str) -> Option<(u32, u32)> {
    let (width, height) = text.trim().split_once(['x', ':'])?;
    let edges: (u32, u32) = (width.trim().parse().ok()?, height.trim().parse().ok()?);
    (edges.0 > 0 && edges.1 > 0).then_some(edges)
}

/// The frame of this aspect ratio (`16:9`) whose short edge has so many pixels, both edges even: 720 and `9:16` make
/// 720 by 1280. What is no aspect ratio is taken as `16:9`.
pub fn frame(aspect_ratio: &str, short: u32) -> (u32, u32) {
    let (width, height) = edges(aspect_ratio).unwrap_or((16, 9));
    let scale = f64::from(short) / f64::from(width.min(height));
    let even = |edge: u32| ((f64::from(edge) * scale / 2.0).round() as u32).saturating_mul(2).max(2);
    (even(width), even(height))
}

/// The option nearest to the wanted width and height: first by shape, then by the number of pixels. Options without
/// edges are passed over.
pub fn nearest<T>(
    wanted: (u32, u32),
    options: impl IntoIterator<Item = T>,
    edges: impl Fn(&T) -> Option<(u32, u32)>,
) -> Option<T> {
    let shape = |(width, height): (u32, u32)| (f64::from(width.max(1)) / f64::from(height.max(1))).ln();
    let pixels = |(width, height): (u32, u32)| (f64::from(width.max(1)) * f64::from(height.max(1))).ln();
    let far = |size| ((shape(size) - shape(wanted)).abs(), (pixels(size) - pixels(wanted)).abs());
    let options = options.into_iter().filter_map(|option| edges(&option).map(|size| (far(size), option)));
    let nearest = options.min_by(|(a, _), (b, _)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    nearest.map(|(_, option)| option)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_ratios_are_read_and_nothing_else() {
        assert_eq!(edges("1920x1080"), Some((1920, 1080)));
        assert_eq!(edges(" 16:9 "), Some((16, 9)));
        for text in ["", "wide", "16", "16:", "0:9", "-1x2", "1x2x3", "16:9.5"] {
            assert_eq!(edges(text), None, "{text}");
        }
    }

    #[test]
    fn a_frame_has_the_shape_and_its_short_edge() {
        for (ratio, short, size) in [
            ("16:9", 720, (1280, 720)),
            ("9:16", 720, (720, 1280)),
            ("1:1", 480, (480, 480)),
            ("21:9", 1080, (2520, 1080)),
            ("wide", 1080, (1920, 1080)),
            ("16:9", 0, (2, 2)),
        ] {
            assert_eq!(frame(ratio, short), size, "{ratio}");
        }
        frame("1:4294967295", u32::MAX);
    }

    #[test]
    fn the_shape_comes_before_the_number_of_pixels() {
        let of = |wanted, options: &[&'static str]| nearest(wanted, options.iter().copied(), |text| edges(text));
        assert_eq!(of((1920, 1080), &["1024x1024", "640x360", "1280x720"]), Some("1280x720"));
        assert_eq!(of((1920, 1080), &["1:1", "16:9", "9:16"]), Some("16:9"));
        assert_eq!(of((0, 0), &["16:9", "1:1"]), Some("1:1"));
        assert_eq!(of((4, 3), &["wide", "9:16"]), Some("9:16"));
        assert_eq!(of((4, 3), &["wide"]), None);
    }
}
