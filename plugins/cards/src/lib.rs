//! The renderer `cards`: title cards, captions, charts, abstract grounds and whole illustrations, out of shapes alone.
//! It answers what to draw; the host rasterises. The same drawing always gives the same composition, byte for byte:
//! chance comes from the drawing's seed and words, and no operation differs between machines (see [`number`]).

pub mod backdrop;
pub mod caption;
pub mod chart;
pub mod grade;
pub mod illustration;
pub mod moving_shapes;
pub mod number;
pub mod paint;
pub mod path;
pub mod random;
pub mod stage;
pub mod text;
pub mod things;
pub mod title_card;
pub mod words;

use kinora_sdk::{
    Failure, Renderer,
    documents::{Composition, Drawing, Manifest, Role},
};

/// The kinds of drawings it makes.
pub const KINDS: [&str; 5] = ["title-card", "illustration", "moving-shapes", "caption", "chart"];

/// Pixels of a side.
const SIDES: std::ops::RangeInclusive<u32> = 16..=8192;
/// About an hour at 30 frames a second, and what a key's `f32` can still count exactly.
const MOST_FRAMES: u32 = 1_000_000;
/// Bytes of all words together.
const MOST_WORDS: usize = 64 * 1024;

/// The renderer.
pub struct Cards;

impl Renderer for Cards {
    fn manifest() -> Manifest {
        Manifest {
            id: "cards".into(),
            version: "0.1.0".into(),
            title: "Cards".into(),
            role: Role::Renderer,
            kinds: KINDS.map(str::to_owned).to_vec(),
            ..Manifest::default()
        }
    }

    fn compose(drawing: Drawing, _settings: serde_json::Value) -> Result<Composition, Failure> {
        compose(&drawing)
    }
}

/// Turns a drawing into its composition.
///
/// # Errors
/// `invalid-input` where the kind is unknown, a size is out of bounds, or a chart's data cannot be drawn.
pub fn compose(drawing: &Drawing) -> Result<Composition, Failure> {
    check(drawing)?;
    match drawing.kind.as_str() {
        "title-card" => Ok(title_card::compose(drawing)),
        "illustration" => Ok(illustration::compose(drawing)),
        "moving-shapes" => Ok(moving_shapes::compose(drawing)),
        "caption" => Ok(caption::compose(drawing)),
        "chart" => match chart::problem(drawing) {
            Some(problem) => Err(Failure::invalid_input(problem)),
            None => Ok(chart::compose(drawing)),
        },
        other => {
            let other: String = other.chars().take(40).collect();
            Err(Failure::invalid_input(format!("`cards` does not draw `{other}`; it draws {}", KINDS.join(", "))))
        }
    }
}

fn check(drawing: &Drawing) -> Result<(), Failure> {
    let refuse = |sentence: String| Err(Failure::invalid_input(sentence));
    for (name, side) in [("width", drawing.width), ("height", drawing.height)] {
        if !SIDES.contains(&side) {
            return refuse(format!("the {name} is {side} pixels; {} to {} can be drawn", SIDES.start(), SIDES.end()));
        }
    }
    if drawing.width.max(drawing.height) > drawing.width.min(drawing.height) * 16 {
        return refuse(format!("{}x{} is narrower than 1 to 16", drawing.width, drawing.height));
    }
    if drawing.frames == 0 || drawing.frames > MOST_FRAMES {
        return refuse(format!("`frames` is {}; 1 to {MOST_FRAMES} can be drawn", drawing.frames));
    }
    if drawing.rate.num == 0 || drawing.rate.den == 0 {
        return refuse(format!(
            "the rate {}/{} is not a number of frames per second",
            drawing.rate.num, drawing.rate.den
        ));
    }
    let words = [&drawing.title, &drawing.subtitle, &drawing.subject, &drawing.style, &drawing.mood, &drawing.mark];
    let bytes: usize = words.iter().map(|text| text.len()).sum::<usize>()
        + drawing.data.iter().map(|point| point.label.len()).sum::<usize>();
    if bytes > MOST_WORDS {
        return refuse(format!("the words of the drawing have {bytes} bytes; {MOST_WORDS} are the most"));
    }
    Ok(())
}

kinora_sdk::export_renderer!(Cards);
