//! What is asked of a model for a story: metadata in one request, segments in one for each batch. Tokens are allotted
//! by the model's limits.

use std::ops::RangeInclusive;

use kinora_domain::documents::{
    Problem, Role, StoryKind, StoryMetadataRequest, StoryRequest, StorySegment, StorySegments,
};
use kinora_domain::story::{
    ModelLimits, Planned, Repaired, repair_metadata, repair_segments, tokens_for_metadata, tokens_for_set,
};
use kinora_jobs::{Failure, Run, Stop};
use serde_json::Value;

use crate::error::stop;
use crate::generate::{self, CUT_OFF, Contract};
use crate::studio::Studio;

/// The kind of document that a validator judges before anything is written.
const POLICY: &str = "story";

const METADATA: Contract = Contract {
    kind: "story-metadata",
    noun: "story metadata",
    seen: |title, _, document, problems| {
        let characters = document["characters_roster"].as_array().map_or(0, Vec::len);
        format!("{title} planned a story with {characters} characters; {} problems", problems.len())
    },
    repair: Some(repair),
    divisible: false,
};

const SEGMENTS: Contract = Contract {
    kind: "story-segments",
    noun: "story segments",
    seen: |title, _, document, problems| {
        let segments = document["segments"].as_array().map_or(0, Vec::len);
        format!("{title} returned {segments} segments; {} problems", problems.len())
    },
    repair: Some(repair),
    divisible: true,
};

fn repair(document: Value, input: &Value) -> Repaired {
    match serde_json::from_value(input.clone()) {
        Ok(StoryRequest::Metadata(story)) => repair_metadata(document, &story),
        Ok(StoryRequest::Segments(batch)) => repair_segments(document, &batch),
        Err(_) => Repaired { document, notes: Vec::new() },
    }
}

/// Whether a story may be asked for, by the house's policy.
///
/// # Errors
/// A failure with the policy's sentence.
pub(super) async fn check(studio: &Studio, run: &mut Run, request: &StoryRequest) -> Result<(), Stop> {
    let judge = async {
        let Some(validator) = studio.generations.serving(Role::Validator, POLICY) else { return Ok(()) };
        let document = serde_json::to_value(request).map_err(stop)?;
        let verdict = validator.plugin.validate(&document, &document, &validator.settings).await.map_err(stop)?;
        let problems: Vec<String> = verdict.problems.into_iter().map(|problem: Problem| problem.message).collect();
        match problems.first().cloned() {
            None => Ok(()),
            Some(first) => Err(Failure { problems, ..Failure::new("refused-by-policy", first) }.into()),
        }
    };
    run.step("checked", request, judge).await
}

/// Writes metadata.
pub(super) async fn metadata(studio: &Studio, run: &mut Run, story: StoryMetadataRequest) -> Result<Value, Stop> {
    let max_tokens = Some(tokens_for_metadata(limits(studio)?));
    let request = StoryRequest::Metadata(StoryMetadataRequest { max_tokens, ..story });
    let input = serde_json::to_value(&request).map_err(stop)?;
    Ok(generate::generate(run, studio, &METADATA, "metadata", &input).await?.document)
}

/// Segments that were written, or none where they are too many for one answer.
pub(super) enum Batch {
    Written(Vec<StorySegment>),
    CutOff(String),
}

/// Writes the segments of these numbers, of which `before` is told the end.
pub(super) async fn batch(
    studio: &Studio,
    run: &mut Run,
    kind: StoryKind,
    planned: &Planned,
    numbers: &RangeInclusive<u32>,
    before: &[StorySegment],
) -> Result<Batch, Stop> {
    let mut batch = planned.segments(kind, numbers, before);
    batch.max_tokens = Some(tokens_for_set(batch.count, limits(studio)?));
    let contract = Contract { divisible: batch.count > 1, ..SEGMENTS };
    let prefix = format!("segments-{}-{}", numbers.start(), numbers.end());
    let input = serde_json::to_value(StoryRequest::Segments(batch)).map_err(stop)?;
    match generate::generate(run, studio, &contract, &prefix, &input).await {
        Ok(made) => {
            let made: StorySegments = serde_json::from_value(made.document).map_err(stop)?;
            Ok(Batch::Written(made.segments))
        }
        Err(Stop::Failed(failure)) if failure.code == CUT_OFF => Ok(Batch::CutOff(failure.message)),
        Err(stop) => Err(stop),
    }
}

/// What the model that writes can take; unknown where its provider does not list it.
fn limits(studio: &Studio) -> Result<ModelLimits, Stop> {
    let (provider, chosen) = studio.provider("text")?;
    let mut models = provider.plugin.manifest.models.iter().filter(|model| model.operation == "text");
    let model = match chosen {
        Some(id) => models.find(|model| model.id == id),
        None => models.next(),
    };
    Ok(model.map_or_else(ModelLimits::default, |model| ModelLimits {
        free: model.free_tier,
        context: model.context_tokens,
        output: model.output_tokens,
    }))
}
