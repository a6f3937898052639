//! `/api/usage`: what the caller has spent, by day, provider and model.

use axum::Json;
use axum::extract::State;
use kinora_store::{Certainty, UsageFilter, UsageRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::auth::Caller;
use crate::budgets::BudgetBody;
use crate::error::ApiError;
use crate::extract::Params;
use crate::state::ApiState;
use crate::time::iso_day;

const DAY_MS: i64 = 86_400_000;
/// The longest time that is summed up, days.
const LONGEST: i64 = 366;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Filter {
    /// How many days, today (UTC) included; 1 to 366, 30 where absent.
    days: Option<i64>,
}

/// What was spent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The first day, UTC.
    #[schema(example = "2026-01-24")]
    since: String,
    /// Everything that an upstream answered.
    total: Sum,
    /// The same by day, provider, model and operation, the latest day first.
    usage: Vec<Line>,
    /// How much the caller may spend; null where nobody has said.
    budget: Option<BudgetBody>,
    /// Requests that were sent and never answered: they may have been spent too, and are not in `total`.
    possibly_double: Doubtful,
}

/// What may have been spent too.
#[derive(Serialize, ToSchema)]
pub(crate) struct Doubtful {
    /// All of it.
    total: Sum,
    /// By day, provider, model and operation.
    usage: Vec<Line>,
}

/// A sum.
#[derive(Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct Sum {
    /// How many requests.
    operations: i64,
    /// Tokens read.
    input_tokens: i64,
    /// Tokens written.
    output_tokens: i64,
    /// Pictures made.
    pictures: i64,
    /// Seconds of video made.
    video_seconds: f64,
    /// US dollars.
    cost_usd: f64,
    /// Millionths of a US dollar, exactly.
    cost_micros: i64,
}

/// The sum of one day, provider, model and operation.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Line {
    /// UTC.
    #[schema(example = "2026-01-24")]
    day: String,
    /// The plugin's id.
    provider: String,
    /// The upstream's name of the model.
    model: String,
    /// `text`, `image` or `video`.
    operation: String,
    #[serde(flatten)]
    sum: Sum,
}

/// Says what the caller has spent
#[utoipa::path(get, path = "/usage", tag = "usage", operation_id = "show_usage", params(Filter),
    responses((status = 200, description = "Sums of the ledger", body = Usage)), security((), ("bearer" = [])))]
pub(crate) async fn own(
    caller: Caller,
    State(state): State<ApiState>,
    Params(Filter { days }): Params<Filter>,
) -> Result<Json<Usage>, ApiError> {
    let days = days.unwrap_or(30);
    if !(1..=LONGEST).contains(&days) {
        return Err(ApiError::invalid("days", format!("days is {days}, and may be 1 to {LONGEST}.")));
    }
    let first = state.store().now().div_euclid(DAY_MS) - (days - 1);
    let filter = UsageFilter { owner: Some(caller.owner().into()), job: None, since: first * DAY_MS };
    let budget = state.store().budget(caller.owner()).await?.map(BudgetBody::from);
    Ok(Json(Usage { budget, ..sum_up(first, state.store().usage(&filter).await?) }))
}

fn sum_up(first: i64, rows: Vec<UsageRow>) -> Usage {
    let (doubtful, sure): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.certainty == Certainty::Unknown.as_str());
    Usage {
        since: iso_day(first),
        total: total(&sure),
        budget: None,
        usage: sure.into_iter().map(line).collect(),
        possibly_double: Doubtful { total: total(&doubtful), usage: doubtful.into_iter().map(line).collect() },
    }
}

fn total(rows: &[UsageRow]) -> Sum {
    let all = |value: fn(&UsageRow) -> i64| rows.iter().map(value).fold(0, i64::saturating_add);
    sum(
        all(|row| row.operations),
        all(|row| row.input_tokens),
        all(|row| row.output_tokens),
        all(|row| row.pictures),
        all(|row| row.video_ms),
        all(|row| row.cost),
    )
}

fn line(row: UsageRow) -> Line {
    Line {
        day: iso_day(row.day),
        provider: row.plugin,
        model: row.model,
        operation: row.kind,
        sum: sum(row.operations, row.input_tokens, row.output_tokens, row.pictures, row.video_ms, row.cost),
    }
}

fn sum(operations: i64, input_tokens: i64, output_tokens: i64, pictures: i64, video_ms: i64, cost: i64) -> Sum {
    Sum {
        operations,
        input_tokens,
        output_tokens,
        pictures,
        video_seconds: video_ms as f64 / 1e3,
        cost_usd: cost as f64 / 1e6,
        cost_micros: cost,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(certainty: Certainty, cost: i64) -> UsageRow {
        UsageRow {
            day: 20_477,
            owner: "ada".into(),
            plugin: "openai".into(),
            model: "gpt".into(),
            kind: "text".into(),
            certainty: certainty.as_str().into(),
            operations: 2,
            input_tokens: 10,
            output_tokens: 5,
            pictures: 0,
            video_ms: 1500,
            cost,
        }
    }

    #[test]
    fn what_may_have_been_spent_twice_is_shown_apart_from_the_sum() {
        let usage = sum_up(20_470, vec![row(Certainty::Answered, 1_250_000), row(Certainty::Unknown, 500)]);
        assert_eq!(usage.since, "2026-01-17");
        assert_eq!((usage.total.cost_micros, usage.total.cost_usd, usage.total.video_seconds), (1_250_000, 1.25, 1.5));
        assert_eq!((usage.usage.len(), usage.possibly_double.usage.len()), (1, 1));
        assert_eq!(usage.possibly_double.total.cost_micros, 500);
        assert_eq!(usage.usage[0].day, "2026-01-24");
    }
}
