//! The stage: turns sprites (drawn around an origin of their own, in units of their own) into layers, under one light
//! and one grade, so that everything in a picture belongs together.

use kinora_sdk::documents::{
    COMPOSITION_SCHEMA, Composition, Content, Drawing, Easing, Key, Layer, Paint, Property, Stroke, Track,
};

use crate::{
    grade::Grade,
    number::{fine, tidy},
    paint::{Color, Fill},
    path::Path,
    random::Random,
};

/// One outline of a sprite.
#[derive(Clone, Debug)]
pub struct Shape {
    path: Path,
    fill: Option<Fill>,
    stroke: Option<(Fill, f32)>,
    /// It gives light of its own and takes none from the scene.
    lit: bool,
    /// How its opacity wavers: the lowest part, and the seconds of a wave.
    flicker: Option<(f32, f32)>,
}

/// A drawing of its own.
#[derive(Clone, Debug, Default)]
pub struct Sprite(Vec<Shape>);

impl Sprite {
    /// Nothing yet.
    pub fn new() -> Sprite {
        Sprite::default()
    }

    /// A surface.
    pub fn fill(&mut self, path: Path, fill: impl Into<Fill>) -> &mut Sprite {
        self.push(path, Some(fill.into()), None, false)
    }

    /// A surface that shines by itself: a window at night, a lamp, a screen.
    pub fn lit(&mut self, path: Path, fill: impl Into<Fill>) -> &mut Sprite {
        self.push(path, Some(fill.into()), None, true)
    }

    /// A soft shadow on the ground: ellipses on ellipses, for a gradient cannot be flat.
    pub fn shadow(&mut self, x: f32, y: f32, rx: f32, ry: f32, strength: f32) -> &mut Sprite {
        for part in [1.0, 0.88, 0.76, 0.64] {
            self.fill(Path::ellipse(x, y, rx * part, ry * part), crate::paint::rgb(0x12_0c12).alpha(strength * 0.3));
        }
        self
    }

    /// A line.
    pub fn line(&mut self, path: Path, fill: impl Into<Fill>, width: f32) -> &mut Sprite {
        self.push(path, None, Some((fill.into(), width)), false)
    }

    /// A line that shines by itself.
    pub fn lit_line(&mut self, path: Path, fill: impl Into<Fill>, width: f32) -> &mut Sprite {
        self.push(path, None, Some((fill.into(), width)), true)
    }

    /// The last outline's light wavers.
    pub fn flicker(&mut self, low: f32, seconds: f32) -> &mut Sprite {
        if let Some(shape) = self.0.last_mut() {
            shape.flicker = Some((low, seconds));
        }
        self
    }

    /// Another sprite on top.
    pub fn add(&mut self, other: &Sprite, x: f32, y: f32, kx: f32, ky: f32) -> &mut Sprite {
        for shape in &other.0 {
            let mut shape = shape.clone();
            shape.path = shape.path.place(x, y, kx, ky);
            let fill = |fill: &Fill| match fill {
                Fill::Solid(color) => Fill::Solid(*color),
                Fill::Linear(from, to, stops) => {
                    Fill::Linear([from[0] * kx + x, from[1] * ky + y], [to[0] * kx + x, to[1] * ky + y], stops.clone())
                }
                Fill::Radial(center, radius, stops) => {
                    Fill::Radial([center[0] * kx + x, center[1] * ky + y], radius * ky.abs(), stops.clone())
                }
            };
            shape.fill = shape.fill.as_ref().map(fill);
            shape.stroke = shape.stroke.as_ref().map(|(paint, width)| (fill(paint), width * ky.abs()));
            self.0.push(shape);
        }
        self
    }

    fn push(&mut self, path: Path, fill: Option<Fill>, stroke: Option<(Fill, f32)>, lit: bool) -> &mut Sprite {
        self.0.push(Shape { path, fill, stroke, lit, flicker: None });
        self
    }
}

