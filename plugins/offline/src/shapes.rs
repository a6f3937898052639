//! Clips of moving shapes: what the model `offline` makes of a prompt. The prompt's words choose colours, the seed
//! chooses shapes; nothing in the clip is a thing, so what asks for things is left out with a word.

use kinora_sdk::ProviderError;
use kinora_sdk::documents::{Drawing, Outcome, Rate, Usage, VideoOperation};

use crate::media::{MARK, check_prompt, check_seconds, invalid, outcome, ratio};
use crate::seed::hash;

/// Frames per second.
const RATE: Rate = Rate { num: 24, den: 1 };

/// The longest side in pixels, and both sides of a square.
const LONGEST: u32 = 1280;
const SQUARE: u32 = 960;

/// How many times longer than the other a side may be.
const LEANEST: u32 = 4;

/// Draws a clip.
pub fn clip(operation: &VideoOperation) -> Result<Outcome, ProviderError> {
    check_prompt(&operation.prompt)?;
    check_seconds(operation.duration)?;
    let (width, height) = size(&operation.aspect_ratio)?;
    let frames = (operation.duration * RATE.as_f64()).round() as u32;
    let drawing = Drawing {
        kind: "moving-shapes".to_owned(),
        width,
        height,
        rate: RATE,
        frames,
        seed: operation.seed.unwrap_or_else(|| hash(&operation.prompt)),
        title: String::new(),
        subtitle: String::new(),
        subject: operation.prompt.clone(),
        style: String::new(),
        mood: String::new(),
        mark: MARK.to_owned(),
        data: Vec::new(),
    };
    let video_ms = u64::from(frames) * 1000 / u64::from(RATE.num);
    Ok(outcome(drawing, Usage { video_ms, ..Usage::default() }, warnings(operation, width, height)))
}

/// The even size of an aspect ratio.
fn size(aspect_ratio: &str) -> Result<(u32, u32), ProviderError> {
    let (w, h) = ratio(aspect_ratio)?;
    if w > h * LEANEST || h > w * LEANEST {
        return Err(invalid(format!("The aspect ratio is between 1:{LEANEST} and {LEANEST}:1, not {w}:{h}.")));
    }
    let other = |short: u32, long: u32| {
        let pixels = f64::from(LONGEST) * f64::from(short) / f64::from(long);
        (pixels / 2.0).round() as u32 * 2
    };
    Ok(match w.cmp(&h) {
        std::cmp::Ordering::Equal => (SQUARE, SQUARE),
        std::cmp::Ordering::Greater => (LONGEST, other(h, w)),
        std::cmp::Ordering::Less => (other(w, h), LONGEST),
    })
}

/// What was asked for and left out. Sound is not among it: the host adds it.
fn warnings(operation: &VideoOperation, width: u32, height: u32) -> Vec<String> {
    let mut warnings = Vec::new();
    let mut left_out = |what: &str, asked: bool| {
        if asked {
            warnings.push(format!("{what} left out: the clip shows moving shapes and no things."));
        }
    };
    left_out("The negative prompt was", !operation.negative_prompt.trim().is_empty());
    left_out("The reference pictures were", !operation.reference_images.is_empty());
    left_out("The first frame was", operation.first_frame.is_some());
    left_out("The last frame was", operation.last_frame.is_some());
    if let Some(wanted) = operation.resolution.filter(|wanted| *wanted != width.min(height) && *wanted != height) {
        warnings.push(format!(
            "The clip is {width}x{height} and not {wanted} pixels high: the aspect ratio alone decides its size."
        ));
    }
    warnings
}

#[cfg(test)]
mod tests {
    use kinora_sdk::documents::{MediaItem, MediaOutcome};

    use super::*;

    fn plain() -> VideoOperation {
        VideoOperation {
            prompt: "a boat at dawn".to_owned(),
            aspect_ratio: "16:9".to_owned(),
            duration: 8.0,
            ..VideoOperation::default()
        }
    }

    fn media(operation: &VideoOperation) -> MediaOutcome {
        let Ok(Outcome::Media(media)) = clip(operation) else { panic!("no media") };
        media
    }

    fn drawing(operation: &VideoOperation) -> Drawing {
        let [MediaItem::Draw { drawing }] = &media(operation).items[..] else { panic!("not one drawing") };
        drawing.clone()
    }

