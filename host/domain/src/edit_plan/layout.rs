//! Lays shots out in whole frames. Boundaries are rounded, not lengths, so that nothing adds up: the frames until the
//! end of a shot are those of all lengths so far, minus those that crossfades have shared.

use super::beats::Grid;
use super::shot::{Length, Resolved, Seen, Shot};
use super::time::Span;
use super::{MAX_PIECES, MAX_PROBLEMS, camera, label};
use crate::documents::*;
use crate::film::{MAX_FRAMES, Motion};
use crate::timeline::{Shown, Timeline, TimelineSegment, milliseconds};

/// Lays out the shots of a plan.
///
/// # Errors
/// What only frames show: shots too short for themselves or their crossfades, films too long.
pub(super) fn lay_out(plan: &EditPlan, resolved: Resolved<'_>) -> Result<Timeline, Vec<Problem>> {
    let rate = plan.output.fps;
    let Resolved { shots, grid, music, mut warnings } = resolved;
    let mut film = Layout {
        rate,
        grid,
        offset: Span::milliseconds(plan.audio.start_offset_ms),
        spent: Span::default(),
        shared: 0,
        pieces: vec![],
        problems: vec![],
    };
    for shot in &shots {
        film.add(shot);
    }
    // Before it is filled up: a last frame that is held then is what was asked for.
    warnings.extend(film.pieces.iter().filter_map(|piece| piece.held(rate)));
    if let Some(music) = music
        && film.problems.is_empty()
    {
        let (lasts, timeline) = (music.lasts.frames(rate).max(1), film.end());
        let said = |frames| format!("{:.1} s", milliseconds(frames, rate) as f64 / 1000.0);
        if plan.audio.end_at_audio_end {
            if timeline > lasts {
                let (timeline, lasts) = (said(timeline), said(lasts));
                warnings
                    .push(format!("The timeline lasts {timeline}, but the film ends with its music, after {lasts}"));
            }
            film.fill(&shots, plan.repeat.unwrap_or_default(), lasts);
        } else if timeline > lasts + 1 {
            let (timeline, lasts) = (said(timeline), said(lasts));
            warnings.push(format!("The music ends after {lasts}, the film after {timeline}: its end is silent"));
        }
    }
    film.check();
    if !film.problems.is_empty() {
        return Err(film.problems);
    }
    warnings.truncate(MAX_PROBLEMS);
    let PlanOutput { width, height, .. } = plan.output;
    let segments = film.pieces.iter().map(|piece| piece.segment(rate)).collect();
    Ok(Timeline { width, height, rate, segments, audio: music.map(|music| music.part), warnings })
}

/// A shot in frames.
struct Piece<'p> {
    /// Nothing is black.
    shot: Option<Shot<'p>>,
    frames: u64,
    crossfade: u64,
}

impl Piece<'_> {
    fn segment(&self, rate: Rate) -> TimelineSegment {
        let shown = match self.shot {
            None => Shown::Black,
            Some(Shot { id, seen: Seen::Clip { start_ms, end_ms }, .. }) => {
                Shown::Video { media_id: id.to_owned(), start_ms, end_ms }
            }
            Some(Shot { id, seen: Seen::Picture(effect), .. }) => {
                let motion = camera::motion(effect, self.frames as f64 / rate.as_f64());
                Shown::Picture { media_id: id.to_owned(), motion, effect }
            }
            Some(Shot { id, seen: Seen::Held(view), .. }) => Shown::Picture {
                media_id: id.to_owned(),
                motion: Some(Motion { from: view, to: view }),
                effect: CameraEffect::None,
            },
        };
        TimelineSegment {
            shown,
            number: self.shot.filter(|shot| !matches!(shot.seen, Seen::Held(_))).map(|shot| shot.number),
            // No film has more frames than MAX_FRAMES.
            frames: self.frames as u32,
            crossfade: self.crossfade as u32,
        }
    }

    /// What is to be said of a clip that is shown for longer than it lasts.
    fn held(&self, rate: Rate) -> Option<String> {
        let Some(Shot { number, id, seen: Seen::Clip { start_ms, end_ms: Some(end) }, .. }) = self.shot else {
            return None;
        };
        let there = end - start_ms;
        (self.frames > Span::milliseconds(there).frames(rate) + 1).then(|| {
            let (label, shown) = (label(number, id), milliseconds(self.frames, rate));
            format!("{label} lasts {shown} ms, but only {there} ms of the clip are there: the last frame is held")
        })
    }
}

