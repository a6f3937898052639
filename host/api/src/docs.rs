//! `/openapi.json` and `/docs`: what there is, for programs and for people.
//!
//! Routes and their descriptions are made by one macro, so that neither is without the other. What every route has in
//! common (the errors of middleware and extractors) is added here to all of them.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use utoipa::ToSchema;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, Ref, RefOr, Response as Answer, ResponseBuilder,
    Tag,
};
use utoipa_swagger_ui::Config;

use crate::error::{ApiError, ErrorBody};

const DESCRIPTION: &str = "Prompts in, films out. Every path is also served under `/api/v1`: `/api/jobs` is \
    `/api/v1/jobs`, and a path that does not begin with `/api` stands behind it.\n\nWhile every address that is listened \
    on is a loopback address, most calls need no token; otherwise send `Authorization: Bearer` with one.";

/// What may go wrong whatever is asked. The words become the descriptions.
const ALWAYS: [(&str, &str); 4] = [
    ("403", "A page of an origin that may not call, or a name of this host that it does not know"),
    ("429", "Too many calls; `Retry-After` says when to come back"),
    ("500", "Kinora failed; its log says where"),
    ("503", "Not just now; `Retry-After` says when to come back"),
];
const WITH_CALLER: [(&str, &str); 1] = [("401", "The token is missing or not valid")];
const WITH_PATH: [(&str, &str); 1] = [("404", "There is none, or it is not the caller's")];
const WITH_QUERY: [(&str, &str); 1] = [("422", "A value is wrong; the message names the field")];
const WITH_BODY: [(&str, &str); 6] = [
    ("400", "The body cannot be read"),
    ("408", "The body came too slowly"),
    ("413", "The body is too large"),
    ("415", "The body is no JSON"),
    ("422", "A value is wrong; the message names the field"),
    ("507", "The disk is full"),
];

/// The document before any route.
pub(crate) fn frame(version: &str) -> OpenApi {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("An access token of `POST /api/auth/login`, or an API token of `kinora token create`"))
        .build();
    let mut components = Components::new();
    components.add_security_scheme("bearer", SecurityScheme::Http(bearer));
    let tags = [
        ("scenario", "From a product to a plan of scenes"),
        ("stories", "Long stories in two steps: metadata, then segments a set at a time"),
        ("jobs", "Everything that takes long"),
        ("accounts", "Who asks"),
        ("models", "What can be generated"),
        ("usage", "What was spent"),
        ("admin", "For administrators: plugins"),
        ("operation", "For machines that look after this one"),
    ];
    OpenApiBuilder::new()
        .info(InfoBuilder::new().title("Kinora").version(version).description(Some(DESCRIPTION)).build())
        .components(Some(components))
        .tags(Some(tags.map(|(name, description)| {
            let mut tag = Tag::new(name);
            tag.description = Some(description.into());
            tag
        })))
        .build()
}

/// Adds to every operation what goes wrong everywhere.
pub(crate) fn complete(api: &mut OpenApi) {
    // What stands for several segments of a path has no sign of its own in OpenAPI.
    let paths = std::mem::take(&mut api.paths.paths);
    api.paths.paths = paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    for (path, item) in &mut api.paths.paths {
        let methods =
            [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten();
        for operation in methods {
            let parameters = operation.parameters.clone().unwrap_or_default();
            let has = |place: &ParameterIn| {
                let here =
                    |parameter: &RefOr<Parameter>| matches!(parameter, RefOr::T(known) if known.parameter_in == *place);
                parameters.iter().any(here)
            };
            let mut errors = Vec::new();
            if path.starts_with("/api/") || path.starts_with("/generate-") {
                errors.extend(ALWAYS);
                errors.extend(WITH_CALLER);
            }
            if has(&ParameterIn::Path) {
                errors.extend(WITH_PATH);
            }
            if has(&ParameterIn::Query) || has(&ParameterIn::Header) {
                errors.extend(WITH_QUERY);
            }
            if operation.request_body.is_some() {
                errors.extend(WITH_BODY);
            }
            add(operation, &errors);
        }
    }
}

fn add(operation: &mut Operation, errors: &[(&str, &str)]) {
    for (status, description) in errors {
        let responses = &mut operation.responses.responses;
        responses.entry((*status).into()).or_insert_with(|| RefOr::T(error(description)));
    }
}

fn error(description: &str) -> Answer {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    ResponseBuilder::new().description(description).content("application/json", body).build()
}

/// The finished document, as it is sent.
#[derive(Clone)]
pub(crate) struct Document(pub Bytes);

/// Describes this API as OpenAPI 3.1
#[utoipa::path(get, path = "/openapi.json", tag = "operation", operation_id = "show_openapi",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value)))]
pub(crate) async fn openapi(axum::Extension(Document(document)): axum::Extension<Document>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], document).into_response()
}

/// Shows this API to people
#[utoipa::path(get, path = "/docs", tag = "operation", operation_id = "show_docs",
    responses((status = 303, description = "To the viewer at `/docs/`")))]
pub(crate) async fn docs() -> Redirect {
    Redirect::to("/docs/")
}

/// What the viewer may load: nothing but what this host serves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The viewer's files.
#[derive(Clone)]
pub(crate) struct Viewer(Arc<Config<'static>>);

impl Viewer {
    pub fn new() -> Self {
        // Without "none" the viewer shows the document to a validator on the internet.
        Viewer(Arc::new(Config::new(["/openapi.json"]).validator_url("none")))
    }
}

pub(crate) async fn viewer(State(Viewer(config)): State<Viewer>, file: Option<Path<String>>) -> Response {
    let file = file.as_ref().map_or("", |Path(file)| file.as_str());
    match utoipa_swagger_ui::serve(file, config) {
        Ok(Some(file)) => {
            let policy = [(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY))];
            let mut response = (policy, [(header::CONTENT_TYPE, file.content_type)], file.bytes).into_response();
            if file.gzpipped {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        }
        Ok(None) => ApiError::not_found("file").into_response(),
        Err(error) => {
            tracing::error!("the viewer cannot be served: {error}");
            ApiError::internal().into_response()
        }
    }
}
