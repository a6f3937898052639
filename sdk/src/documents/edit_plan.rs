use serde::{Deserialize, Serialize};

use super::Rate;

/// What an edit plan is made from: the wish, and what there is to cut.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EditPlanRequest {
    /// What the film should be, in the user's words.
    pub prompt: String,
    /// What the plan must keep to.
    #[serde(default)]
    pub constraints: EditPlanConstraints,
    /// What there is.
    #[serde(flatten)]
    pub materials: Materials,
    /// For repeatable plans.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
}

/// What a plan must keep to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EditPlanConstraints {
    /// Whether the film has the project's music.
    #[serde(default)]
    pub mode: AudioMode,
    /// About how long the film should be, in seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target_duration_seconds: Option<u32>,
    /// How clips should follow each other; absent where the prompt may decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition_type: Option<TransitionType>,
    /// The most segments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_clips: Option<u32>,
}

/// What a project has: pictures, clips and a piece of music.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Materials {
    /// Pictures and clips, in the project's order.
    pub media: Vec<Medium>,
    /// The music, where there is some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audio: Option<AudioTrack>,
}

/// A picture or a clip of a project.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Medium {
    /// What plans call it.
    pub id: String,
    /// Picture or clip.
    #[serde(rename = "type")]
    pub kind: MediaType,
    /// As its owner named it.
    #[serde(default)]
    pub filename: String,
    /// Pixels, upright.
    pub width: u32,
    /// Pixels, upright.
    pub height: u32,
    /// The length of a clip; absent for pictures, and where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Frames per second of a clip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fps: Option<f64>,
    /// Whether a clip has sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub has_audio: Option<bool>,
    /// Whether it can be used already.
    #[serde(default)]
    pub status: MediaStatus,
}

/// The music of a project.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AudioTrack {
    /// What plans call it, where they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its length.
    pub duration_ms: u64,
    /// Beats per minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f64>,
    /// When the beats are, ascending, in milliseconds from the track's beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub beats_ms: Vec<f64>,
    /// Whether its beats were looked for.
    #[serde(default)]
    pub analyzed: bool,
}

/// Kinds of media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MediaType {
    /// A picture.
    Image,
    /// A clip.
    Video,
}

/// How far the processing of an upload is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MediaStatus {
    /// Not begun.
    Pending,
    /// Begun.
    Processing,
    /// It can be used.
    #[default]
    Ready,
    /// It cannot be used.
    Failed,
}

/// How a film is cut from a project's media: the EditPlan, version 1.0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EditPlan {
    /// Of this format.
    #[serde(default)]
    pub version: EditPlanVersion,
    /// The file that is made.
    #[serde(default)]
    pub output: PlanOutput,
    /// Its sound.
    #[serde(default)]
    pub audio: PlanAudio,
    /// What holds for segments that say nothing else.
    #[serde(default)]
    pub defaults: PlanDefaults,
    /// The segments, in order; at least one.
    #[cfg_attr(feature = "schema", schemars(length(min = 1)))]
    pub timeline: Vec<PlanSegment>,
    /// How a timeline is filled that is shorter than its music, where `audio.end_at_audio_end` asks for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<PlanRepeat>,
}

/// Versions of the format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum EditPlanVersion {
    /// The first.
    #[default]
    #[serde(rename = "1.0")]
    V1,
}

/// The file that is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PlanOutput {
    /// Pixels, even.
    pub width: u32,
    /// Pixels, even.
    pub height: u32,
    /// Frames per second: a whole number, or a fraction such as `"24000/1001"`.
    #[serde(with = "fps")]
    #[cfg_attr(feature = "schema", schemars(with = "fps::Fps"))]
    pub fps: Rate,
    /// The container.
    pub format: OutputFormat,
}

impl Default for PlanOutput {
    fn default() -> Self {
        PlanOutput { width: 1920, height: 1080, fps: Rate { num: 30, den: 1 }, format: OutputFormat::Mp4 }
    }
}

/// Containers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum OutputFormat {
    /// MP4.
    #[default]
    Mp4,
}

/// The sound of a film.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanAudio {
    /// Where it comes from.
    #[serde(default)]
    pub source: AudioSource,
    /// Whether there is any.
    #[serde(default)]
    pub mode: AudioMode,
    /// The project's track, by its id; absent means the one there is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset_id: Option<String>,
    /// Beats per minute, in place of the analysed ones; above 0, at most 1000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bpm: Option<f64>,
    /// Where in the track the film begins.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub start_offset_ms: u64,
    /// Whether the film is exactly as long as its music.
    #[serde(default, skip_serializing_if = "is_false")]
    pub end_at_audio_end: bool,
    /// What is left out at the track's end.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub trim_end_ms: u64,
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}

