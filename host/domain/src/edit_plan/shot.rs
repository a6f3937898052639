//! The rules of plans. A plan that keeps to them becomes shots, in which every choice is made: what is shown, for how
//! long, how it begins, how it moves.

use std::collections::BTreeMap;

use super::beats::Grid;
use super::time::Span;
use super::{MAX_BPM, MAX_CROSSFADE_MS, MAX_PROBLEMS, MAX_SECONDS, MAX_SEGMENTS, camera, is_tempo, label};
use crate::documents::*;
use crate::film::{View, check_canvas};
use crate::timeline::TimelineAudio;

/// The milliseconds of a crossfade that says none.
pub(super) const USUAL_CROSSFADE: u64 = 500;

/// A segment with every choice made.
#[derive(Clone, Copy)]
pub(super) struct Shot<'p> {
    /// In the plan, from 1.
    pub number: usize,
    pub id: &'p str,
    pub length: Length,
    /// The crossfade from the one before, where it does not begin with a cut.
    pub crossfade: Option<Span>,
    pub seen: Seen,
}

/// How long a shot is.
#[derive(Clone, Copy)]
pub(super) enum Length {
    Time(Span),
    /// So many beats of the music's grid.
    Beats(f64),
}

/// What a shot shows.
#[derive(Clone, Copy)]
pub(super) enum Seen {
    Picture(CameraEffect),
    /// A part of a clip, in milliseconds; whose end is not known plays on.
    Clip {
        start_ms: u64,
        end_ms: Option<u64>,
    },
    /// The last view of a picture. No plan asks for it; what fills up a film does.
    Held(View),
}

/// The music of a film.
#[derive(Clone, Copy)]
pub(super) struct Music {
    pub lasts: Span,
    pub part: TimelineAudio,
}

/// A plan that keeps to the rules.
pub(super) struct Resolved<'p> {
    pub shots: Vec<Shot<'p>>,
    /// The music's beats, where some length follows them.
    pub grid: Option<Grid>,
    /// The music that the film has.
    pub music: Option<Music>,
    pub warnings: Vec<String>,
}

/// Judges a plan.
///
/// # Errors
/// Every rule that is broken, in the order of the plan.
pub(super) fn resolve<'p>(plan: &'p EditPlan, materials: &'p Materials) -> Result<Resolved<'p>, Vec<Problem>> {
    let mut judge = Judge {
        plan,
        media: materials.media.iter().map(|medium| (medium.id.as_str(), medium)).collect(),
        track: materials.audio.as_ref(),
        grid: materials.audio.as_ref().and_then(Grid::of),
        problems: vec![],
        warnings: vec![],
    };
    judge.output();
    let music = judge.audio();
    judge.defaults();
    let count = plan.timeline.len();
    if count == 0 {
        judge.tell("empty", "The timeline is empty; give it at least one segment".to_owned(), "/timeline");
    }
    if count > MAX_SEGMENTS {
        judge.tell(
            "too-many",
            format!("The timeline has {count} segments; at most {MAX_SEGMENTS} are allowed"),
            "/timeline",
        );
    }
    let shots = plan.timeline.iter().take(MAX_SEGMENTS).enumerate();
    let shots = shots.filter_map(|(index, segment)| judge.segment(index, segment)).collect();
    if judge.problems.is_empty() {
        Ok(Resolved { shots, grid: judge.grid, music, warnings: judge.warnings })
    } else {
        Err(judge.problems)
    }
}

/// The milliseconds of the crossfade that a segment with a transition begins with; nothing for a cut.
pub(super) fn crossfade(transition: Option<PlanTransition>, defaults: &PlanDefaults) -> Option<u64> {
    let usual = defaults.transition;
    let transition = transition.unwrap_or(usual);
    // What a default cut says of its length is nothing.
    let inherited = usual.duration_ms.filter(|_| usual.kind == TransitionType::Crossfade);
    (transition.kind == TransitionType::Crossfade)
        .then(|| transition.duration_ms.or(inherited).unwrap_or(USUAL_CROSSFADE))
}

struct Judge<'p> {
    plan: &'p EditPlan,
    media: BTreeMap<&'p str, &'p Medium>,
    track: Option<&'p AudioTrack>,
    grid: Option<Grid>,
    problems: Vec<Problem>,
    warnings: Vec<String>,
}

