//! Writes edit plans: real media in a real order, lengths that vary and add up to what was asked for, cuts on the beats
//! where there are some, crossfades where they are wanted, a camera that moves otherwise over each picture.

use kinora_sdk::documents::*;

use crate::seed::{Dice, hash};

/// The most segments.
const MOST: usize = 100;
/// The longest film in seconds.
const LONGEST: f64 = 20_000.0;
/// The shortest beat in seconds that a cut can follow; of faster ones, two or four make one.
const SHORTEST_BEAT: f64 = 0.3;
/// The usual crossfade in seconds.
const CROSSFADE: f64 = 0.5;
/// The part of the shortest segment that a crossfade takes, so that two of them leave something of it.
const FADED: f64 = 0.3;

/// How long segments are compared with each other.
const WEIGHTS: [f64; 5] = [0.75, 0.9, 1.0, 1.15, 1.3];

const EFFECTS: [CameraEffect; 6] = [
    CameraEffect::SlowZoomIn,
    CameraEffect::PanRight,
    CameraEffect::SlowZoomOut,
    CameraEffect::DiagonalPush,
    CameraEffect::PanLeft,
    CameraEffect::SubtleDrift,
];

/// Writes a plan; none where nothing is ready to be cut. `seed` takes the place of the request's own, where there is
/// one.
pub fn write(request: &EditPlanRequest, seed: Option<u64>) -> Option<EditPlan> {
    let ready: Vec<&Medium> =
        request.materials.media.iter().filter(|medium| medium.status == MediaStatus::Ready).collect();
    if ready.is_empty() {
        return None;
    }
    let seed = seed.or(request.seed).unwrap_or_else(|| hash(&request.prompt));
    let mut dice = Dice::new(seed, &request.prompt);
    let wish = Wish::read(request);
    let cut = Cut::new(request, &wish, ready.len(), &mut dice);
    let media = order(&ready, cut.lengths.len(), &mut dice);
    let timeline = segments(&media, &cut, &mut dice);
    let (width, height) = wish.size;
    Some(EditPlan {
        version: EditPlanVersion::V1,
        output: PlanOutput { width, height, ..PlanOutput::default() },
        audio: PlanAudio { mode: request.constraints.mode, ..PlanAudio::default() },
        defaults: PlanDefaults { transition: cut.transition(), ..PlanDefaults::default() },
        timeline,
        repeat: None,
    })
}

/// What the prompt's words say of the film.
struct Wish {
    /// The usual length of a segment in seconds.
    pace: f64,
    crossfades: bool,
    beats: bool,
    size: (u32, u32),
}

impl Wish {
    fn read(request: &EditPlanRequest) -> Self {
        let lower = request.prompt.to_lowercase();
        let said = |words: &[&str]| lower.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
        let pace = if said(&["energetic", "fast", "quick", "dynamic", "action", "party", "punchy", "montage"]) {
            1.4
        } else if said(&["calm", "slow", "slowly", "dreamy", "gentle", "peaceful", "quiet", "meditative"]) {
            5.0
        } else {
            3.0
        };
        let size = if said(&["vertical", "upright", "portrait", "tiktok", "reel", "reels", "shorts", "story"]) {
            (1080, 1920)
        } else if said(&["square"]) {
            (1080, 1080)
        } else {
            (1920, 1080)
        };
        let crossfades = match request.constraints.transition_type {
            Some(kind) => kind == TransitionType::Crossfade,
            None => said(&["crossfade", "crossfades", "dissolve", "dissolves", "fade", "fades", "soft"]),
        };
        let beats = request.constraints.mode == AudioMode::WithAudio || said(&["beat", "beats", "rhythm"]);
        Wish { pace, crossfades, beats, size }
    }
}

/// Where the cuts are.
struct Cut {
    /// How long each segment is seen.
    lengths: Vec<Length>,
    /// Seconds; 0 for cuts.
    crossfade: f64,
}

#[derive(Clone, Copy)]
enum Length {
    Seconds(f64),
    /// So many beats, which take about so many seconds.
    Beats(f64, f64),
}

impl Cut {
    fn new(request: &EditPlanRequest, wish: &Wish, media: usize, dice: &mut Dice) -> Self {
        let constraints = &request.constraints;
        let track = request.materials.audio.as_ref().filter(|track| track.analyzed);
        let beat = track.filter(|_| wish.beats).and_then(beat);
        let most = constraints.max_clips.map_or(MOST, |most| (most as usize).clamp(1, MOST));
        // Without a wish, every medium is seen once, as long as there is music where it is heard.
        let usual = media.clamp(3, 20).min(most) as f64 * wish.pace;
        let heard =
            track.filter(|_| constraints.mode == AudioMode::WithAudio).map(|track| track.duration_ms as f64 / 1000.0);
        let total = constraints
            .target_duration_seconds
            .map_or(usual.min(heard.unwrap_or(usual)).max(1.0), f64::from)
            .clamp(0.5, LONGEST);
        let count = ((total / wish.pace).round() as usize).clamp(1, most);
        match beat {
            Some((beats, seconds)) if total >= 2.0 * seconds => {
                let units = (total / seconds).round().max(1.0);
                let lengths = boundaries(count.min(units as usize), units, dice);
                let shortest = lengths.iter().copied().fold(f64::INFINITY, f64::min) * seconds;
                let crossfade = if wish.crossfades { (shortest * FADED).min(CROSSFADE) } else { 0.0 };
                let lengths = lengths
                    .into_iter()
                    .map(|units| Length::Beats(units * beats, units * seconds + crossfade))
                    .collect();
                Cut { lengths, crossfade }
            }
            _ => {
                let crossfade = if wish.crossfades { (total / count as f64 * FADED).min(CROSSFADE) } else { 0.0 };
                let crossfade = (crossfade * 100.0).round() / 100.0;
                let whole = total + crossfade * (count - 1) as f64;
                // In hundredths of a second.
                let lengths = boundaries(count, (whole * 100.0).round(), dice);
                Cut { lengths: lengths.into_iter().map(|length| Length::Seconds(length / 100.0)).collect(), crossfade }
            }
        }
    }