/// How a sprite moves in a clip; a picture ignores it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Motion {
    /// Pixels over the whole clip.
    pub drift: (f32, f32),
    /// Up and down: pixels and seconds.
    pub bob: (f32, f32),
    /// To and fro: degrees and seconds.
    pub sway: (f32, f32),
    /// Breathing opacity: the lowest part and seconds; none where seconds are 0.
    pub pulse: (f32, f32),
    /// Runs downward by this much again and again: pixels and seconds.
    pub fall: (f32, f32),
    /// Pixels to the right for every pixel of a fall.
    pub lean: f32,
    /// Where in its waves it begins, from 0.0 to 1.0.
    pub phase: f32,
}

/// How a sprite is put on the stage.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// Of the sprite's origin.
    pub x: f32,
    /// Of the sprite's origin.
    pub y: f32,
    /// Pixels of one unit of the sprite.
    pub k: f32,
    /// Mirrored.
    pub flip: bool,
    /// How far it fades into the haze, from 0.0 (near) to 1.0 (gone).
    pub depth: f32,
    /// Of the whole sprite.
    pub opacity: f32,
    /// How it moves.
    pub motion: Motion,
}

impl Pose {
    /// Near, still, not mirrored.
    pub fn at(x: f32, y: f32, k: f32) -> Pose {
        Pose { x, y, k, flip: false, depth: 0.0, opacity: 1.0, motion: Motion::default() }
    }

    /// Mirrored or not.
    pub fn flip(self, flip: bool) -> Pose {
        Pose { flip, ..self }
    }

    /// Farther away.
    pub fn depth(self, depth: f32) -> Pose {
        Pose { depth, ..self }
    }

    /// Fainter.
    pub fn opacity(self, opacity: f32) -> Pose {
        Pose { opacity, ..self }
    }

    /// Moving.
    pub fn motion(self, motion: Motion) -> Pose {
        Pose { motion, ..self }
    }
}

/// What is being composed.
pub struct Stage {
    /// Pixels.
    pub w: f32,
    /// Pixels.
    pub h: f32,
    /// The shorter side: what things are measured by.
    pub u: f32,
    /// At least 1.
    pub frames: u32,
    /// Of the clip.
    pub seconds: f32,
    /// Chance.
    pub random: Random,
    /// What light does to a colour: it is multiplied by this.
    pub tint: Color,
    /// What far things fade into.
    pub haze: Color,
    /// What mood and style do to every colour.
    pub grade: Grade,
    layers: Vec<Layer>,
    drawing: Drawing,
    /// What is put while something is recorded, for the water to mirror.
    recorded: Option<Vec<(Sprite, Pose)>>,
}

/// A wave has at most so many turning points, however long the clip is.
const WAVES: f32 = 40.0;

impl Stage {
    /// An empty stage.
    pub fn new(drawing: &Drawing) -> Stage {
        let (w, h) = (drawing.width as f32, drawing.height as f32);
        let rate = (drawing.rate.as_f64() as f32).clamp(1.0, 240.0);
        Stage {
            w,
            h,
            u: w.min(h),
            frames: drawing.frames,
            seconds: drawing.frames as f32 / rate,
            random: Random::new(drawing.seed, &drawing.kind),
            tint: crate::paint::WHITE,
            haze: crate::paint::WHITE,
            grade: Grade::of(drawing),
            layers: Vec::new(),
            drawing: drawing.clone(),
            recorded: None,
        }
    }

    /// What is asked for.
    pub fn drawing(&self) -> &Drawing {
        &self.drawing
    }

    /// More than one frame.
    pub fn moves(&self) -> bool {
        self.frames > 1
    }

    /// Pixels a thing has gone at the end when it goes so fast (pixels a second), but never farther than `most`.
    pub fn travel(&self, speed: f32, most: f32) -> f32 {
        (speed * self.seconds).clamp(-most.abs(), most.abs())
    }

