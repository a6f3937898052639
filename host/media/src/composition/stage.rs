//! Draws a scene into frames at the price of what changes.
//!
//! Layers that hold still for a while are laid over one another once; a moving layer is drawn again in its own small
//! frame; one that only fades is blended anew from what was drawn before. Which layers hold still is a function of the
//! frame's number alone, so that a frame looks the same whichever was drawn before it.

use std::collections::HashMap;
use std::sync::Arc;

use super::motion::{self, Place, State};
use super::raster;
use super::scene::Scene;
use crate::planes::{Frame, Patch};

/// Layers that hold still for at least so many frames are laid together.
const HOLD: u32 = 8;
/// How many bytes of drawn layers are remembered; what is beyond is drawn anew each frame.
const CACHE: usize = 256 << 20;

/// A scene and what is remembered of its last frame.
pub(crate) struct Stage {
    pub scene: Scene,
    drawn: HashMap<usize, (Place, Option<Arc<Patch>>)>,
    drawn_bytes: usize,
    runs: Vec<Run>,
    base: Option<(Vec<(usize, State)>, Frame)>,
}

/// Layers laid over one another.
struct Run {
    of: Vec<(usize, State)>,
    patch: Option<Arc<Patch>>,
}

enum Item {
    One(usize, State),
    Several(Vec<(usize, State)>),
}

impl Stage {
    pub fn new(scene: Scene) -> Self {
        Stage { scene, drawn: HashMap::new(), drawn_bytes: 0, runs: Vec::new(), base: None }
    }

    /// Draws a frame: over what `out` holds if the scene is transparent, instead of it otherwise.
    pub fn draw(&mut self, frame: u32, out: &mut Frame) {
        let mut items = self.items(frame);
        if self.scene.background.is_some() {
            let still = match items.first() {
                Some(Item::Several(_)) => match items.remove(0) {
                    Item::Several(of) => of,
                    Item::One(..) => Vec::new(),
                },
                _ => Vec::new(),
            };
            self.draw_base(still, out);
        }
        let mut kept = Vec::new();
        for item in items {
            match item {
                Item::One(index, state) => {
                    if let Some(patch) = self.patch(index, &state.place) {
                        out.blend(&patch, state.opacity);
                    }
                }
                Item::Several(of) => {
                    let known = self.runs.iter().position(|run| run.of == of);
                    let run = match known {
                        Some(index) => self.runs.swap_remove(index),
                        None => self.lay_together(of),
                    };
                    if let Some(patch) = &run.patch {
                        out.blend(patch, 1.0);
                    }
                    kept.push(run);
                }
            }
        }
        self.runs = kept;
    }

    /// What is to be blended for a frame, the lowest first.
    fn items(&self, frame: u32) -> Vec<Item> {
        let mut items = Vec::new();
        for (index, drawn) in self.scene.layers.iter().enumerate() {
            if drawn.shape.is_none() {
                continue;
            }
            let state = motion::state(&drawn.layer, frame);
            if state.opacity <= 0.0 {
                continue;
            }
            let still = motion::steady_until(&drawn.layer, frame) >= frame.saturating_add(HOLD);
            match items.last_mut() {
                Some(Item::Several(of)) if still => of.push((index, state)),
                _ if still => items.push(Item::Several(vec![(index, state)])),
                _ => items.push(Item::One(index, state)),
            }
        }
        items
    }

    /// The background with the lowest layers that hold still.
    fn draw_base(&mut self, still: Vec<(usize, State)>, out: &mut Frame) {
        if let Some((of, base)) = &self.base
            && *of == still
        {
            out.copy_from(base);
            return;
        }
        let mut base = Frame::new(self.scene.width, self.scene.height);
        if let Some(background) = &self.scene.background {
            base.blend(&Patch::from_raster(background), 1.0);
        }
        for (index, state) in &still {
            if let Some(patch) = self.patch(*index, &state.place) {
                base.blend(&patch, state.opacity);
            }
            self.forget(*index);
        }
        out.copy_from(&base);
        self.base = Some((still, base));
    }

    fn lay_together(&mut self, of: Vec<(usize, State)>) -> Run {
        let mut patches = Vec::new();
        for (index, state) in &of {
            if let Some(patch) = self.patch(*index, &state.place) {
                patches.push((patch, state.opacity));
            }
            self.forget(*index);
        }
        let borrowed: Vec<(&Patch, f32)> = patches.iter().map(|(p, o)| (p.as_ref(), *o)).collect();
        let patch = Patch::flatten(&borrowed).map(Arc::new);
        Run { of, patch }
    }

