//! Pictures and clips: the offline provider has no pixels of its own, it asks for a drawing of the prompt, which a
//! renderer composes and the host rasterises.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Drawing, ImageOperation, MediaItem, MediaOutcome, Outcome, Rate, Usage, VideoOperation};

use crate::MADE_BY;
use crate::seed::hash;

/// The shortest and the longest side of what is drawn, in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 16..=8192;

/// The shortest and the longest clip, in seconds.
const SECONDS: std::ops::RangeInclusive<f64> = 0.5..=60.0;

/// Frames per second of clips.
const RATE: Rate = Rate { num: 30, den: 1 };

/// The height of a clip that asks for none, in pixels.
const HEIGHT: u32 = 720;

/// What is written at the edge of every drawing.
pub(crate) const MARK: &str = "offline provider";

/// Draws a picture.
pub fn picture(operation: &ImageOperation) -> Result<Outcome, ProviderError> {
    check_prompt(&operation.prompt)?;
    check_size(operation.width, operation.height)?;
    let drawing = Drawing {
        style: operation.style.clone(),
        mood: operation.mood.clone(),
        ..illustration(&operation.prompt, operation.seed, operation.width, operation.height, 1)
    };
    Ok(outcome(drawing, Usage { pictures: 1, ..Usage::default() }, Vec::new()))
}

/// Draws a clip of what the prompt shows.
pub fn clip(operation: &VideoOperation) -> Result<Outcome, ProviderError> {
    check_prompt(&operation.prompt)?;
    check_seconds(operation.duration)?;
    let height = operation.resolution.unwrap_or(HEIGHT);
    let (width, height) = size(&operation.aspect_ratio, height)?;
    let frames = (operation.duration * RATE.as_f64()).round() as u32;
    let drawing = illustration(&operation.prompt, operation.seed, width, height, frames);
    let video_ms = u64::from(frames) * 1000 / u64::from(RATE.num);
    Ok(outcome(drawing, Usage { video_ms, ..Usage::default() }, Vec::new()))
}

fn illustration(prompt: &str, seed: Option<u64>, width: u32, height: u32, frames: u32) -> Drawing {
    Drawing {
        kind: "illustration".to_owned(),
        width,
        height,
        rate: RATE,
        frames,
        seed: seed.unwrap_or_else(|| hash(prompt)),
        title: String::new(),
        subtitle: String::new(),
        subject: prompt.to_owned(),
        style: String::new(),
        mood: String::new(),
        mark: MARK.to_owned(),
        data: Vec::new(),
    }
}

pub(crate) fn outcome(drawing: Drawing, usage: Usage, warnings: Vec<String>) -> Outcome {
    Outcome::Media(MediaOutcome {
        items: vec![MediaItem::Draw { drawing }],
        usage,
        made_by: MADE_BY.to_owned(),
        warnings,
    })
}

/// Both numbers of an aspect ratio, 1 to 1000.
pub(crate) fn ratio(aspect_ratio: &str) -> Result<(u32, u32), ProviderError> {
    let side = |text: &str| text.trim().parse::<u32>().ok().filter(|side| (1..=1000).contains(side));
    let ratio = aspect_ratio.split_once(':').and_then(|(w, h)| Some((side(w)?, side(h)?)));
    ratio.ok_or_else(|| invalid(format!("The aspect ratio is written like 16:9, not {:?}.", shortened(aspect_ratio))))
}

/// The even size of an aspect ratio at a height.
fn size(aspect_ratio: &str, height: u32) -> Result<(u32, u32), ProviderError> {
    let (w, h) = ratio(aspect_ratio)?;
    let even = |pixels: f64| ((pixels / 2.0).round() as u32).saturating_mul(2);
    let width = even(f64::from(height) * f64::from(w) / f64::from(h));
    let height = even(f64::from(height));
    check_size(width, height)?;
    Ok((width, height))
}

pub(crate) fn check_seconds(duration: f64) -> Result<(), ProviderError> {
    if SECONDS.contains(&duration) {
        return Ok(());
    }
    Err(invalid(format!("A clip lasts {} to {} seconds, not {duration}.", SECONDS.start(), SECONDS.end())))
}

