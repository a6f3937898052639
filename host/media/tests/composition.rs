//! Compositions as they are drawn: text stays in its box, mistakes are told, and nothing a plugin may write crashes.

use std::collections::BTreeMap;

use kinora_domain::documents::Composition;
use kinora_media::{MediaError, draw_png};
use serde_json::{Value, json};

fn draw(value: &Value, frame: u32) -> Result<image::RgbaImage, MediaError> {
    let composition: Composition = serde_json::from_value(value.clone()).expect("a composition");
    let (png, _) = draw_png(&composition, &BTreeMap::new(), frame)?;
    Ok(image::load_from_memory(&png).unwrap().into_rgba8())
}

fn canvas(layers: Value) -> Value {
    json!({"schema": 1, "width": 640, "height": 360, "rate": {"num": 30, "den": 1}, "frames": 90, "layers": layers})
}

fn text(words: &str, width: f32, height: f32) -> Value {
    json!({"x": 320, "y": 180, "content": {"type": "text", "text": words, "width": width, "height": height,
        "size": 90, "min_size": 12, "color": "#ffffff"}})
}

#[test]
fn text_never_leaves_its_box_whatever_it_says() {
    let word = "Unbreakablelongwordwithoutanyplacetobreakit".repeat(4);
    let many = "many words that go on and on ".repeat(345);
    let lines = "line\n".repeat(200);
    let texts = [
        "A title",
        "Ålesund ỘỄ qgjpyÇ",
        "مرحبا بالعالم هذا نص طويل جدا يحتاج إلى أسطر",
        "שלום עולם, זה מבחן",
        "日本語の文章は単語の間に空白がありません。それでも折り返されるべきです。",
        "🎬👩‍👩‍👧‍👦🇫🇷 emoji",
        word.as_str(),
        many.as_str(),
        lines.as_str(),
        "ffi fj \u{0301}\u{0301}\u{0301}\u{0301} Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢",
        "a\tb\r\nc\u{0}d\u{202E}e",
    ];
    assert!(many.chars().count() >= 10_000);
    for words in texts {
        for (width, height) in [(400.0, 120.0), (100.0, 300.0), (30.0, 30.0), (600.0, 20.0)] {
            let picture = draw(&canvas(json!([text(words, width, height)])), 0).unwrap();
            let (left, top) = (320 - width as u32 / 2, 180 - height as u32 / 2);
            let within =
                |x: u32, y: u32| (left..left + width as u32).contains(&x) && (top..top + height as u32).contains(&y);
            let shown: String = words.chars().take(20).collect();
            let mut inked = 0;
            for (x, y, pixel) in picture.enumerate_pixels() {
                if pixel.0[3] > 0 {
                    assert!(within(x, y), "\"{shown}\" in {width} × {height} leaves its box at {x}, {y}");
                    inked += 1;
                }
            }
            assert!(inked > 20, "\"{shown}\" in {width} × {height} is not seen");
        }
    }
}

#[test]
fn empty_text_is_nothing_and_no_mistake() {
    for words in ["", "   ", "\n\n", "\u{200B}"] {
        let picture = draw(&canvas(json!([text(words, 300.0, 100.0)])), 0).unwrap();
        assert!(picture.pixels().all(|p| p.0[3] == 0), "{words:?}");
    }
}

#[test]
fn the_same_composition_is_the_same_picture() {
    let value = canvas(json!([text("The same", 300.0, 100.0)]));
    assert!(draw(&value, 3).unwrap() == draw(&value, 3).unwrap());
}

#[test]
fn a_reveal_shows_the_left_or_the_lower_part() {
    let bar = |property: &str| {
        canvas(json!([{"x": 320, "y": 180, "content": {"type": "rect", "width": 200, "height": 100,
            "fill": {"type": "solid", "color": "#ffffff"}},
            "tracks": [{"property": property, "keys": [{"frame": 0, "value": 0}, {"frame": 10, "value": 1}]}]}]))
    };
    let inked = |property: &str, frame: u32| {
        let picture = draw(&bar(property), frame).unwrap();
        let inked: Vec<(u32, u32)> =
            picture.enumerate_pixels().filter(|(_, _, p)| p.0[3] > 128).map(|(x, y, _)| (x, y)).collect();
        inked
    };
    assert!(inked("reveal-right", 0).is_empty());
    let half = inked("reveal-right", 5);
    assert_eq!(
        (half.len(), half.iter().map(|p| p.0).min(), half.iter().map(|p| p.0).max()),
        (10_000, Some(220), Some(319))
    );
    let half = inked("reveal-up", 5);
    assert_eq!(
        (half.len(), half.iter().map(|p| p.1).min(), half.iter().map(|p| p.1).max()),
        (10_000, Some(180), Some(229))
    );
    assert_eq!(inked("reveal-up", 10).len(), 20_000);
}