fn is_false(value: &bool) -> bool {
    !*value
}

/// Where a film's sound comes from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AudioSource {
    /// The project's track.
    #[default]
    ProjectAudio,
    /// Nowhere.
    None,
}

/// Whether a film has sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AudioMode {
    /// No sound.
    #[default]
    NoAudio,
    /// The project's music.
    WithAudio,
}

/// What holds for segments that say nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanDefaults {
    /// How a segment follows the one before.
    #[serde(default)]
    pub transition: PlanTransition,
    /// How pictures move.
    #[serde(default, skip_serializing_if = "PlanEffects::is_empty")]
    pub effects: PlanEffects,
    /// How pictures move, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<CameraEffect>,
}

/// A stretch of the film with one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanSegment {
    /// The picture or clip.
    pub media_id: String,
    /// Which of both it is; absent where the plan need not know.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<MediaType>,
    /// How long it is seen, its crossfades included.
    pub duration: PlanDuration,
    /// How it follows the segment before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transition: Option<PlanTransition>,
    /// Which part of a clip is shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trim: Option<PlanTrim>,
    /// How a picture moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effects: Option<PlanEffects>,
    /// How a picture moves, by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effect: Option<CameraEffect>,
}

/// How long a segment is seen.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum PlanDuration {
    /// So many seconds.
    Seconds {
        /// Above 0.
        seconds: f64,
    },
    /// So many milliseconds.
    Milliseconds {
        /// Above 0.
        ms: u64,
    },
    /// So many beats: of a tempo, or of the analysed music.
    Beats {
        /// Above 0.
        beats: f64,
        /// Beats per minute; absent means that the segment ends on a beat of the music.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bpm: Option<f64>,
    },
    /// As long as the clip or its trimmed part.
    Natural {
        /// `true`.
        natural: bool,
    },
}

/// How a segment follows the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanTransition {
    /// The kind.
    #[serde(rename = "type")]
    pub kind: TransitionType,
    /// How long a crossfade takes; absent means that of the defaults, or 500.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
}

/// Kinds of transitions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum TransitionType {
    /// At once.
    #[default]
    Cut,
    /// One fades into the other.
    Crossfade,
}

/// A part of a clip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanTrim {
    /// Where it begins.
    #[serde(default)]
    pub start_ms: u64,
    /// Where it ends; absent means the clip's end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<u64>,
}

/// Switches of effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlanEffects {
    /// Whether the camera moves slowly over pictures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ken_burns: Option<bool>,
}

impl PlanEffects {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == PlanEffects::default()
    }
}

/// How the camera moves over a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CameraEffect {
    /// Closer.
    SlowZoomIn,
    /// Away.
    SlowZoomOut,
    /// To the left.
    PanLeft,
    /// To the right.
    PanRight,
    /// Closer and down to the right.
    DiagonalPush,
    /// Hardly.
    SubtleDrift,
    /// Not at all.
    None,
}

/// How a timeline is filled that is shorter than its music.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PlanRepeat {
    /// With what.
    pub mode: RepeatMode,
    /// With what where nothing is repeated.
    pub fill_behavior: FillBehavior,
}

/// What is repeated until the music ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RepeatMode {
    /// The whole timeline.
    #[default]
    RepeatAll,
    /// The last segment.
    RepeatLast,
    /// Nothing.
    Stop,
}

/// What is seen after the last segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FillBehavior {
    /// Black.
    #[default]
    Black,
    /// The last frame.
    FreezeLast,
}

/// A rate as plans write it.
mod fps {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    use super::Rate;

    #[derive(Serialize, Deserialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(untagged)]
    pub enum Fps {
        /// Frames per second.
        Whole(u32),
        /// A fraction: `"24000/1001"`.
        Fraction(String),
    }

    pub fn serialize<S: Serializer>(rate: &Rate, serializer: S) -> Result<S::Ok, S::Error> {
        let form = if rate.den == 1 { Fps::Whole(rate.num) } else { Fps::Fraction(rate.to_string()) };
        form.serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Rate, D::Error> {
        match Fps::deserialize(deserializer)? {
            Fps::Whole(0) => Err(D::Error::custom("a rate of 0 frames per second")),
            Fps::Whole(num) => Ok(Rate { num, den: 1 }),
            Fps::Fraction(text) => text.parse().map_err(D::Error::custom),
        }
    }
}