    /// A layer at a place, remembered as long as it stays there.
    fn patch(&mut self, index: usize, place: &Place) -> Option<Arc<Patch>> {
        if let Some((at, patch)) = self.drawn.get(&index)
            && at == place
        {
            return patch.clone();
        }
        self.forget(index);
        let shape = self.scene.layers.get(index)?.shape.as_ref()?;
        let raster = raster::draw(shape, place, (self.scene.width, self.scene.height));
        let patch = raster.map(|raster| Arc::new(Patch::from_raster(&raster)));
        let bytes = patch.as_ref().map_or(0, |patch| patch.bytes());
        if self.drawn_bytes + bytes <= CACHE {
            self.drawn_bytes += bytes;
            self.drawn.insert(index, (*place, patch.clone()));
        }
        patch
    }

    fn forget(&mut self, index: usize) {
        if let Some((_, Some(patch))) = self.drawn.remove(&index) {
            self.drawn_bytes -= patch.bytes();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composition::Blobs;
    use crate::fonts::Fonts;
    use std::sync::Mutex;

    fn stage(background: bool) -> Stage {
        let background = if background {
            r##""background": {"type":"radial","center":[80,45],"radius":120,"stops":[
                {"offset":0,"color":"#203060"},{"offset":1,"color":"#050510"}]},"##
        } else {
            ""
        };
        let text = format!(
            r##"{{"schema":1,"width":160,"height":90,"rate":{{"num":30,"den":1}},"frames":60,{background}
            "layers":[
            {{"content":{{"type":"rect","width":100,"height":40,"radius":6,"fill":{{"type":"solid","color":"#ff880080"}}}},"x":60,"y":40}},
            {{"content":{{"type":"text","text":"Hold still","width":120,"height":30,"size":24,"min_size":8,"color":"#ffffff","shadow":{{"color":"#000000","blur":4}}}},"x":80,"y":45}},
            {{"content":{{"type":"ellipse","rx":20,"ry":12,"fill":{{"type":"solid","color":"#00ffaa60"}}}},"x":20,"y":20,
             "tracks":[{{"property":"x","keys":[{{"frame":10,"value":20,"easing":"ease-in-out"}},{{"frame":30,"value":130}}]}}]}},
            {{"content":{{"type":"path","d":"M 0 0 L 40 0 L 20 30 Z","stroke":{{"paint":{{"type":"solid","color":"#ff00ff"}},"width":3}}}},"x":90,"y":50,
             "tracks":[{{"property":"opacity","keys":[{{"frame":0,"value":0}},{{"frame":20,"value":1}}]}}]}},
            {{"content":{{"type":"rect","width":30,"height":8,"fill":{{"type":"solid","color":"#ffffff"}}}},"x":30,"y":80,"start":12,"end":50}}
            ]}}"##
        );
        let composition = serde_json::from_str(&text).unwrap();
        Stage::new(Scene::new(&composition, &Blobs::new(), &Mutex::new(Fonts::load())).unwrap())
    }

    #[test]
    fn a_frame_looks_the_same_whichever_was_drawn_before_it() {
        for background in [true, false] {
            let mut in_order = stage(background);
            let mut frames = Vec::new();
            for frame in 0..60 {
                let mut out = Frame::new(160, 90);
                in_order.draw(frame, &mut out);
                frames.push(out);
            }
            assert_ne!(frames[0], frames[15]);
            for frame in [59u32, 0, 31, 12, 11, 49, 50, 25] {
                let mut out = Frame::new(160, 90);
                stage(background).draw(frame, &mut out);
                assert!(out == frames[frame as usize], "frame {frame}, background {background}");
            }
        }
    }

    #[test]
    fn what_is_drawn_in_planes_is_what_is_drawn_in_rgb() {
        let mut stage = stage(true);
        for frame in [0, 15, 40] {
            let mut out = Frame::new(160, 90);
            stage.draw(frame, &mut out);
            let rgba = stage.scene.rgba(frame);
            let rgb: Vec<u8> = rgba.chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
            let want = crate::planes::from_rgb(&rgb, 160, 90);
            let worst = out.data.iter().zip(&want.data).map(|(a, b)| a.abs_diff(*b)).max();
            assert!(worst.unwrap() <= 4, "frame {frame}: {worst:?}");
            let sum: u32 = out.data.iter().zip(&want.data).map(|(a, b)| u32::from(a.abs_diff(*b))).sum();
            assert!(sum as usize * 2 < out.data.len(), "frame {frame}: more than half a level in the mean");
        }
    }

    #[test]
    fn layers_that_hold_still_are_one_item_and_a_moving_one_is_alone() {
        let stage = stage(true);
        let count = |frame| stage.items(frame).len();
        // Frame 25: text and plate rest; the ellipse moves; the triangle and the bar rest.
        assert_eq!(count(25), 3);
        // Frame 35: all that is seen rests.
        assert_eq!(count(35), 1);
    }
}
