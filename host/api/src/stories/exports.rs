//! `/api/exports`: the files of stories that their owner asked for, one by one or a title's in one archive.

use std::io::{Cursor, Write};

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use kinora_domain::story;
use kinora_workflows::{Export, StoryFiles, WorkflowError};
use serde::Serialize;
use utoipa::ToSchema;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::auth::Caller;
use crate::error::ApiError;
use crate::extract::shown;
use crate::state::ApiState;
use crate::time::iso_seconds;

/// What stands behind the name of an archive. No file of the exports folder ends so.
const ARCHIVE: &str = ".zip";
/// The most bytes that go into one archive.
const LARGEST: usize = 256 << 20;

/// The caller's files.
#[derive(Serialize, ToSchema)]
pub(crate) struct Exports {
    /// By name.
    exports: Vec<ExportBody>,
    /// What can be fetched in one archive, by name.
    titles: Vec<TitleBody>,
}

/// A file.
#[derive(Serialize, ToSchema)]
pub(crate) struct ExportBody {
    /// Folder and name.
    #[schema(example = "generated_movie_script/Temporal Guardians_set_01.json")]
    name: String,
    /// Where it is fetched.
    url: String,
    size_bytes: u64,
    /// ISO 8601, UTC.
    #[schema(format = DateTime)]
    modified_at: String,
}

/// The files of one title.
#[derive(Serialize, ToSchema)]
pub(crate) struct TitleBody {
    /// Folder and title.
    #[schema(example = "generated_movie_script/Temporal Guardians")]
    name: String,
    /// Where the archive is fetched.
    url: String,
    /// How many files it has.
    files: usize,
}

/// Lists the caller's files
#[utoipa::path(get, path = "/exports", tag = "stories", operation_id = "list_exports",
    responses((status = 200, description = "They", body = Exports)), security((), ("bearer" = [])))]
pub(crate) async fn list_exports(caller: Caller, State(state): State<ApiState>) -> Result<Json<Exports>, ApiError> {
    let found = files(&state).list(caller.owner()).await?;
    let mut titles: Vec<TitleBody> = Vec::new();
    for title in found.iter().filter_map(|export| title(&export.name)) {
        match titles.iter_mut().find(|known| known.name == title) {
            Some(known) => known.files += 1,
            None => titles.push(TitleBody { name: title.into(), url: url(&format!("{title}{ARCHIVE}")), files: 1 }),
        }
    }
    let body = |Export { name, size, modified_at }: Export| ExportBody {
        url: url(&name),
        name,
        size_bytes: size,
        modified_at: iso_seconds(modified_at),
    };
    Ok(Json(Exports { exports: found.into_iter().map(body).collect(), titles }))
}

/// Gives a file, or all files of a title as an archive
///
/// The name is that of the list, folder and all. With `.zip` behind a title it is the archive of that title; without a
/// folder before it, of the one that is used where nobody names one.
#[utoipa::path(get, path = "/exports/{*name}", tag = "stories", operation_id = "get_export",
    params(("name" = String, Path, description = "Its name")),
    responses((status = 200, description = "The file, or the archive", body = serde_json::Value)),
    security((), ("bearer" = [])))]
pub(crate) async fn get_export(
    caller: Caller,
    State(state): State<ApiState>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let (kind, content) = match name.strip_suffix(ARCHIVE) {
        Some(title) => ("application/zip", archive(&state, &caller, title).await?),
        None => ("application/json", files(&state).read(caller.owner(), &name).await?.ok_or_else(|| missing(&name))?),
    };
    let attached =
        [(header::CONTENT_TYPE, HeaderValue::from_static(kind)), (header::CONTENT_DISPOSITION, attached(&name))];
    Ok((attached, content).into_response())
}