    fn transition(&self) -> PlanTransition {
        match (self.crossfade * 1000.0).round() as u64 {
            0 => PlanTransition::default(),
            ms => PlanTransition { kind: TransitionType::Crossfade, duration_ms: Some(ms) },
        }
    }
}

/// So many whole lengths of at least 1 that vary and make up a sum, which is no less than there are lengths.
fn boundaries(count: usize, sum: f64, dice: &mut Dice) -> Vec<f64> {
    let weights: Vec<f64> = (0..count).map(|_| WEIGHTS[dice.below(WEIGHTS.len())]).collect();
    let all: f64 = weights.iter().sum();
    let (mut until, mut from) = (0.0, 0.0);
    let ends = weights.iter().enumerate().map(|(index, weight)| {
        until += weight;
        let left = (count - 1 - index) as f64;
        let end = (sum * until / all).round().clamp(from + 1.0, (sum - left).max(from + 1.0));
        let length = end - from;
        from = end;
        length
    });
    ends.collect()
}

/// A beat that cuts can follow: how many of the track's it is, and how many seconds it takes.
fn beat(track: &AudioTrack) -> Option<(f64, f64)> {
    let beats = &track.beats_ms;
    let even = beats.windows(2).map(|pair| pair[1] - pair[0]);
    let seconds = match beats.len() {
        0 | 1 => 60.0 / track.bpm?,
        // Beats that are not even are not followed: who cuts on them must hear them.
        many => {
            let mean = (beats[many - 1] - beats[0]) / (many - 1) as f64;
            let steady = even.into_iter().all(|gap| (0.5 * mean..2.0 * mean).contains(&gap));
            Some(mean / 1000.0).filter(|_| steady)?
        }
    };
    if !(0.03..10.0).contains(&seconds) {
        return None;
    }
    let times = [1.0, 2.0, 4.0, 8.0, 16.0].into_iter().find(|times| seconds * times >= SHORTEST_BEAT)?;
    Some((times, seconds * times))
}

/// Which medium is seen when: all of them in the project's order where there is room, some of them where not, then
/// again in another order. None follows itself where there is another.
fn order<'m>(ready: &[&'m Medium], count: usize, dice: &mut Dice) -> Vec<&'m Medium> {
    if count <= ready.len() {
        return (0..count).map(|index| ready[index * ready.len() / count]).collect();
    }
    let mut media: Vec<&Medium> = ready.to_vec();
    while media.len() < count {
        let mut round = ready.to_vec();
        for left in (1..round.len()).rev() {
            round.swap(left, dice.below(left + 1));
        }
        if round.len() > 1 && media.last().is_some_and(|last| last.id == round[0].id) {
            round.rotate_left(1);
        }
        media.extend(round);
    }
    media.truncate(count);
    media
}

fn segments(media: &[&Medium], cut: &Cut, dice: &mut Dice) -> Vec<PlanSegment> {
    let turn = dice.below(EFFECTS.len());
    let pairs = media.iter().zip(&cut.lengths).enumerate();
    pairs
        .map(|(index, (medium, length))| {
            let duration = match *length {
                Length::Seconds(seconds) => PlanDuration::Seconds { seconds },
                Length::Beats(beats, _) => PlanDuration::Beats { beats, bpm: None },
            };
            let mut segment = PlanSegment {
                media_id: medium.id.clone(),
                kind: None,
                duration,
                transition: None,
                trim: None,
                effects: None,
                effect: None,
            };
            match medium.kind {
                MediaType::Image => segment.effect = Some(EFFECTS[(turn + index) % EFFECTS.len()]),
                MediaType::Video => part(&mut segment, medium, *length, dice),
            }
            segment
        })
        .collect()
}

/// Chooses the part of a clip that is seen. A clip that is too short for that is seen whole and holds its last frame.
fn part(segment: &mut PlanSegment, medium: &Medium, length: Length, dice: &mut Dice) {
    // A stretch of beats may be longer by half a beat where it begins beside one.
    let needed = match length {
        Length::Seconds(seconds) => seconds,
        Length::Beats(beats, seconds) => seconds * (1.0 + 0.5 / beats.max(1.0)),
    };
    let needed = (needed * 1000.0).ceil() as u64;
    let Some(spare) = medium.duration_ms.and_then(|lasts| lasts.checked_sub(needed)).filter(|spare| *spare > 0) else {
        return;
    };
    // From a tenth of a second to another, somewhere in the clip.
    let start_ms = spare.min(dice.below(spare as usize / 100 + 1) as u64 * 100);
    let end_ms = Some(start_ms + needed);
    segment.trim = Some(PlanTrim { start_ms, end_ms });
    if let Length::Seconds(_) = length {
        segment.duration = PlanDuration::Natural { natural: true };
    }
}
