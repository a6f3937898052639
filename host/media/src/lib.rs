//! Native media: compositions are drawn, pictures move, ffmpeg encodes.
//!
//! [`Worker`] is what the host uses: it runs a [`Job`] in a child process of the same binary, bounded and cancellable.
//! [`worker_main`] is that child. This crate knows no plugins, no jobs table and no HTTP.

mod beats;
mod clip;
mod colour;
mod composition;
mod error;
mod ffmpeg;
mod film;
mod fonts;
mod job;
mod merge;
mod mp4;
mod music;
mod picture;
mod planes;
mod probe;
mod process;
mod render;
mod run;
mod still;
mod thumbnail;
mod usage;
mod worker;

pub use beats::BeatTracker;
pub use error::MediaError;
pub use ffmpeg::{FfmpegInfo, check_ffmpeg};
pub use fonts::{FontInfo, check_fonts};
pub use job::{CacheFolder, Job, MergeClip, MergeMusic, Pieces, Progress, Quality, Report};
pub use render::{look_ahead, render};
pub use still::draw_png;
pub use worker::{Worker, worker_main};
