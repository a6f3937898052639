//! Which size to ask for: the nearest one that the model paints.

use kinora_sdk::provider::shape;

/// The sizes all of OpenAI's image models paint.
const STANDARD: [(u32, u32); 3] = [(1024, 1024), (1536, 1024), (1024, 1536)];

/// What models of free size want: both edges in steps of 16 pixels and at most 3840, at most three times as long as
/// wide (OpenAI's API description), and so many pixels in all (its image guide, as quoted by several gateways).
const STEP: u32 = 16;
const LONGEST: u32 = 3840;
const PIXELS: std::ops::RangeInclusive<u32> = 655_360..=8_294_400;

/// The standard size nearest to the wanted one.
pub fn standard(wanted: (u32, u32)) -> String {
    let (width, height) = shape::nearest(wanted, STANDARD, |size| Some(*size)).unwrap_or(STANDARD[0]);
    format!("{width}x{height}")
}

/// The one of these (`1024x768`) nearest to the wanted size, or a standard one where none can be read.
pub fn one_of(sizes: &[String], wanted: (u32, u32)) -> String {
    shape::nearest(wanted, sizes, |size| shape::edges(size)).map_or_else(|| standard(wanted), String::clone)
}

/// The free size nearest to the wanted one: of the same shape as far as the limits allow.
pub fn free(wanted: (u32, u32)) -> String {
    let (width, height) = (f64::from(wanted.0.max(1)), f64::from(wanted.1.max(1)));
    let upright = height > width;
    let (long, short) = (width.max(height), width.min(height).max(width.max(height) / 3.0));
    let pixels = (long * short).clamp(f64::from(*PIXELS.start()), f64::from(*PIXELS.end()));
    let scale = (pixels / (long * short)).sqrt().min(f64::from(LONGEST) / long);
    let in_steps = |edge: f64| ((edge * scale / f64::from(STEP)).round() as u32 * STEP).clamp(STEP, LONGEST);
    let (mut long, mut short) = (in_steps(long), in_steps(short));
    // Rounding may have left the limits by a step.
    while long * short < *PIXELS.start() {
        short += STEP;
    }
    long = long.clamp(short, (3 * short).min(LONGEST));
    while long * short > *PIXELS.end() {
        long -= STEP;
    }
    if upright { format!("{short}x{long}") } else { format!("{long}x{short}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_size_of_the_same_shape_is_taken() {
        for (wanted, size) in [
            ((1920, 1080), "1536x1024"),
            ((1080, 1920), "1024x1536"),
            ((512, 512), "1024x1024"),
            ((1100, 1000), "1024x1024"),
            ((0, 0), "1024x1024"),
        ] {
            assert_eq!(standard(wanted), size);
        }
    }

    #[test]
    fn of_the_sizes_an_administrator_names_the_nearest_is_taken() {
        let sizes = ["512x512", "1024x1024", "768x512", "wide"].map(str::to_owned);
        assert_eq!(one_of(&sizes, (500, 500)), "512x512");
        assert_eq!(one_of(&sizes, (2000, 2000)), "1024x1024");
        assert_eq!(one_of(&sizes, (1920, 1080)), "768x512");
        assert_eq!(one_of(&["wide".to_owned()], (1920, 1080)), "1536x1024");
    }

    #[test]
    fn a_free_size_is_the_wanted_one_in_steps_of_sixteen_pixels() {
        for (wanted, size) in [
            ((1280, 720), "1280x720"),
            ((1920, 1080), "1920x1088"),
            ((1080, 1920), "1088x1920"),
            ((3840, 2160), "3840x2160"),
            ((7680, 4320), "3840x2160"),
        ] {
            assert_eq!(free(wanted), size);
        }
    }

    #[test]
    fn every_free_size_keeps_the_limits() {
        let edges = [0, 1, 15, 16, 333, 512, 719, 967, 1080, 1281, 1920, 2903, 3840, 3841, 5000, 100_000, u32::MAX];
        for width in edges {
            for height in edges {
                let size = free((width, height));
                let (w, h) = size.split_once('x').unwrap();
                let (w, h): (u32, u32) = (w.parse().unwrap(), h.parse().unwrap());
                assert!(w % STEP == 0 && h % STEP == 0 && w.max(h) <= LONGEST, "{width}x{height} became {size}");
                assert!(PIXELS.contains(&(w * h)), "{width}x{height} became {size}");
                assert!(w.max(h) <= 3 * w.min(h), "{width}x{height} became {size}");
                assert_eq!(w > h, width > height && w != h, "{width}x{height} became {size}");
            }
        }
    }
}
