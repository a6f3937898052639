//! Text in a box: shaped in any script, wrapped at words, as large as fits, and cut with an ellipsis when nothing fits.
//! The result is an outline in the coordinates of the box, whose origin is its centre; sizes and places do not depend
//! on the layer's movement, so that words never reflow while they move.

use std::collections::BTreeSet;

use cosmic_text::{
    Align as Side, Attrs, Buffer, CacheKeyFlags, Command, Family as Name, Metrics, Shaping, SwashContent, Weight, Wrap,
};
use kinora_domain::documents::{Align, Family, VerticalAlign};
use tiny_skia::{Path, PathBuilder};

use crate::error::MediaError;
use crate::fonts::Fonts;

/// Distance of base lines as a multiple of the size.
const LINE: f32 = 1.2;
/// How finely sizes are searched, in pixels.
const STEP: f32 = 0.25;

/// What to set, and into which box.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spec<'a> {
    pub text: &'a str,
    pub width: f32,
    pub height: f32,
    pub size: f32,
    pub min_size: f32,
    pub weight: u16,
    pub family: Family,
    pub align: Align,
    pub vertical_align: VerticalAlign,
}

/// Text that has been set.
#[derive(Clone, Debug, Default)]
pub(crate) struct Block {
    /// The outlines of all letters.
    pub outline: Option<Path>,
    /// Letters that are pictures (colour emoji).
    pub stamps: Vec<Stamp>,
    /// Characters that no font has.
    pub missing: BTreeSet<String>,
    /// The size in pixels that was chosen.
    pub size: f32,
    /// Whether something was cut.
    pub cut: bool,
}

/// A letter that is a picture.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub x: f32,
    pub y: f32,
    pub width: u32,
    pub height: u32,
    /// RGBA, straight alpha.
    pub pixels: Vec<u8>,
}

/// Sets text. Takes the time of about ten layouts when it has to shrink.
///
/// # Errors
/// [`MediaError::NoFonts`].
pub(crate) fn set(fonts: &mut Fonts, spec: &Spec<'_>) -> Result<Block, MediaError> {
    let text = clean(spec.text);
    if text.trim().is_empty() || spec.width < 1.0 || spec.height < 1.0 {
        return Ok(Block::default());
    }
    fonts.check()?;
    let (name, weight) = fonts.choose(spec.family, spec.weight);
    let attrs = Attrs::new()
        .family(Name::Name(&name))
        .weight(Weight(weight))
        // Hinted outlines would jump when they are moved or scaled.
        .cache_key_flags(CacheKeyFlags::DISABLE_HINTING);
    let mut setting = Setting { buffer: Buffer::new_empty(Metrics::new(spec.size, spec.size * LINE)), attrs, spec };
    setting.text(&text);

    let mut cut = false;
    let mut size = spec.size;
    if !setting.fits(fonts, size, Wrap::Word) {
        if setting.fits(fonts, spec.min_size, Wrap::Word) {
            size = setting.largest(fonts, Wrap::Word);
        } else if setting.fits(fonts, spec.min_size, Wrap::WordOrGlyph) {
            // Only a word wider than the box at the smallest size is broken.
            size = setting.largest(fonts, Wrap::WordOrGlyph);
        } else {
            size = spec.min_size;
            setting.shorten(fonts, &text);
            cut = true;
        }
    }
    let mut block = setting.outline(fonts, size);
    block.size = size;
    block.cut = cut;
    Ok(block)
}

/// Without characters that have no look, which some fonts would draw as boxes.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| if c == '\t' { ' ' } else { c })
        .filter(|c| *c == '\n' || !c.is_control())
        .collect()
}

struct Setting<'a> {
    buffer: Buffer,
    attrs: Attrs<'a>,
    spec: &'a Spec<'a>,
}

