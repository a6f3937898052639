//! What a request asks of a plan that keeps to the rules.

use kinora_domain::timeline::Timeline;
use kinora_sdk::documents::{AudioMode, EditPlan, EditPlanConstraints, Problem, TransitionType};

/// A film about as long as asked for lasts from this many times that long …
const SHORTEST: f64 = 0.5;
/// … to this many times.
const LONGEST: f64 = 1.5;

/// Judges a plan and the film it was compiled to. Empty means that it is what was asked for.
pub fn judge(plan: &EditPlan, film: &Timeline, asked: &EditPlanConstraints) -> Vec<Problem> {
    [mode(plan, asked), clips(plan, asked), transitions(film, asked), length(film, asked)]
        .into_iter()
        .flatten()
        .collect()
}

fn mode(plan: &EditPlan, asked: &EditPlanConstraints) -> Option<Problem> {
    let word = |mode| match mode {
        AudioMode::NoAudio => "no_audio",
        AudioMode::WithAudio => "with_audio",
    };
    let (asked, is) = (asked.mode, plan.audio.mode);
    let message = || format!("audio.mode must be {}, as asked for, but is {}", word(asked), word(is));
    (asked != is).then(|| problem("mode", message(), "/audio/mode"))
}

fn clips(plan: &EditPlan, asked: &EditPlanConstraints) -> Option<Problem> {
    let (count, most) = (plan.timeline.len(), asked.max_clips?);
    let are = if most == 1 { "is" } else { "are" };
    let message = || format!("The timeline has {count} segments, but at most {most} {are} asked for; leave some out");
    (count > most as usize).then(|| problem("max-clips", message(), "/timeline"))
}

fn transitions(film: &Timeline, asked: &EditPlanConstraints) -> Option<Problem> {
    let mut faded = film.segments.iter().filter(|segment| segment.crossfade > 0);
    match asked.transition_type? {
        TransitionType::Cut => {
            let segment = faded.next()?;
            let (number, id) = (segment.number?, segment.shown.media_id()?);
            let message = format!(
                "Segment {number} (media_id {id}) begins with a crossfade, but cuts are asked for; make its transition a cut"
            );
            Some(problem("transition-type", message, &format!("/timeline/{}", number - 1)))
        }
        TransitionType::Crossfade if film.segments.len() > 1 && faded.next().is_none() => {
            let message = "No segment begins with a crossfade, but crossfades are asked for; set defaults.transition";
            Some(problem("transition-type", message.to_owned(), "/defaults/transition"))
        }
        TransitionType::Crossfade => None,
    }
}

fn length(film: &Timeline, asked: &EditPlanConstraints) -> Option<Problem> {
    let asked = asked.target_duration_seconds.filter(|seconds| *seconds > 0)?;
    let seconds = film.duration_ms() as f64 / 1000.0;
    let what = match seconds / f64::from(asked) {
        part if part < SHORTEST => "lengthen",
        part if part > LONGEST => "shorten",
        _ => return None,
    };
    let message = format!(
        "The film lasts {seconds:.1} s, but about {asked} s are asked for; {what} segments or change how many there are"
    );
    Some(problem("target-duration", message, "/timeline"))
}

fn problem(code: &str, message: String, path: &str) -> Problem {
    Problem { code: code.to_owned(), message, path: path.to_owned() }
}
