//! `/api/admin/budgets`: how much each may spend. Only for administrators; everybody sees their own in `/api/usage`.

use axum::Json;
use axum::extract::{Path as UrlPath, State};
use axum::http::StatusCode;
use kinora_store::{Budget, BudgetPeriod, BudgetState};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::admin::Administrator;
use crate::auth::ANONYMOUS;
use crate::error::{ApiError, ErrorBody};
use crate::extract::{JsonBody, shown};
use crate::state::ApiState;

/// The largest budget, US dollars.
const LARGEST: f64 = 1e9;

/// How much somebody may spend.
#[derive(Deserialize, ToSchema)]
pub(crate) struct NewBudget {
    /// US dollars, 0 to a thousand millions. 0 allows nothing that costs money.
    #[schema(example = 25.0, minimum = 0)]
    limit_usd: f64,
    /// `day` or `month` (UTC), or `total`.
    #[schema(default = "month")]
    #[serde(default)]
    period: Option<String>,
}

/// A budget, and how much of it is gone.
#[derive(Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct BudgetBody {
    /// `day` or `month` (UTC), or `total`.
    period: &'static str,
    /// US dollars.
    limit_usd: f64,
    /// What was spent in the period; also what may have been spent, where an answer never came.
    spent_usd: f64,
    /// What is under way.
    reserved_usd: f64,
    /// What is left.
    left_usd: f64,
}

impl From<BudgetState> for BudgetBody {
    fn from(state: BudgetState) -> Self {
        let usd = |micros: u64| micros as f64 / 1e6;
        BudgetBody {
            period: state.budget.period.as_str(),
            limit_usd: usd(state.budget.limit),
            spent_usd: usd(state.spent),
            reserved_usd: usd(state.reserved),
            left_usd: usd(state.left()),
        }
    }
}

/// Sets a user's budget
///
/// What would exceed it is refused before it is sent. What is under way is reserved, so that many requests at once do not
/// exceed it either; what fails gives its reservation back. The user `anonymous` is everybody who comes without a token.
#[utoipa::path(put, path = "/admin/budgets/{user}", tag = "admin", operation_id = "set_budget",
    params(("user" = String, Path, description = "A user's name or id, or `anonymous`")), request_body = NewBudget,
    responses((status = 200, description = "It holds from now on", body = BudgetBody),
        (status = 404, description = "There is no such user", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn set(
    _: Administrator,
    State(state): State<ApiState>,
    UrlPath(user): UrlPath<String>,
    JsonBody(NewBudget { limit_usd, period }): JsonBody<NewBudget>,
) -> Result<Json<BudgetBody>, ApiError> {
    if !(0.0..=LARGEST).contains(&limit_usd) {
        return Err(ApiError::invalid("limit_usd", format!("limit_usd is {limit_usd}; it may be 0 to {LARGEST}.")));
    }
    let period = period.as_deref().unwrap_or("month");
    let Some(period) = BudgetPeriod::parse(period) else {
        let message = format!("period is {:?}; it may be day, month or total.", shown(period));
        return Err(ApiError::invalid("period", message));
    };
    let owner = owner(&state, &user).await?;
    let budget = Budget { owner: owner.clone(), period, limit: (limit_usd * 1e6).round() as u64 };
    state.store().set_budget(budget).await?;
    let budget = state.store().budget(&owner).await?.ok_or_else(|| ApiError::not_found("budget"))?;
    Ok(Json(budget.into()))
}

/// Shows a user's budget
#[utoipa::path(get, path = "/admin/budgets/{user}", tag = "admin", operation_id = "show_budget",
    params(("user" = String, Path, description = "A user's name or id, or `anonymous`")),
    responses((status = 200, description = "The budget", body = BudgetBody),
        (status = 404, description = "There is no such user, or no budget", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn show(
    _: Administrator,
    State(state): State<ApiState>,
    UrlPath(user): UrlPath<String>,
) -> Result<Json<BudgetBody>, ApiError> {
    let owner = owner(&state, &user).await?;
    let budget = state.store().budget(&owner).await?.ok_or_else(|| ApiError::not_found("budget"))?;
    Ok(Json(budget.into()))
}

/// Lifts a user's budget
#[utoipa::path(delete, path = "/admin/budgets/{user}", tag = "admin", operation_id = "remove_budget",
    params(("user" = String, Path, description = "A user's name or id, or `anonymous`")),
    responses((status = 204, description = "There is none any more"),
        (status = 404, description = "There is no such user, or no budget", body = ErrorBody)), security(("bearer" = [])))]
pub(crate) async fn remove(
    _: Administrator,
    State(state): State<ApiState>,
    UrlPath(user): UrlPath<String>,
) -> Result<StatusCode, ApiError> {
    let owner = owner(&state, &user).await?;
    match state.store().remove_budget(&owner).await? {
        true => Ok(StatusCode::NO_CONTENT),
        false => Err(ApiError::not_found("budget")),
    }
}

/// The owner that a name or an id means.
async fn owner(state: &ApiState, user: &str) -> Result<String, ApiError> {
    if user == ANONYMOUS {
        return Ok(ANONYMOUS.into());
    }
    let found = match state.store().user_by_name(user).await? {
        Some(found) => Some(found),
        None => state.store().user(user).await?,
    };
    found.map(|user| user.id).ok_or_else(|| ApiError::not_found("user"))
}