fn check_size(width: u32, height: u32) -> Result<(), ProviderError> {
    if SIDES.contains(&width) && SIDES.contains(&height) {
        return Ok(());
    }
    let (least, most) = (SIDES.start(), SIDES.end());
    Err(invalid(format!("Each side of a picture has {least} to {most} pixels, not {width}x{height}.")))
}

pub(crate) fn check_prompt(prompt: &str) -> Result<(), ProviderError> {
    if prompt.trim().is_empty() { Err(invalid("The prompt is empty: say what to show.".to_owned())) } else { Ok(()) }
}

pub(crate) fn invalid(message: String) -> ProviderError {
    ProviderError::new("invalid-request", message)
}

fn shortened(text: &str) -> String {
    text.chars().take(20).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawing(outcome: Outcome) -> (Drawing, Usage) {
        let Outcome::Media(mut media) = outcome else { panic!("no media") };
        let MediaItem::Draw { drawing } = media.items.remove(0) else { panic!("no drawing") };
        (drawing, media.usage)
    }

    fn video(aspect_ratio: &str, resolution: Option<u32>, duration: f64) -> Result<(Drawing, Usage), ProviderError> {
        let operation = VideoOperation {
            prompt: "a boat at dawn".to_owned(),
            aspect_ratio: aspect_ratio.to_owned(),
            resolution,
            duration,
            ..VideoOperation::default()
        };
        clip(&operation).map(drawing)
    }

    fn image(prompt: &str, width: u32, height: u32, seed: Option<u64>) -> Result<(Drawing, Usage), ProviderError> {
        let operation = ImageOperation {
            prompt: prompt.to_owned(),
            width,
            height,
            seed,
            style: "watercolour".to_owned(),
            mood: "calm".to_owned(),
            ..ImageOperation::default()
        };
        picture(&operation).map(drawing)
    }

    #[test]
    fn a_picture_is_one_frame_of_the_prompt_in_the_wanted_size_and_look() {
        let (drawing, usage) = image("a boat at dawn", 1280, 720, Some(7)).unwrap();
        assert_eq!((drawing.width, drawing.height, drawing.frames, drawing.seed), (1280, 720, 1, 7));
        assert_eq!((drawing.kind.as_str(), drawing.mark.as_str()), ("illustration", "offline provider"));
        assert_eq!(
            (drawing.subject.as_str(), drawing.style.as_str(), drawing.mood.as_str()),
            ("a boat at dawn", "watercolour", "calm")
        );
        assert_eq!(usage, Usage { pictures: 1, ..Usage::default() });
    }

    #[test]
    fn without_a_seed_the_prompt_is_the_seed() {
        let seed = |prompt| image(prompt, 64, 64, None).unwrap().0.seed;
        assert_eq!(seed("a boat"), seed("a boat"));
        assert_ne!(seed("a boat"), seed("a goat"));
    }

    #[test]
    fn a_clip_has_thirty_frames_a_second_and_even_sides() {
        let (drawing, usage) = video("16:9", Some(1080), 8.0).unwrap();
        assert_eq!((drawing.width, drawing.height, drawing.frames), (1920, 1080, 240));
        assert_eq!(usage.video_ms, 8000);
        let (drawing, _) = video("9:16", Some(481), 0.51).unwrap();
        assert_eq!((drawing.width % 2, drawing.height % 2, drawing.frames), (0, 0, 15));
        assert_eq!(video("1:1", None, 1.0).unwrap().0.width, 720);
    }

    #[test]
    fn lengths_sizes_and_ratios_out_of_range_are_refused_with_a_sentence() {
        for refused in [
            video("16:9", None, 0.4),
            video("16:9", None, 60.5),
            video("16:9", None, f64::NAN),
            video("wide", None, 8.0),
            video("0:9", None, 8.0),
            video("16:9", Some(0), 8.0),
            video("16:9", Some(u32::MAX), 8.0),
            image("x", 0, 10, None),
            image("x", 100_000, 100, None),
            image(" ", 64, 64, None),
        ] {
            let error = refused.unwrap_err();
            assert_eq!(error.kind, "invalid-request");
            assert!(error.message.ends_with('.'), "{}", error.message);
        }
    }
}
