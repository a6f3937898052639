//! A plugin, its grant, a store for blobs and an egress with short patience.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use kinora_domain::documents::{Credential, Endpoint, Manifest, Role};
use kinora_runtime::egress::{Egress, EgressOptions, Grant, Policy, Resolver};
use kinora_runtime::protocol::{
    Body, EndpointPath, HttpRequest, HttpResponse, ResponseBody, Sink, Target, TransportFailure,
};
use kinora_store::Blobs;
use tempfile::TempDir;

use crate::upstream::Upstream;

pub const KEY: &str = "sk-0123456789/abcdef";

/// The names a test knows. One that is not listed does not exist; one without addresses never answers.
#[derive(Default)]
pub struct Names(pub HashMap<&'static str, Vec<IpAddr>>);

impl Resolver for Names {
    fn resolve(&self, host: &str) -> futures_util::future::BoxFuture<'static, io::Result<Vec<IpAddr>>> {
        match self.0.get(host) {
            None => Box::pin(std::future::ready(Err(io::Error::new(io::ErrorKind::NotFound, "no such name")))),
            Some(addresses) if addresses.is_empty() => Box::pin(std::future::pending()),
            Some(addresses) => Box::pin(std::future::ready(Ok(addresses.clone()))),
        }
    }
}

pub struct World {
    pub manifest: Manifest,
    pub grant: Grant,
    pub blobs: Blobs,
    pub egress: Egress,
    pub folder: TempDir,
}

/// Small limits, and little patience, but enough for a busy machine where something is to succeed.
pub fn options(names: &[(&'static str, &[&str])]) -> EgressOptions {
    let address = |text: &&str| text.parse().expect("an address");
    let names = names.iter().map(|(name, addresses)| (*name, addresses.iter().map(address).collect())).collect();
    EgressOptions {
        connect: Duration::from_secs(5),
        idle: Duration::from_millis(200),
        inline: 100_000,
        error_body: 1000,
        blob: 3_000_000,
        resolver: Arc::new(Names(names)),
        ..EgressOptions::default()
    }
}

impl World {
    /// A plugin whose endpoint was moved to this upstream.
    pub fn new(upstream: &Upstream) -> Self {
        World::at(&upstream.url(), false, options(&[]))
    }

    pub fn at(base_url: &str, allow_private: bool, options: EgressOptions) -> Self {
        let manifest = Manifest {
            id: "acme".into(),
            version: "1.0.0".into(),
            title: "Acme".into(),
            role: Role::Provider,
            endpoints: vec![Endpoint {
                name: "api".into(),
                base_url: "https://api.acme.test".into(),
                result_hosts: vec!["files.acme.test".into()],
            }],
            credentials: vec![Credential {
                name: "key".into(),
                endpoint: "api".into(),
                scheme: "header".into(),
                header: "Authorization".into(),
                prefix: "Bearer ".into(),
                environment: "ACME_API_KEY".into(),
            }],
            ..Manifest::default()
        };
        let grant = Grant::whole(&manifest).with_secret("key", KEY).with_override("api", base_url, allow_private);
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = Blobs::local(folder.path()).expect("blobs");
        World { manifest, grant, blobs, egress: Egress::new(options), folder }
    }

    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, TransportFailure> {
        let planned = Policy::default().plan(&self.manifest, &self.grant, request)?;
        let failure = self.egress.send(planned, &self.blobs).await;
        if let Err(failure) = &failure {
            assert!(!failure.message.contains(KEY), "{failure:?}");
        }
        failure
    }

    pub async fn fails(&self, request: HttpRequest) -> TransportFailure {
        self.send(request).await.expect_err("it fails")
    }

    /// Every file in the blob store, temporary ones included.
    pub fn files(&self) -> usize {
        fn count(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
            entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
        }
        count(self.folder.path())
    }
}

/// A request with the key.
pub fn to(method: &str, path: &str) -> HttpRequest {
    let target = match path.strip_prefix('/') {
        Some(_) => Target::Endpoint(EndpointPath { endpoint: "api".into(), path: path.into() }),
        None => Target::Url(path.into()),
    };
    HttpRequest {
        method: method.into(),
        target,
        headers: Vec::new(),
        body: Body::Empty,
        credential: Some("key".into()),
        sink: Sink::Inline,
        timeout_ms: None,
        exemption: None,
    }
}

pub fn get() -> HttpRequest {
    to("GET", "/x")
}

pub fn post() -> HttpRequest {
    to("POST", "/x")
}

pub fn into_blob(request: HttpRequest) -> HttpRequest {
    HttpRequest { sink: Sink::Blob, ..request }
}

pub fn within(ms: u64, request: HttpRequest) -> HttpRequest {
    HttpRequest { timeout_ms: Some(ms), ..request }
}

pub fn inline(response: &HttpResponse) -> &[u8] {
    match &response.body {
        ResponseBody::Inline(body) => body,
        ResponseBody::Blob(blob) => panic!("a blob: {blob:?}"),
    }
}
