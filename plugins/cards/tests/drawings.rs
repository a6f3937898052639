//! What every composition of `cards` keeps to, whatever is asked for.

use kinora_plugin_cards::{Cards, KINDS, compose};
use kinora_sdk::Renderer;
use kinora_sdk::documents::{Composition, Content, DataPoint, Drawing, Layer, Paint, Property, Rate, Role, Stop};

const SUBJECTS: [&str; 32] = [
    "a lighthouse keeper's last night on a stormy coast",
    "sunrise over the fishing harbour, boats leave",
    "premium wireless headphones on a marble plinth, studio light",
    "a child flies a red kite on a green hill",
    "a city at night in the rain",
    "a robot waters a garden on Mars",
    "morning coffee by the window",
    "Ein alter Mann und das Meer",
    "山の朝",
    "a train crosses a snowy village at dusk",
    "a whale under water",
    "an astronaut, a rocket and a planet in space",
    "hot air balloons over the desert",
    "a lake in the mountains, a sailboat, a tent and a campfire",
    "a family in a garden of flowers before the house with a dog",
    "deep forest in the fog",
    "a stone bridge over the river, horse and windmill",
    "laptop, phone and watch product shot",
    "a woman writes a letter by lamp light, cat, clock, book",
    "a plane over the sea, a ship beneath",
    "a bicycle in the street, umbrella, evening",
    "the castle at night, stars and moon",
    "a red car on the road in autumn",
    "qwertz blubb",
    "",
    "кот у окна",
    "sea without boats",
    "perfume bottle",
    "clock and bag and box and letter and lamp for sale, product",
    "an old sailor, a girl, a dog and a robot at the harbour",
    "snow on the mountains, a cabin",
    "birds",
];

const SIZES: [(u32, u32); 9] =
    [(64, 64), (1280, 720), (720, 1280), (1080, 1080), (3840, 2160), (4320, 4320), (2560, 720), (360, 1280), (65, 127)];

fn drawing(kind: &str) -> Drawing {
    Drawing {
        kind: kind.into(),
        width: 1280,
        height: 720,
        rate: Rate { num: 30, den: 1 },
        frames: 90,
        seed: 7,
        title: "The Last Light".into(),
        subtitle: "A keeper says goodbye".into(),
        subject: SUBJECTS[0].into(),
        style: String::new(),
        mood: "calm".into(),
        mark: "made with Kinora".into(),
        data: if kind == "chart" {
            [3.0, -4.0, 0.0, 12.5].into_iter().map(|value| DataPoint { label: format!("v{value}"), value }).collect()
        } else {
            Vec::new()
        },
    }
}

fn illustration(subject: &str) -> Drawing {
    Drawing { subject: subject.into(), ..drawing("illustration") }
}

fn bytes(drawing: &Drawing) -> String {
    serde_json::to_string(&compose(drawing).expect("can be drawn")).expect("is JSON")
}

/// Every kind in every size, as a picture, a short and a very long clip; every subject in some.
fn all() -> Vec<Drawing> {
    let mut all = Vec::new();
    for kind in KINDS {
        for (width, height) in SIZES {
            for frames in [1, 2, 90, 100_000] {
                all.push(Drawing { width, height, frames, ..drawing(kind) });
            }
        }
    }
    for subject in SUBJECTS {
        for seed in 0..4 {
            for (width, height, frames) in [(1280, 720, 1), (720, 1280, 150), (64, 64, 1)] {
                all.push(Drawing { width, height, frames, seed, ..illustration(subject) });
            }
        }
    }
    all
}

fn stops(paint: &Paint) -> &[Stop] {
    match paint {
        Paint::Solid { .. } => &[],
        Paint::Linear { stops, .. } | Paint::Radial { stops, .. } => stops,
    }
}

fn paints(layer: &Layer) -> Vec<&Paint> {
    match &layer.content {
        Content::Rect { fill, stroke, .. }
        | Content::Ellipse { fill, stroke, .. }
        | Content::Path { fill, stroke, .. } => fill.iter().chain(stroke.iter().map(|stroke| &stroke.paint)).collect(),
        Content::Text { .. } | Content::Image { .. } => Vec::new(),
    }
}