#[test]
fn a_gradient_has_no_bands() {
    // 40 levels over 640 columns: without dithering each level would be a band of 16 even columns.
    let value = json!({"schema": 1, "width": 640, "height": 64, "rate": {"num": 30, "den": 1}, "frames": 1,
        "background": {"type": "linear", "from": [0, 0], "to": [640, 0],
            "stops": [{"offset": 0, "color": "#101010"}, {"offset": 1, "color": "#383838"}]}, "layers": []});
    let picture = draw(&value, 0).unwrap();
    let mean = |x: u32| (0..64).map(|y| f64::from(picture.get_pixel(x, y).0[0])).sum::<f64>() / 64.0;
    for x in 8..632 {
        let want = 16.0 + 40.0 * (f64::from(x) + 0.5) / 640.0;
        let got = (x - 4..x + 4).map(mean).sum::<f64>() / 8.0;
        assert!((got - want).abs() < 0.12, "column {x}: {got} instead of {want}");
    }
}

#[test]
fn invalid_compositions_are_refused_with_a_sentence() {
    let rect = |more: Value| {
        let mut layer = json!({"content": {"type": "rect", "width": 10, "height": 10,
            "fill": {"type": "solid", "color": "#ffffff"}}, "x": 5, "y": 5});
        merge(&mut layer, more);
        canvas(json!([layer]))
    };
    let mut odd = canvas(json!([]));
    odd["width"] = json!(641);
    let mut newer = canvas(json!([]));
    newer["schema"] = json!(2);
    let mut endless = canvas(json!([]));
    endless["frames"] = json!(4_000_000_000u32);
    let many: Vec<Value> = (0..5001).map(|_| rect(json!({}))["layers"][0].clone()).collect();
    let keys: Vec<Value> = (0..100_001).map(|frame| json!({"frame": frame, "value": 1})).collect();
    let cases = [
        (odd, "must be even"),
        (newer, "schema is 2"),
        (endless, "4000000000 frames"),
        (canvas(json!(many)), "5001 layers"),
        (rect(json!({"x": 1e30})), "layer 1: its x is"),
        (rect(json!({"opacity": 1.5})), "its opacity is 1.5; it must be from 0 to 1"),
        (rect(json!({"scale": -1})), "its scale"),
        (rect(json!({"content": {"fill": {"color": "white"}}})), "\"white\" is not a colour"),
        (rect(json!({"content": {"radius": -3}})), "its radius"),
        (
            rect(json!({"content": {"stroke": {"width": -1, "paint": {"type": "solid", "color": "#000000"}}}})),
            "stroke's width",
        ),
        (rect(json!({"tracks": [{"property": "x", "keys": []}]})), "no keys"),
        (rect(json!({"tracks": [{"property": "x", "keys": keys}]})), "100001 keys"),
        (
            rect(json!({"tracks": [{"property": "x", "keys": [{"frame": 9, "value": 1}, {"frame": 3, "value": 1}]}]})),
            "not ordered",
        ),
        (
            rect(json!({"content": {"fill": {"type": "linear", "from": [0, 0], "to": [1, 1], "stops": []}}})),
            "at least two stops",
        ),
        (canvas(json!([{"content": {"type": "path", "d": "M 0 0 a 1 1"}}])), "only the absolute commands"),
        (canvas(json!([{"content": {"type": "image", "blob": "x", "width": 1, "height": 1}}])), "was not given"),
        (canvas(json!([text(&"x".repeat(20_001), 10.0, 10.0)])), "20001 characters"),
    ];
    for (value, word) in cases {
        let told = match draw(&value, 0) {
            Ok(_) => panic!("drawn, though it should be refused: {word}"),
            Err(error) => error.to_string(),
        };
        assert!(told.starts_with("the composition cannot be drawn: ") && told.contains(word), "{word}: {told}");
    }
}

fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}

/// Numbers as a hostile plugin would choose them.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn of<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.next() as usize % from.len()]
    }

    fn number(&mut self) -> f64 {
        if self.next().is_multiple_of(200) {
            return self.of(&[1e30, -1e38, 30_001.0]);
        }
        self.of(&[0.0, -0.0, 1e-30, 0.001, 0.5, 1.0, 7.0, 63.9, 300.0, 30_000.0, -1.0, -29_999.5, -40.0, 200.0])
    }

    fn length(&mut self) -> f64 {
        self.number().abs()
    }

    fn paint(&mut self) -> Value {
        let stops =
            json!([{"offset": 0, "color": "#ff0000"}, {"offset": self.of(&[0.0, 0.5, 1.0]), "color": "#0000ff00"}]);
        match self.next() % 3 {
            0 => json!({"type": "solid", "color": self.of(&["#ffffff", "#12345678", "#00000000"])}),
            1 => {
                json!({"type": "linear", "from": [self.number(), self.number()], "to": [self.number(), self.number()], "stops": stops})
            }
            _ => {
                json!({"type": "radial", "center": [self.number(), self.number()], "radius": self.length().max(0.001), "stops": stops})
            }
        }
    }

    fn layer(&mut self) -> Value {
        let n = |dice: &mut Self| dice.number();
        let l = |dice: &mut Self| dice.length();
        let fill = self.paint();
        let stroke = json!({"paint": self.paint(), "width": l(self)});
        let content = match self.next() % 4 {
            0 => {
                json!({"type": "rect", "width": l(self), "height": l(self), "radius": l(self), "fill": fill, "stroke": stroke})
            }
            1 => json!({"type": "ellipse", "rx": l(self), "ry": l(self), "fill": fill, "stroke": stroke}),
            2 => {
                let d = format!(
                    "M {} {} L {} {} Q {} {} {} {} C {} {} {} {} {} {} Z",
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self),
                    n(self)
                );
                json!({"type": "path", "d": d, "fill": fill, "stroke": stroke})
            }
            _ => {
                json!({"type": "text", "text": self.of(&["x", "مرحبا\u{202E} abc", "\u{1F468}\u{200D}", "a b c d e f\n\n\ng"]),
                "width": l(self), "height": l(self), "size": self.of(&[1.0, 20.0, 2000.0]), "min_size": 1.0,
                "weight": self.of(&[100, 450, 900]), "color": "#ffffff80",
                "shadow": {"color": "#000000", "blur": self.of(&[0.0, 0.3, 64.0]), "dx": n(self), "dy": n(self)}})
            }
        };
        let property = self.of(&["x", "y", "scale", "rotation", "opacity", "reveal-right", "reveal-up"]);
        json!({"content": content, "x": n(self), "y": n(self), "scale": self.of(&[0.0, 1e-20, 0.3, 1.0, 200.0]),
            "rotation": n(self), "opacity": self.of(&[0.0, 0.004, 0.5, 1.0]),
            "tracks": [{"property": property, "keys": [{"frame": n(self), "value": self.of(&[0.0, 0.2, 1.0])},
                {"frame": 30_000, "value": 0.7, "easing": "ease-in-out"}]}]})
    }
}

#[test]
fn no_composition_whatever_its_numbers_crashes_the_drawing() {
    let mut dice = Dice(0x2545_F491_4F6C_DD1D);
    let (mut drawn, mut refused) = (0, 0);
    for _ in 0..1500 {
        let layers: Vec<Value> = (0..2).map(|_| dice.layer()).collect();
        let mut value = canvas(json!(layers));
        value["width"] = json!(96);
        value["height"] = json!(64);
        match draw(&value, 12) {
            Ok(_) => drawn += 1,
            Err(MediaError::InvalidComposition { .. }) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(drawn > 500 && refused > 50, "{drawn} drawn, {refused} refused");
}
