//! What mood and style words do to every colour of a drawing, and the palettes of the abstract kinds.

use kinora_sdk::documents::Drawing;

use crate::{
    paint::{Color, WHITE, rgb},
    random::hash,
    words::tokens,
};

/// A change that every colour goes through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grade {
    saturation: f32,
    light: f32,
    contrast: f32,
    /// A colour everything is bent to, and how far.
    bend: Option<(Color, f32)>,
}

impl Grade {
    /// Colours stay as they are.
    pub const NONE: Grade = Grade { saturation: 1.0, light: 0.0, contrast: 1.0, bend: None };

    /// As the drawing's mood and style ask.
    pub fn of(drawing: &Drawing) -> Grade {
        let mut grade = Grade::NONE;
        for word in tokens(&format!("{} {}", drawing.mood, drawing.style)) {
            match word.as_str() {
                "calm" | "peaceful" | "serene" | "quiet" | "gentle" | "relaxed" => grade.saturation *= 0.92,
                "hopeful" | "uplifting" | "optimistic" | "inspiring" | "warm" | "cozy" | "cosy" | "nostalgic"
                | "tender" | "romantic" => {
                    grade.light += 0.03;
                    grade.bend = Some((rgb(0xff_b070), 0.07));
                }
                "dark" | "ominous" | "tense" | "moody" | "dramatic" | "suspense" | "mysterious" | "noir" => {
                    grade.light -= 0.06;
                    grade.contrast *= 1.08;
                }
                "energetic" | "playful" | "fun" | "happy" | "joyful" | "vibrant" | "exciting" | "cheerful"
                | "whimsical" | "colorful" => {
                    grade.saturation *= 1.18;
                    grade.light += 0.02;
                }
                "melancholic" | "melancholy" | "sad" | "lonely" | "sombre" | "somber" | "wistful" | "bittersweet" => {
                    grade.saturation *= 0.68;
                    grade.bend = Some((rgb(0x5f_7fa8), 0.1));
                }
                "professional" | "corporate" | "clean" | "technical" | "modern" => {
                    grade.bend = Some((rgb(0x6f_95c8), 0.05))
                }
                "vintage" | "retro" | "sepia" | "old" => {
                    grade.saturation *= 0.6;
                    grade.bend = Some((rgb(0xb0_8050), 0.2));
                }
                "pastel" | "watercolor" | "watercolour" | "soft" | "dreamy" => {
                    grade.saturation *= 0.85;
                    grade.light += 0.1;
                    grade.contrast *= 0.94;
                }
                "monochrome" | "grayscale" | "greyscale" => grade.saturation = 0.0,
                "cold" | "cool" => grade.bend = Some((rgb(0x60_90d0), 0.08)),
                _ => {}
            }
        }
        let style = format!("{} {}", drawing.style, drawing.mood).to_lowercase();
        if style.contains("black and white") || style.contains("black-and-white") {
            grade.saturation = 0.0;
        }
        grade.saturation = grade.saturation.clamp(0.0, 1.4);
        grade.light = grade.light.clamp(-0.1, 0.14);
        grade.contrast = grade.contrast.clamp(0.85, 1.15);
        grade
    }

    /// The colour as it is drawn.
    pub fn apply(&self, color: Color) -> Color {
        let mut color = color.saturate(self.saturation);
        if let Some((to, part)) = self.bend {
            let lit = to.mix(WHITE, color.brightness() * 0.5).times(WHITE.mix(rgb(0), 0.6 - color.brightness() * 0.6));
            color = color.mix(lit, part);
        }
        let part =
            |value: f32| ((value - 0.5) * self.contrast + 0.5 + self.light * (1.0 - value * 0.6)).clamp(0.0, 1.0);
        Color { r: part(color.r), g: part(color.g), b: part(color.b), a: color.a }
    }
}

/// Colours that go together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// The ground, from its top to its bottom.
    pub ground: [Color; 3],
    /// Three lights that lie on it.
    pub glows: [Color; 3],
    /// The one colour that stands out.
    pub accent: Color,
    /// Words.
    pub ink: Color,
}

const fn palette(ground: [u32; 3], glows: [u32; 3], accent: u32, ink: u32) -> Palette {
    Palette {
        ground: [rgb(ground[0]), rgb(ground[1]), rgb(ground[2])],
        glows: [rgb(glows[0]), rgb(glows[1]), rgb(glows[2])],
        accent: rgb(accent),
        ink: rgb(ink),
    }
}