/// What is wrong with a composition, if anything.
fn fault(composition: &Composition) -> Option<String> {
    for (index, layer) in composition.layers.iter().enumerate() {
        let numbers = [layer.x, layer.y, layer.opacity, layer.scale, layer.rotation];
        if numbers.iter().any(|number| !number.is_finite()) || !(0.0..=1.0).contains(&layer.opacity) {
            return Some(format!("layer {index}: {numbers:?}"));
        }
        for paint in paints(layer) {
            let stops = stops(paint);
            let ordered = stops.windows(2).all(|pair| pair[0].offset <= pair[1].offset);
            let ranged = stops.iter().all(|stop| (0.0..=1.0).contains(&stop.offset));
            if !ordered || !ranged || stops.len() == 1 {
                return Some(format!("layer {index}: stops {stops:?}"));
            }
            if let Paint::Radial { radius, .. } = paint
                && *radius <= 0.0
            {
                return Some(format!("layer {index}: a gradient of radius {radius}"));
            }
        }
        for track in &layer.tracks {
            let keys = &track.keys;
            if keys.is_empty() || keys.windows(2).any(|pair| pair[0].frame > pair[1].frame) {
                return Some(format!("layer {index}: keys out of order: {keys:?}"));
            }
            if keys.iter().any(|key| !key.frame.is_finite() || !key.value.is_finite()) {
                return Some(format!("layer {index}: {keys:?}"));
            }
            let part = matches!(track.property, Property::Opacity | Property::RevealRight | Property::RevealUp);
            if part && keys.iter().any(|key| !(0.0..=1.0).contains(&key.value)) {
                return Some(format!("layer {index}: {:?} out of range: {keys:?}", track.property));
            }
        }
        if let Content::Path { d, .. } = &layer.content
            && (d.is_empty() || !d.starts_with('M') || d.contains("NaN") || d.contains("inf"))
        {
            return Some(format!("layer {index}: path {d}"));
        }
    }
    None
}

#[test]
fn the_same_drawing_gives_the_same_composition() {
    for kind in KINDS {
        assert_eq!(bytes(&drawing(kind)), bytes(&drawing(kind)), "{kind}");
    }
}

#[test]
fn two_subjects_give_different_compositions() {
    let mut seen = std::collections::BTreeMap::new();
    for subject in SUBJECTS {
        if let Some(other) = seen.insert(bytes(&illustration(subject)), subject) {
            panic!("{subject:?} and {other:?} look the same");
        }
    }
}

#[test]
fn another_seed_moves_things() {
    for subject in SUBJECTS {
        let one = illustration(subject);
        assert_ne!(bytes(&one), bytes(&Drawing { seed: 8, ..one.clone() }), "{subject}");
    }
}

#[test]
fn every_composition_is_sound() {
    for drawing in all() {
        let composition = compose(&drawing).expect("can be drawn");
        if let Some(fault) = fault(&composition) {
            panic!(
                "{} {:?} {}x{} {} frames: {fault}",
                drawing.kind, drawing.subject, drawing.width, drawing.height, drawing.frames
            );
        }
    }
}

#[test]
fn every_text_box_lies_inside_the_safe_margins() {
    for drawing in all() {
        for layer in compose(&drawing).expect("can be drawn").layers {
            let Content::Text { width, height, .. } = layer.content else {
                continue;
            };
            let (w, h) = (drawing.width as f32, drawing.height as f32);
            let inside = layer.x - width / 2.0 >= w * 0.05
                && layer.x + width / 2.0 <= w * 0.95
                && layer.y - height / 2.0 >= h * 0.05
                && layer.y + height / 2.0 <= h * 0.95;
            assert!(inside, "{} {w}x{h}: {width}x{height} at {},{}", drawing.kind, layer.x, layer.y);
        }
    }
}

#[test]
fn words_are_never_set_smaller_than_can_be_read() {
    for drawing in all() {
        for layer in compose(&drawing).expect("can be drawn").layers {
            let Content::Text { text, size, min_size, .. } = layer.content else {
                continue;
            };
            // The mark is meant to be tiny.
            if text != drawing.mark {
                assert!(
                    min_size >= drawing.height as f32 * 0.0249 && size >= min_size,
                    "{}: {size}, {min_size}",
                    drawing.kind
                );
            }
        }
    }
}

#[test]
fn a_composition_is_moderate() {
    for drawing in all() {
        let composition = compose(&drawing).expect("can be drawn");
        let (layers, size) = (composition.layers.len(), bytes(&drawing).len());
        assert!(
            layers <= 400 && size <= 250_000,
            "{:?} seed {}: {layers} layers, {size} bytes",
            drawing.subject,
            drawing.seed
        );
    }
}

#[test]
fn a_picture_does_not_move() {
    for kind in KINDS {
        let composition = compose(&Drawing { frames: 1, ..drawing(kind) }).expect("can be drawn");
        assert!(composition.layers.iter().all(|layer| layer.tracks.is_empty()), "{kind}");
    }
}