async fn archive(state: &ApiState, caller: &Caller, name: &str) -> Result<Vec<u8>, ApiError> {
    let wanted = if name.contains('/') { name.to_owned() } else { format!("{}/{name}", story::DEFAULT_FOLDER) };
    let found = files(state).list(caller.owner()).await?;
    let mut whole = Vec::new();
    let mut size = 0;
    for export in found.iter().filter(|export| title(&export.name) == Some(&wanted)) {
        if let Some(content) = files(state).read(caller.owner(), &export.name).await? {
            size += content.len();
            whole.push((export.name.rsplit('/').next().unwrap_or_default().to_owned(), content));
        }
        if size > LARGEST {
            let message =
                format!("The files of this title have more than {} MiB; fetch them one by one.", LARGEST >> 20);
            return Err(ApiError::bad_request("archive_too_large", message));
        }
    }
    if whole.is_empty() {
        return Err(missing(&format!("{name}{ARCHIVE}")));
    }
    let packed = tokio::task::spawn_blocking(move || pack(&whole)).await.ok().and_then(Result::ok);
    packed.ok_or_else(ApiError::internal)
}

fn pack(files: &[(String, Vec<u8>)]) -> zip::result::ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name.as_str(), SimpleFileOptions::default())?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner())
}

/// Folder and title of a file that was written for a story.
fn title(name: &str) -> Option<&str> {
    let stem = name.strip_suffix(".json")?;
    if let Some(title) = stem.strip_suffix("_metadata") {
        return Some(title);
    }
    let (title, number) = stem.rsplit_once("_set_")?;
    number.bytes().all(|byte| byte.is_ascii_digit()).then_some(title)
}

fn files(state: &ApiState) -> &StoryFiles {
    &state.options().stories
}

fn missing(name: &str) -> ApiError {
    let message = format!("There is no file {:?} of yours; GET /api/exports lists what there is.", shown(name));
    ApiError::new(axum::http::StatusCode::NOT_FOUND, "not_found", message)
}

fn url(name: &str) -> String {
    format!("/api/exports/{}", encoded(name, "/"))
}

/// A name as a part of a URL. `plain` stays as it is beside letters, digits, `-`, `_` and `.`.
fn encoded(name: &str, plain: &str) -> String {
    name.bytes().fold(String::new(), |mut url, byte| {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-_.".contains(&b) || plain.as_bytes().contains(&b) => {
                url.push(b.into())
            }
            b => url.push_str(&format!("%{b:02X}")),
        }
        url
    })
}

/// How a browser saves it (RFC 6266): by its own name in every script.
fn attached(name: &str) -> HeaderValue {
    let file = name.rsplit('/').next().unwrap_or_default();
    let said = format!("attachment; filename*=UTF-8''{}", encoded(file, ""));
    HeaderValue::from_str(&said).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// What goes wrong with files is for the log: it may name folders.
impl From<WorkflowError> for ApiError {
    fn from(error: WorkflowError) -> Self {
        tracing::error!("{error}");
        ApiError::unavailable("The files cannot be read just now. Try again in a moment.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_title_is_what_stands_before_its_kind() {
        for (name, expected) in [
            ("films/A B_metadata.json", Some("films/A B")),
            ("films/A_set_01.json", Some("films/A")),
            ("films/A_set_1_set_100.json", Some("films/A_set_1")),
            ("films/A_set_x.json", None),
            ("films/A.json", None),
            ("films/A_set_01.txt", None),
        ] {
            assert_eq!(title(name), expected, "{name}");
        }
    }

    #[test]
    fn names_of_every_script_are_urls_and_headers() {
        assert_eq!(
            url("films/Été à Paris_set_01.json"),
            "/api/exports/films/%C3%89t%C3%A9%20%C3%A0%20Paris_set_01.json"
        );
        assert_eq!(attached("films/山.zip"), "attachment; filename*=UTF-8''%E5%B1%B1.zip");
    }

    #[test]
    fn an_archive_has_the_files_as_they_are() {
        let files = [("A_metadata.json".to_owned(), b"{}".to_vec()), ("山_set_01.json".to_owned(), vec![b' '; 5000])];
        let mut archive = zip::ZipArchive::new(Cursor::new(pack(&files).unwrap())).unwrap();
        assert_eq!(archive.len(), 2);
        for (name, content) in &files {
            let mut read = Vec::new();
            std::io::Read::read_to_end(&mut archive.by_name(name).unwrap(), &mut read).unwrap();
            assert_eq!(&read, content);
        }
    }
}