struct Layout<'p> {
    rate: Rate,
    grid: Option<Grid>,
    /// Where in the track the film begins.
    offset: Span,
    /// The lengths of all shots so far.
    spent: Span,
    /// The frames that their crossfades have shared.
    shared: u64,
    pieces: Vec<Piece<'p>>,
    problems: Vec<Problem>,
}

impl<'p> Layout<'p> {
    /// The frames of the film so far, until it is filled up.
    fn end(&self) -> u64 {
        self.spent.frames(self.rate).saturating_sub(self.shared)
    }

    /// Adds a shot; whether it could be.
    fn add(&mut self, shot: &Shot<'p>) -> bool {
        let crossfade = match (&shot.crossfade, self.pieces.is_empty()) {
            (Some(span), false) => span.frames(self.rate).max(1),
            _ => 0,
        };
        let length = match shot.length {
            Length::Time(span) => span,
            Length::Beats(beats) => self.until_beat(beats, crossfade),
        };
        let before = self.spent.frames(self.rate);
        let spent = self.spent + length;
        let frames = spent.frames(self.rate) - before;
        if frames == 0 {
            let message = format!(
                "{} lasts {} ms, less than a frame at {} frames per second; lengthen it",
                label(shot.number, shot.id),
                length.as_milliseconds(),
                self.rate
            );
            return self.fail("too-short", message, shot.number, "duration");
        }
        if spent.frames(self.rate) > MAX_FRAMES {
            let message = format!(
                "{}: with it the timeline has more than {MAX_FRAMES} frames, which is the most that is allowed; shorten it",
                label(shot.number, shot.id)
            );
            return self.fail("film-too-long", message, shot.number, "duration");
        }
        if self.pieces.len() == MAX_PIECES {
            let message = format!(
                "{}: with it the timeline is repeated to more than {MAX_PIECES} segments, which is the most that is \
                 allowed; lengthen the segments",
                label(shot.number, shot.id)
            );
            return self.fail("too-many", message, shot.number, "duration");
        }
        let room = self.pieces.last().map_or(0, |last| last.frames - last.crossfade).min(frames);
        let fits = crossfade <= room;
        if !fits {
            let message = self.no_room(shot, crossfade, frames);
            self.fail("crossfade-too-long", message, shot.number, "transition");
        }
        // What does not fit is a cut, so that what follows is judged by what it follows.
        let crossfade = if fits { crossfade } else { 0 };
        self.spent = spent;
        self.shared += crossfade;
        self.pieces.push(Piece { shot: Some(*shot), frames, crossfade });
        fits
    }

    /// The length with which a shot that begins now ends on a beat. Its crossfade comes before the beats that it is
    /// seen alone, so that a crossfade is over on the beat on which there would be a cut.
    fn until_beat(&self, beats: f64, crossfade: u64) -> Span {
        let Some(grid) = &self.grid else { return Span::default() };
        // Not where the frames end, but where the lengths do.
        let shared = Span::of_frames(self.shared, self.rate);
        let now = (self.spent - shared + self.offset).as_milliseconds();
        Span::seconds((grid.end(now, beats) - now) / 1000.0) + Span::of_frames(crossfade, self.rate)
    }