    /// Puts a sprite on top of everything.
    pub fn put(&mut self, sprite: &Sprite, pose: Pose) {
        if let Some(recorded) = &mut self.recorded {
            recorded.push((sprite.clone(), pose));
        }
        let kx = if pose.flip { -pose.k } else { pose.k };
        for shape in &sprite.0 {
            let ink = |color: Color| {
                let color = if shape.lit {
                    color.mix(self.haze, pose.depth * 0.4)
                } else {
                    color.times(self.tint).mix(self.haze, pose.depth)
                };
                self.grade.apply(color)
            };
            let data = shape.path.data(kx, pose.k);
            if data.is_empty() {
                continue;
            }
            let content = Content::Path {
                d: data,
                fill: shape.fill.as_ref().map(|fill| fill.map(ink).paint(kx, pose.k)),
                stroke: shape.stroke.as_ref().map(|(fill, width)| Stroke {
                    paint: fill.map(ink).paint(kx, pose.k),
                    width: tidy((width * pose.k).max(0.1)),
                }),
            };
            let mut motion = pose.motion;
            if let Some((low, seconds)) = shape.flicker {
                motion.pulse = (low, seconds);
            }
            let mut layer = Layer::new(content, tidy(pose.x), tidy(pose.y));
            layer.opacity = fine(pose.opacity.clamp(0.0, 1.0));
            layer.tracks = self.tracks(&motion, &layer);
            self.layers.push(layer);
        }
    }

    /// From now on remembers what is put.
    pub fn record(&mut self) {
        self.recorded = Some(Vec::new());
    }

    /// What has been put since [`record`](Self::record); no more is remembered.
    pub fn recorded(&mut self) -> Vec<(Sprite, Pose)> {
        self.recorded.take().unwrap_or_default()
    }

    /// Puts what was recorded again, upside down beneath the line at `y`.
    pub fn mirror(&mut self, recorded: Vec<(Sprite, Pose)>, y: f32, squash: f32) {
        for (sprite, pose) in recorded {
            let mut image = Sprite::new();
            image.add(&sprite, 0.0, 0.0, 1.0, -squash);
            let mut motion = pose.motion;
            motion.bob.0 = -motion.bob.0;
            motion.sway.0 = -motion.sway.0;
            self.put(&image, Pose { y: y + (y - pose.y) * squash, motion, ..pose });
        }
    }

    /// A surface in canvas coordinates whose colours are meant as they are: skies, glows, haze.
    pub fn raw(&mut self, path: Path, fill: impl Into<Fill>) {
        self.raw_moving(path, fill, 0.0, 0.0, 1.0, Motion::default());
    }

    /// A surface around a point whose colours are meant as they are, moving.
    pub fn raw_moving(&mut self, path: Path, fill: impl Into<Fill>, x: f32, y: f32, opacity: f32, motion: Motion) {
        let mut sprite = Sprite::new();
        sprite.lit(path, fill);
        self.put(&sprite, Pose::at(x, y, 1.0).opacity(opacity).motion(motion));
    }

    /// Any layer.
    pub fn layer(&mut self, layer: Layer) {
        self.layers.push(layer);
    }

    /// How many layers there are so far.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// Gives every layer from `first` on these tracks, in place of what it has of the same properties.
    pub fn animate(&mut self, first: usize, tracks: Vec<Track>) {
        for layer in self.layers.iter_mut().skip(first) {
            layer.tracks.retain(|old| tracks.iter().all(|new| new.property != old.property));
            layer.tracks.extend(tracks.iter().cloned());
        }
    }

    /// Turns every layer from `first` on, in degrees clockwise.
    pub fn turn(&mut self, first: usize, degrees: f32) {
        for layer in self.layers.iter_mut().skip(first) {
            layer.rotation = tidy(degrees);
        }
    }

    /// The whole canvas.
    pub fn all(&self) -> Path {
        // A little more than the canvas: no seam at its edge when a renderer smooths edges.
        Path::rect(-2.0, -2.0, self.w + 4.0, self.h + 4.0)
    }