#[test]
fn a_clip_moves() {
    for kind in KINDS {
        let composition = compose(&drawing(kind)).expect("can be drawn");
        assert!(composition.layers.iter().any(|layer| !layer.tracks.is_empty()), "{kind}");
    }
}

#[test]
fn only_a_caption_is_transparent() {
    for kind in KINDS {
        let composition = compose(&drawing(kind)).expect("can be drawn");
        assert_eq!(composition.background.is_none(), kind == "caption", "{kind}");
    }
}

#[test]
fn what_always_moves_in_a_caption_is_small() {
    let composition =
        compose(&Drawing { width: 3840, height: 2160, frames: 300, ..drawing("caption") }).expect("can be drawn");
    let drifting: Vec<_> = composition
        .layers
        .iter()
        .filter(|layer| layer.tracks.iter().any(|track| track.property == Property::X))
        .collect();
    assert!(!drifting.is_empty() && drifting.len() <= 14);
    for layer in drifting {
        let Some(Paint::Radial { radius, .. }) = paints(layer).first() else { panic!("a mote is a glow") };
        assert!(*radius <= 20.0, "{radius}");
    }
}

#[test]
fn an_unknown_kind_is_answered_with_the_kinds_there_are() {
    let failure = compose(&Drawing { kind: "sculpture".into(), ..drawing("chart") }).expect_err("unknown");
    assert_eq!(failure.kind, "invalid-input");
    for kind in KINDS.into_iter().chain(["sculpture"]) {
        assert!(failure.message.contains(kind), "{}", failure.message);
    }
}

#[test]
fn a_chart_refuses_what_is_not_a_number() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX] {
        let mut chart = drawing("chart");
        chart.data[1].value = value;
        let failure = compose(&chart).expect_err("not a number");
        assert!(failure.message.contains("value 2"), "{}", failure.message);
    }
}

#[test]
fn a_chart_shows_one_to_twenty_values() {
    let with = |count: usize| Drawing {
        data: (0..count).map(|index| DataPoint { label: format!("{index}"), value: index as f64 - 3.0 }).collect(),
        ..drawing("chart")
    };
    assert!(compose(&with(0)).is_err());
    for count in 1..=20 {
        let composition = compose(&with(count)).expect("can be drawn");
        assert_eq!(fault(&composition), None, "{count}");
    }
    assert!(compose(&with(21)).is_err());
}

#[test]
fn a_chart_draws_zeroes_and_losses() {
    for values in [vec![0.0, 0.0], vec![-1.0, -5.0], vec![1e-12, 0.0], vec![1e15, -1e15]] {
        let data = values.iter().map(|value| DataPoint { label: "x".into(), value: *value }).collect();
        for title in ["Catch", "Catch over time"] {
            let composition = compose(&Drawing { data: Clone::clone(&data), title: title.into(), ..drawing("chart") })
                .expect("can be drawn");
            assert_eq!(fault(&composition), None, "{values:?}");
        }
    }
}

#[test]
fn a_long_title_in_any_script_is_accepted() {
    for title in [
        "A very long title ".repeat(200),
        "灯台守の最後の夜".repeat(100),
        "الليلة الأخيرة ".repeat(100),
        "🙂".repeat(500),
    ] {
        for kind in ["title-card", "caption", "chart"] {
            let composition = compose(&Drawing { title: title.clone(), ..drawing(kind) }).expect("can be drawn");
            assert_eq!(fault(&composition), None);
        }
    }
}

#[test]
fn hostile_sizes_are_refused() {
    let refused = |change: fn(&mut Drawing)| {
        let mut drawing = drawing("illustration");
        change(&mut drawing);
        compose(&drawing).is_err()
    };
    assert!(refused(|drawing| drawing.width = 0));
    assert!(refused(|drawing| drawing.height = u32::MAX));
    assert!(refused(|drawing| (drawing.width, drawing.height) = (8192, 16)));
    assert!(refused(|drawing| drawing.frames = 0));
    assert!(refused(|drawing| drawing.frames = u32::MAX));
    assert!(refused(|drawing| drawing.rate = Rate { num: 30, den: 0 }));
    assert!(refused(|drawing| drawing.subject = "sea ".repeat(100_000)));
}

#[test]
fn the_manifest_names_a_renderer_and_its_kinds() {
    let manifest = Cards::manifest();
    assert_eq!((manifest.id.as_str(), manifest.role, manifest.version.as_str()), ("cards", Role::Renderer, "0.1.0"));
    assert_eq!(manifest.kinds, KINDS);
}