    /// Why a crossfade of so many frames into a shot of so many does not fit.
    fn no_room(&self, shot: &Shot<'_>, wanted: u64, frames: u64) -> String {
        let ms = |frames| milliseconds(frames, self.rate);
        let (this, fade) = (label(shot.number, shot.id), ms(wanted));
        let last = self.pieces.last().and_then(|last| last.shot.map(|shot| (last, shot)));
        let longer_than = match last.filter(|_| wanted <= frames) {
            None => format!("the segment itself, which lasts {} ms", ms(frames)),
            Some((last, before)) => {
                let taken = match last.crossfade {
                    0 => String::new(),
                    taken => format!(", of which the crossfade before it takes {} ms", ms(taken)),
                };
                format!("{} allows, which lasts {} ms{taken}", label(before.number, before.id), ms(last.frames))
            }
        };
        format!(
            "{this}: the crossfade of {fade} ms into it is longer than {longer_than}; shorten the crossfade or lengthen the \
             segment"
        )
    }

    fn fail(&mut self, code: &str, message: String, number: usize, field: &str) -> bool {
        let path = format!("/timeline/{}/{field}", number - 1);
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { code: code.to_owned(), message, path });
        }
        false
    }

    /// Fills the film up, or cuts it off, so that it has just so many frames.
    fn fill(&mut self, shots: &[Shot<'p>], repeat: PlanRepeat, until: u64) {
        match repeat.mode {
            RepeatMode::RepeatAll => {
                let mut again = shots.iter().cycle();
                while self.end() < until && again.next().is_some_and(|shot| self.add(shot)) {}
            }
            RepeatMode::RepeatLast => while self.end() < until && shots.last().is_some_and(|shot| self.add(shot)) {},
            RepeatMode::Stop => {
                if let Some(rest) = until.checked_sub(self.end()).filter(|rest| *rest > 0) {
                    self.rest(rest, repeat.fill_behavior);
                }
            }
        }
        self.cut(until);
    }

    /// Fills so many frames with nothing of their own.
    fn rest(&mut self, frames: u64, fill: FillBehavior) {
        let shot = match fill {
            FillBehavior::Black => None,
            FillBehavior::FreezeLast => self.pieces.last().and_then(|last| last.shot),
        };
        match (self.pieces.last_mut(), shot) {
            (Some(last), Some(shot @ Shot { seen: Seen::Clip { start_ms, end_ms }, .. })) => {
                let shown = start_ms.saturating_add(milliseconds(last.frames, self.rate));
                let end_ms = Some(end_ms.map_or(shown, |end| end.min(shown)));
                last.shot = Some(Shot { seen: Seen::Clip { start_ms, end_ms }, ..shot });
                last.frames += frames;
            }
            (Some(last), Some(shot @ Shot { seen: Seen::Picture(effect), .. })) => {
                match camera::motion(effect, last.frames as f64 / self.rate.as_f64()) {
                    None => last.frames += frames,
                    Some(Motion { to, .. }) => {
                        let shot = Some(Shot { seen: Seen::Held(to), ..shot });
                        self.pieces.push(Piece { shot, frames, crossfade: 0 });
                    }
                }
            }
            _ => self.pieces.push(Piece { shot: None, frames, crossfade: 0 }),
        }
    }

    /// Ends the film after so many frames. What is left of its last piece is more than that one's crossfade, since the
    /// piece before ended too early.
    fn cut(&mut self, until: u64) {
        let mut end = 0;
        let last = self.pieces.iter().position(|piece| {
            end += piece.frames - piece.crossfade;
            end >= until
        });
        if let Some(last) = last {
            self.pieces.truncate(last + 1);
            if let Some(piece) = self.pieces.last_mut() {
                piece.frames -= end - until;
            }
        }
    }

    /// Checks the whole.
    fn check(&mut self) {
        let frames: u64 = self.pieces.iter().map(|piece| piece.frames).sum();
        if frames > MAX_FRAMES {
            let message = format!("The film has {frames} frames; at most {MAX_FRAMES} are allowed; shorten it");
            self.problems.push(Problem { code: "film-too-long".to_owned(), message, path: "/timeline".to_owned() });
        }
    }
}