    /// What has been put on the stage.
    pub fn finish(self, background: Option<Paint>) -> Composition {
        Composition {
            schema: COMPOSITION_SCHEMA,
            width: self.drawing.width,
            height: self.drawing.height,
            rate: self.drawing.rate,
            frames: self.frames,
            background,
            layers: self.layers,
        }
    }

    fn tracks(&self, motion: &Motion, layer: &Layer) -> Vec<Track> {
        let mut tracks = Vec::new();
        if !self.moves() {
            return tracks;
        }
        let end = self.frames as f32;
        if motion.drift.0 != 0.0 {
            tracks.push(track(Property::X, &[(0.0, layer.x), (end, layer.x + motion.drift.0)]));
        }
        if motion.fall.1 > 0.0 {
            let (far, seconds) = motion.fall;
            tracks.push(self.falling(Property::Y, layer.y, far, seconds, motion.phase));
            if motion.lean != 0.0 {
                let far = far * motion.lean;
                tracks.push(self.falling(Property::X, layer.x, far, seconds, motion.phase));
            }
        } else if motion.bob.1 > 0.0 {
            let (lift, seconds) = motion.bob;
            tracks.push(self.swinging(
                Property::Y,
                layer.y - lift,
                layer.y + lift,
                seconds,
                motion.phase,
                motion.drift.1,
            ));
        } else if motion.drift.1 != 0.0 {
            tracks.push(track(Property::Y, &[(0.0, layer.y), (end, layer.y + motion.drift.1)]));
        }
        if motion.sway.1 > 0.0 {
            let (turn, seconds) = motion.sway;
            tracks.push(self.swinging(Property::Rotation, -turn, turn, seconds, motion.phase, 0.0));
        }
        if motion.pulse.1 > 0.0 {
            let (low, seconds) = motion.pulse;
            tracks.push(self.swinging(
                Property::Opacity,
                layer.opacity * low,
                layer.opacity,
                seconds,
                motion.phase,
                0.0,
            ));
        }
        tracks
    }

    fn swinging(&self, property: Property, low: f32, high: f32, seconds: f32, phase: f32, drift: f32) -> Track {
        let end = self.frames as f32;
        let half = (seconds * end / self.seconds.max(0.001) / 2.0).max(end / WAVES).max(1.0);
        let mut keys = Vec::new();
        let mut frame = -2.0 * half * phase.clamp(0.0, 1.0);
        let mut up = true;
        loop {
            let value = if up { high } else { low } + drift * (frame / end).clamp(0.0, 1.0);
            keys.push(key(frame, value, Easing::EaseInOut));
            if frame >= end {
                break;
            }
            frame += half;
            up = !up;
        }
        Track { property, keys }
    }

    fn falling(&self, property: Property, from: f32, far: f32, seconds: f32, phase: f32) -> Track {
        let end = self.frames as f32;
        let round = (seconds * end / self.seconds.max(0.001)).max(end / WAVES).max(2.0);
        let mut keys = Vec::new();
        let mut frame = -round * phase.clamp(0.0, 1.0);
        while frame < end {
            keys.push(key(frame, from, Easing::Linear));
            keys.push(key(frame + round - 0.01, from + far, Easing::Hold));
            frame += round;
        }
        Track { property, keys }
    }
}

/// A value that moves at one speed from key to key.
pub fn track(property: Property, keys: &[(f32, f32)]) -> Track {
    eased(property, keys, Easing::Linear)
}

/// A value that moves from key to key.
pub fn eased(property: Property, keys: &[(f32, f32)], easing: Easing) -> Track {
    Track { property, keys: keys.iter().map(|(frame, value)| key(*frame, *value, easing)).collect() }
}

fn key(frame: f32, value: f32, easing: Easing) -> Key {
    Key { frame: tidy(frame), value: fine(value), easing }
}