impl<'p> Judge<'p> {
    fn tell(&mut self, code: &str, message: String, path: &str) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(Problem { code: code.to_owned(), message, path: path.to_owned() });
        }
    }

    fn output(&mut self) {
        let PlanOutput { width, height, fps, .. } = self.plan.output;
        if let Err(said) = check_canvas(width, height, fps) {
            self.tell("output", format!("The output cannot be made: {said}"), "/output");
        }
    }

    /// Judges the music, if the film is to have some.
    fn audio(&mut self) -> Option<Music> {
        let audio = &self.plan.audio;
        if let Some(bpm) = audio.bpm.filter(|bpm| !is_tempo(*bpm)) {
            self.tell("bpm", format!("audio.bpm is {bpm}; it must be above 0 and at most {MAX_BPM}"), "/audio/bpm");
        }
        if audio.mode == AudioMode::NoAudio {
            if audio.end_at_audio_end {
                self.warnings.push("audio.end_at_audio_end is ignored in a film without audio".to_owned());
            }
            return None;
        }
        if audio.source == AudioSource::None {
            let message =
                "audio.mode is with_audio, but audio.source is none; make it project_audio, or the mode no_audio";
            self.tell("audio-source", message.to_owned(), "/audio/source");
            return None;
        }
        let Some(track) = self.track else {
            let message = "audio.mode is with_audio, but the project has no audio track; upload one and have it analyzed, \
                           or make the mode no_audio";
            self.tell("audio-missing", message.to_owned(), "/audio/mode");
            return None;
        };
        if let (Some(wanted), Some(id)) = (&audio.asset_id, &track.id)
            && wanted != id
        {
            let message =
                format!("audio.asset_id {} is not the project's audio track, which is {id}", super::short(wanted));
            self.tell("audio-unknown", message, "/audio/asset_id");
        }
        if !track.analyzed {
            let message = "audio.mode is with_audio, but the beats of the project's audio track are not analyzed yet; \
                           have it analyzed first";
            self.tell("audio-not-analyzed", message.to_owned(), "/audio/mode");
        }
        let lasts = track.duration_ms.saturating_sub(audio.start_offset_ms).saturating_sub(audio.trim_end_ms);
        if lasts == 0 {
            let message = format!(
                "Nothing is left of the audio track, which lasts {} ms: audio.start_offset_ms is {}, audio.trim_end_ms {}",
                track.duration_ms, audio.start_offset_ms, audio.trim_end_ms
            );
            self.tell("audio-empty", message, "/audio");
            return None;
        }
        let end_ms = (audio.trim_end_ms > 0).then(|| track.duration_ms.saturating_sub(audio.trim_end_ms));
        let part = TimelineAudio { start_ms: audio.start_offset_ms, end_ms };
        Some(Music { lasts: Span::milliseconds(lasts), part })
    }

    fn defaults(&mut self) {
        if let Some(ms) = crossfade(None, &self.plan.defaults) {
            self.fade("defaults.transition", ms, "/defaults/transition/duration_ms");
        }
    }

    fn fade(&mut self, owner: &str, ms: u64, path: &str) {
        if ms == 0 {
            let message = format!("{owner}: a crossfade's duration_ms must be above 0; make it a cut to have none");
            self.tell("crossfade-not-positive", message, path);
        } else if ms > MAX_CROSSFADE_MS {
            let message =
                format!("{owner}: a crossfade of {ms} ms is too long; at most {MAX_CROSSFADE_MS} are allowed");
            self.tell("crossfade-too-long", message, path);
        }
    }

    fn segment(&mut self, index: usize, segment: &'p PlanSegment) -> Option<Shot<'p>> {
        let number = index + 1;
        let path = format!("/timeline/{index}");
        let label = label(number, &segment.media_id);
        if let Some(ms) = segment.transition.and_then(|_| crossfade(segment.transition, &self.plan.defaults)) {
            if index == 0 {
                self.warnings.push(format!("{label}: its transition is ignored, since nothing comes before it"));
            }
            self.fade(&label, ms, &format!("{path}/transition/duration_ms"));
        }
        let medium = self.medium(number, segment, &path)?;
        let seen = match medium.kind {
            MediaType::Image => self.picture(number, segment, &label),
            MediaType::Video => self.clip(segment, medium, &label, &path)?,
        };
        Some(Shot {
            number,
            id: &segment.media_id,
            length: self.length(segment, seen, &label, &format!("{path}/duration"))?,
            crossfade: crossfade(segment.transition, &self.plan.defaults).map(Span::milliseconds),
            seen,
        })
    }

    fn medium(&mut self, number: usize, segment: &PlanSegment, path: &str) -> Option<&'p Medium> {
        let (id, path) = (super::short(&segment.media_id), format!("{path}/media_id"));
        let Some(medium) = self.media.get(segment.media_id.as_str()).copied() else {
            self.tell("unknown-media", format!("Segment {number} references unknown media_id {id}"), &path);
            return None;
        };
        let said = match medium.status {
            MediaStatus::Ready => None,
            MediaStatus::Pending => Some("\"pending\"; wait until it is \"ready\""),
            MediaStatus::Processing => Some("\"processing\"; wait until it is \"ready\""),
            MediaStatus::Failed => Some("\"failed\"; upload it again or take another"),
        };
        if let Some(said) = said {
            let message = format!("Segment {number} references media_id {id}, whose processing_status is {said}");
            self.tell("media-not-ready", message, &path);
            return None;
        }
        if segment.kind.is_some_and(|kind| kind != medium.kind) {
            let (said, is) = match medium.kind {
                MediaType::Image => ("a video", "image"),
                MediaType::Video => ("an image", "video"),
            };
            let message = format!("Segment {number} calls media_id {id} {said}, but its type is {is}");
            self.tell("media-type", message, &path);
            return None;
        }
        Some(medium)
    }

    fn picture(&mut self, number: usize, segment: &PlanSegment, label: &str) -> Seen {
        if segment.trim.is_some() {
            self.warnings.push(format!("{label}: trim is ignored for a picture"));
        }
        let defaults = &self.plan.defaults;
        let named = segment.effect.or(match segment.effects.and_then(|effects| effects.ken_burns) {
            Some(false) => Some(CameraEffect::None),
            Some(true) => defaults.effect.filter(|effect| *effect != CameraEffect::None),
            None => defaults.effect.or((!defaults.effects.ken_burns.unwrap_or(false)).then_some(CameraEffect::None)),
        });
        Seen::Picture(named.unwrap_or_else(|| camera::in_turn(number)))
    }

    fn clip(&mut self, segment: &PlanSegment, medium: &Medium, label: &str, path: &str) -> Option<Seen> {
        if segment.effect.is_some_and(|effect| effect != CameraEffect::None) {
            self.warnings.push(format!("{label}: effect is ignored for a video"));
        }
        let trim = segment.trim.unwrap_or_default();
        let lasts = medium.duration_ms;
        if let (Some(end), Some(lasts)) = (trim.end_ms, lasts)
            && end > lasts
        {
            let message = format!("{label}: trim.end_ms is {end}, but the clip lasts {lasts} ms");
            self.tell("trim-beyond-clip", message, &format!("{path}/trim/end_ms"));
            return None;
        }
        let end_ms = trim.end_ms.or(lasts);
        if let Some(end) = end_ms.filter(|end| *end <= trim.start_ms) {
            let end = match trim.end_ms {
                Some(_) => format!("trim.end_ms, which is {end}"),
                None => format!("the end of the clip, which lasts {end} ms"),
            };
            let message = format!("{label}: trim.start_ms is {}; it must be before {end}", trim.start_ms);
            self.tell("trim-empty", message, &format!("{path}/trim"));
            return None;
        }
        Some(Seen::Clip { start_ms: trim.start_ms, end_ms })
    }

    fn length(&mut self, segment: &PlanSegment, seen: Seen, label: &str, path: &str) -> Option<Length> {
        let span = match segment.duration {
            PlanDuration::Seconds { seconds } => {
                self.positive(label, seconds, "s", path)?;
                Span::seconds(seconds)
            }
            PlanDuration::Milliseconds { ms } => {
                self.positive(label, ms as f64, "ms", path)?;
                Span::milliseconds(ms)
            }
            PlanDuration::Beats { beats, bpm } => {
                self.positive(label, beats, "beats", path)?;
                if let Some(bpm) = bpm.filter(|bpm| !is_tempo(*bpm)) {
                    let message = format!("{label}: duration.bpm is {bpm}; it must be above 0 and at most {MAX_BPM}");
                    self.tell("bpm", message, &format!("{path}/bpm"));
                    return None;
                }
                if self.grid.is_none() {
                    let message = format!(
                        "{label}: a duration in beats needs an analyzed audio track with a known BPM; have the project's \
                         audio analyzed, or give seconds"
                    );
                    self.tell("beats-without-audio", message, path);
                    return None;
                }
                let Some(bpm) = bpm.or(self.plan.audio.bpm) else {
                    // As long as any beats of any music; what is too long in frames is told by the frames.
                    if beats > (MAX_SECONDS * 10) as f64 {
                        return self.too_long(label, &format!("{beats} beats"), path);
                    }
                    return Some(Length::Beats(beats));
                };
                // A tempo that is none was told.
                Span::beats(beats, bpm)
            }
            PlanDuration::Natural { .. } => match seen {
                Seen::Picture(_) | Seen::Held(_) => {
                    let message = format!("{label}: a picture has no natural duration; give seconds, ms or beats");
                    self.tell("natural-picture", message, path);
                    return None;
                }
                Seen::Clip { start_ms, end_ms: Some(end) } => Span::milliseconds(end - start_ms),
                Seen::Clip { end_ms: None, .. } => {
                    let message = format!("{label}: the clip's natural duration is not known; give seconds or ms");
                    self.tell("natural-unknown", message, path);
                    return None;
                }
            },
        };
        if span > Span::milliseconds(MAX_SECONDS * 1000) {
            return self.too_long(label, &format!("{:.0} s", span.as_milliseconds() / 1000.0), path);
        }
        Some(Length::Time(span))
    }

    fn positive(&mut self, label: &str, number: f64, unit: &str, path: &str) -> Option<()> {
        if number > 0.0 && number.is_finite() {
            return Some(());
        }
        let message = format!("{label}: a duration of {number} {unit} is none; it must be above 0");
        self.tell("duration-not-positive", message, path);
        None
    }

    fn too_long(&mut self, label: &str, said: &str, path: &str) -> Option<Length> {
        let message = format!("{label}: a duration of {said} is too long; at most {MAX_SECONDS} s are allowed");
        self.tell("duration-too-long", message, path);
        None
    }
}