    #[test]
    fn a_clip_is_moving_shapes_of_the_prompt_at_24_frames_a_second() {
        let operation = VideoOperation { seed: Some(7), generate_audio: true, ..plain() };
        let drawing = drawing(&operation);
        assert_eq!((drawing.kind.as_str(), drawing.subject.as_str()), ("moving-shapes", "a boat at dawn"));
        assert_eq!((drawing.rate, drawing.frames, drawing.seed), (Rate { num: 24, den: 1 }, 192, 7));
        assert_eq!(drawing.mark, "offline provider");
        let media = media(&operation);
        assert_eq!(media.usage, Usage { video_ms: 8000, ..Usage::default() });
        assert_eq!((media.made_by.as_str(), media.warnings), (crate::MADE_BY, vec![]));
    }

    #[test]
    fn without_a_seed_the_prompt_is_the_seed() {
        let seed = |prompt: &str| drawing(&VideoOperation { prompt: prompt.to_owned(), ..plain() }).seed;
        assert_eq!(seed("a boat"), seed("a boat"));
        assert_ne!(seed("a boat"), seed("a goat"));
    }

    #[test]
    fn the_aspect_ratio_decides_the_size() {
        for (aspect_ratio, width, height) in [
            ("16:9", 1280, 720),
            ("9:16", 720, 1280),
            ("1:1", 960, 960),
            ("4:3", 1280, 960),
            ("3:4", 960, 1280),
            ("21:9", 1280, 548),
            ("4:1", 1280, 320),
            ("1:4", 320, 1280),
            ("7:5", 1280, 914),
            ("100:99", 1280, 1268),
            ("500:500", 960, 960),
        ] {
            let drawing = drawing(&VideoOperation { aspect_ratio: aspect_ratio.to_owned(), ..plain() });
            assert_eq!((drawing.width, drawing.height), (width, height), "{aspect_ratio}");
        }
    }

    #[test]
    fn ratios_out_of_range_are_refused_and_the_range_is_named() {
        for (aspect_ratio, said) in [
            ("5:1", "The aspect ratio is between 1:4 and 4:1, not 5:1."),
            ("9:40", "The aspect ratio is between 1:4 and 4:1, not 9:40."),
            ("wide", "The aspect ratio is written like 16:9, not \"wide\"."),
            ("", "The aspect ratio is written like 16:9, not \"\"."),
            ("16:0", "The aspect ratio is written like 16:9, not \"16:0\"."),
        ] {
            let error = clip(&VideoOperation { aspect_ratio: aspect_ratio.to_owned(), ..plain() }).unwrap_err();
            assert_eq!((error.kind.as_str(), error.message.as_str()), ("invalid-request", said));
        }
    }

    #[test]
    fn a_clip_lasts_half_a_second_to_a_minute() {
        for (duration, frames) in [(0.5, 12), (1.02, 24), (60.0, 1440)] {
            assert_eq!(drawing(&VideoOperation { duration, ..plain() }).frames, frames);
        }
        for duration in [0.0, 0.49, 60.1, -8.0, f64::NAN, f64::INFINITY] {
            let error = clip(&VideoOperation { duration, ..plain() }).unwrap_err();
            assert_eq!(error.kind, "invalid-request");
            assert_eq!(error.message, format!("A clip lasts 0.5 to 60 seconds, not {duration}."));
        }
        let error = clip(&VideoOperation { prompt: " ".to_owned(), ..plain() }).unwrap_err();
        assert_eq!(error.message, "The prompt is empty: say what to show.");
    }

    #[test]
    fn what_is_left_out_is_said_in_a_sentence_each() {
        let operation = VideoOperation {
            negative_prompt: "text".to_owned(),
            reference_images: vec!["a".to_owned(), "b".to_owned()],
            first_frame: Some("a".to_owned()),
            last_frame: Some("b".to_owned()),
            resolution: Some(1080),
            ..plain()
        };
        let because = "left out: the clip shows moving shapes and no things.";
        let expected = [
            format!("The negative prompt was {because}"),
            format!("The reference pictures were {because}"),
            format!("The first frame was {because}"),
            format!("The last frame was {because}"),
            "The clip is 1280x720 and not 1080 pixels high: the aspect ratio alone decides its size.".to_owned(),
        ];
        assert_eq!(media(&operation).warnings, expected);
        let silent = VideoOperation { negative_prompt: " ".to_owned(), resolution: Some(720), ..plain() };
        assert_eq!(media(&silent).warnings, [""; 0]);
    }
}