/// Words of mood, style and subject, and the palette they ask for.
const PALETTES: [(&str, Palette); 16] = [
    (
        "calm peaceful serene quiet sea ocean water lake harbour harbor lighthouse sailing meer mer mar",
        palette([0x0f2b45, 0x14405c, 0x1d5a6e], [0x3f9aa8, 0x7cc4bf, 0x2a6a93], 0xf2c48d, 0xf6fbfb),
    ),
    (
        "hopeful uplifting optimistic inspiring morning sunrise dawn new beginning spring",
        palette([0x3a3f78, 0x8c6a9c, 0xe39a86], [0xffc98f, 0xf58f7c, 0x6f78bd], 0xffe3a8, 0xfffaf2),
    ),
    (
        "dark ominous mysterious suspense thriller noir night storm horror",
        palette([0x080b14, 0x10192b, 0x1a2740], [0x2b4a78, 0x46336b, 0x16324f], 0xd9b36a, 0xeef2f8),
    ),
    (
        "energetic sport exciting dynamic bold action party dance music",
        palette([0x2a0f52, 0x6b1f7a, 0xc23a6b], [0xff7a59, 0xffb84d, 0x7a3cf0], 0xffd84d, 0xffffff),
    ),
    (
        "luxury luxurious premium elegant exclusive gold perfume jewellery jewelry watch",
        palette([0x0d0c0e, 0x191619, 0x272125], [0x6b5230, 0x3d3038, 0x8a6a3a], 0xdcb878, 0xf7f0e4),
    ),
    (
        "professional corporate business report company finance data clean",
        palette([0x0f1f3d, 0x17315c, 0x22457c], [0x3d74c4, 0x2a9bb5, 0x4a5fc0], 0x5fd0c5, 0xf4f8ff),
    ),
    (
        "playful fun happy joyful cheerful kids children whimsical toy birthday",
        palette([0x3457c9, 0x5a6fe0, 0x8f86ee], [0xff9fb2, 0xffd166, 0x6fe0cf], 0xffe16b, 0xffffff),
    ),
    (
        "melancholic melancholy sad lonely rain autumn memory wistful bittersweet",
        palette([0x222c3d, 0x36455a, 0x55657a], [0x7d92a8, 0x8d7f9a, 0x46607a], 0xd6b9a0, 0xf1f3f6),
    ),
    (
        "nature forest green garden growth eco organic sustainable plant tree",
        palette([0x10302a, 0x1b4a3c, 0x33694c], [0x6fae74, 0xa9c77a, 0x2c7a6a], 0xf0d58a, 0xf5faf2),
    ),
    (
        "warm cozy cosy coffee home kitchen nostalgic autumn bread winter",
        palette([0x3a1f1a, 0x63352a, 0x94553a], [0xd98f56, 0xe8b37a, 0x8a3f3a], 0xffdca0, 0xfff8ee),
    ),
    (
        "tech technology digital future ai cyber robot software code neon science",
        palette([0x070b1f, 0x0f1640, 0x1d1f63], [0x3a5bff, 0x8a45e6, 0x18a9c9], 0x5ce6e0, 0xf2f6ff),
    ),
    (
        "space cosmos planet star galaxy universe moon rocket mars weltall",
        palette([0x05060f, 0x0e1030, 0x241a4f], [0x5b3fa8, 0x2a5fa8, 0xa8487f], 0xf4c98a, 0xf5f4ff),
    ),
    (
        "romantic romance love wedding tender heart rose kiss",
        palette([0x451a36, 0x7d2f50, 0xb85a6a], [0xf09a95, 0xf4bfa5, 0x9a3f78], 0xffdcc4, 0xfff6f4),
    ),
    (
        "desert sand africa summer sun hot mexico canyon travel adventure journey",
        palette([0x5a2a3c, 0xa3503f, 0xdd8a52], [0xffc478, 0xe8694f, 0x8a3f5f], 0xffe6b8, 0xfffaf0),
    ),
    (
        "snow ice cold frost arctic mountain alps peak ski fresh",
        palette([0x1f3f63, 0x3f6c94, 0x7fa6c4], [0xbcd9ea, 0xdfeef5, 0x4f86b8], 0xffffff, 0xffffff),
    ),
    (
        "minimal minimalist simple white light pastel soft dreamy beauty wellness",
        palette([0xf5efe8, 0xefe4de, 0xe6d7d4], [0xf6cfc0, 0xd9d3ea, 0xcfe3dd], 0xc77f66, 0x2f2a33),
    ),
];

/// The palette that the drawing's words ask for most; words nobody has listed choose by chance, the same each time.
pub fn palette_of(drawing: &Drawing) -> Palette {
    let wanted: Vec<(String, u32)> =
        [(&drawing.mood, 4), (&drawing.style, 3), (&drawing.subject, 2), (&drawing.title, 1)]
            .into_iter()
            .flat_map(|(text, weight)| tokens(text).into_iter().map(move |word| (word, weight)))
            .collect();
    let score = |words: &str| -> u32 {
        wanted.iter().filter(|(word, _)| words.split(' ').any(|known| known == word)).map(|(_, weight)| weight).sum()
    };
    let mut best = (0, None);
    for (words, palette) in &PALETTES {
        let points = score(words);
        if points > best.0 {
            best = (points, Some(*palette));
        }
    }
    best.1.unwrap_or_else(|| {
        let text = format!("{}{}{}", drawing.subject, drawing.title, drawing.mood);
        // The light palette, the last, must be asked for.
        PALETTES[(hash(&text) % (PALETTES.len() as u64 - 1)) as usize].1
    })
}