impl Setting<'_> {
    fn text(&mut self, text: &str) {
        let side = match self.spec.align {
            Align::Start => None, // The shaper's own choice: where the script begins.
            Align::Center => Some(Side::Center),
            Align::End => Some(Side::End),
        };
        self.buffer.set_text(text, &self.attrs, Shaping::Advanced, side);
    }

    fn lay_out(&mut self, fonts: &mut Fonts, size: f32, wrap: Wrap) {
        self.buffer.set_wrap(wrap);
        self.buffer.set_metrics_and_size(Metrics::new(size, size * LINE), Some(self.spec.width), None);
        self.buffer.shape_until_scroll(&mut fonts.system, false);
    }

    fn fits(&mut self, fonts: &mut Fonts, size: f32, wrap: Wrap) -> bool {
        self.lay_out(fonts, size, wrap);
        let mut lines = 0;
        for run in self.buffer.layout_runs() {
            lines += 1;
            if run.line_w > self.spec.width + 0.01 {
                return false;
            }
        }
        lines as f32 * size * LINE <= self.spec.height + 0.01
    }

    /// The largest size that fits, given that the smallest does and the wanted one does not.
    fn largest(&mut self, fonts: &mut Fonts, wrap: Wrap) -> f32 {
        let (mut fits, mut fails) = (self.spec.min_size, self.spec.size);
        while fails - fits > STEP {
            let middle = (fits + fails) / 2.0;
            if self.fits(fonts, middle, wrap) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        self.lay_out(fonts, fits, wrap);
        fits
    }

    /// Cuts the text, between clusters of letters, to the longest beginning that fits with an ellipsis at the
    /// smallest size, and lays that out.
    fn shorten(&mut self, fonts: &mut Fonts, text: &str) {
        let wrap = Wrap::WordOrGlyph;
        let cuts = self.clusters(text);
        let (mut fits, mut fails) = (0, cuts.len());
        let with_ellipsis = |cuts: &[usize], index: usize| {
            let beginning = cuts.get(index).and_then(|cut| text.get(..*cut)).unwrap_or_default();
            format!("{}…", beginning.trim_end())
        };
        while fails - fits > 1 {
            let middle = (fits + fails) / 2;
            self.text(&with_ellipsis(&cuts, middle));
            if self.fits(fonts, self.spec.min_size, wrap) {
                fits = middle;
            } else {
                fails = middle;
            }
        }
        self.text(&with_ellipsis(&cuts, fits));
        if !self.fits(fonts, self.spec.min_size, wrap) {
            // Not even an ellipsis fits.
            self.text("");
            self.lay_out(fonts, self.spec.min_size, wrap);
        }
    }

    /// Where the laid out text may be cut: before each cluster, as bytes from its beginning.
    fn clusters(&self, text: &str) -> Vec<usize> {
        let mut cuts = BTreeSet::from([0]);
        let mut base = 0;
        let mut starts = Vec::new();
        for line in &self.buffer.lines {
            starts.push(base);
            base += line.text().len() + line.ending().as_str().len();
        }
        for run in self.buffer.layout_runs() {
            let base = starts.get(run.line_i).copied().unwrap_or(0);
            cuts.extend(run.glyphs.iter().map(|glyph| base + glyph.start));
        }
        cuts.into_iter().filter(|cut| text.is_char_boundary(*cut)).collect()
    }

    fn outline(&mut self, fonts: &mut Fonts, size: f32) -> Block {
        let spec = self.spec;
        let lines = self.buffer.layout_runs().count() as f32;
        let spare = spec.height - lines * size * LINE;
        let top = match spec.vertical_align {
            VerticalAlign::Top => 0.0,
            VerticalAlign::Middle => spare / 2.0,
            VerticalAlign::Bottom => spare,
        };
        let (left, top) = (-spec.width / 2.0, top - spec.height / 2.0);
        let mut block = Block::default();
        let mut pen = Pen { builder: PathBuilder::new(), x: 0.0, y: 0.0 };
        for run in self.buffer.layout_runs() {
            for glyph in run.glyphs {
                let letters = run.text.get(glyph.start..glyph.end).unwrap_or_default();
                if glyph.glyph_id == 0 && letters.chars().any(|c| !c.is_whitespace()) {
                    block.missing.insert(letters.to_owned());
                }
                let key = glyph.physical((0.0, 0.0), 1.0).cache_key;
                pen.x = left + glyph.x + glyph.font_size * glyph.x_offset;
                pen.y = top + run.line_y + glyph.y - glyph.font_size * glyph.y_offset;
                let commands = fonts.outlines.get_outline_commands(&mut fonts.system, key);
                match commands {
                    Some(commands) if !commands.is_empty() => pen.draw(commands),
                    _ if letters.chars().all(char::is_whitespace) => {}
                    _ => {
                        let image = fonts.outlines.get_image_uncached(&mut fonts.system, key);
                        if let Some(image) = image.filter(|i| i.content == SwashContent::Color) {
                            block.stamps.push(Stamp {
                                x: pen.x + image.placement.left as f32,
                                y: pen.y - image.placement.top as f32,
                                width: image.placement.width,
                                height: image.placement.height,
                                pixels: image.data,
                            });
                        }
                    }
                }
            }
        }
        block.outline = pen.builder.finish();
        block
    }
}

struct Pen {
    builder: PathBuilder,
    x: f32,
    y: f32,
}

impl Pen {
    /// Adds a letter's outline, whose y points up.
    fn draw(&mut self, commands: &[Command]) {
        let (x, y) = (self.x, self.y);
        let b = &mut self.builder;
        for command in commands {
            match command {
                Command::MoveTo(p) => b.move_to(x + p.x, y - p.y),
                Command::LineTo(p) => b.line_to(x + p.x, y - p.y),
                Command::QuadTo(c, p) => b.quad_to(x + c.x, y - c.y, x + p.x, y - p.y),
                Command::CurveTo(c, d, p) => {
                    b.cubic_to(x + c.x, y - c.y, x + d.x, y - d.y, x + p.x, y - p.y);
                }
                Command::Close => b.close(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_in(text: &str, width: f32, height: f32) -> Block {
        let spec = Spec {
            text,
            width,
            height,
            size: 80.0,
            min_size: 16.0,
            weight: 400,
            family: Family::Sans,
            align: Align::Center,
            vertical_align: VerticalAlign::Middle,
        };
        set(&mut Fonts::load(), &spec).unwrap()
    }

    #[test]
    fn text_takes_the_largest_size_that_fits() {
        assert_eq!(set_in("Hi", 600.0, 200.0).size, 80.0);
        let long = set_in("A title of quite a few words that needs several lines", 600.0, 200.0);
        assert!(long.size > 40.0 && long.size < 80.0 && !long.cut, "{}", long.size);
        // A little more would not fit: the search is no coarser than half a pixel.
        let one_line = set_in("Unbreakable", 300.0, 90.0);
        let wide = one_line.outline.unwrap().bounds().width();
        assert!(wide > 285.0 && wide <= 300.0, "{wide}");
    }

    #[test]
    fn a_word_wider_than_the_box_at_the_smallest_size_is_broken_not_lost() {
        let word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
        let block = set_in(word, 200.0, 300.0);
        assert!(!block.cut && block.size >= 16.0);
        assert!(block.outline.unwrap().bounds().height() > 2.0 * 16.0);
    }

    #[test]
    fn what_fits_at_no_size_is_cut_with_an_ellipsis() {
        let block = set_in(&"many words ".repeat(900), 300.0, 100.0);
        assert!(block.cut);
        assert_eq!(block.size, 16.0);
        let bounds = block.outline.unwrap().bounds();
        assert!(bounds.height() <= 100.0 && bounds.height() > 60.0, "{}", bounds.height());
    }

    #[test]
    fn characters_without_a_glyph_are_told() {
        let block = set_in("ok \u{F0000}", 300.0, 100.0);
        assert_eq!(block.missing.iter().next().map(String::as_str), Some("\u{F0000}"));
        assert!(set_in("plain — “text”", 300.0, 100.0).missing.is_empty());
    }
}
