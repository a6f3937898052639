//! Native media: compositions are drawn, pictures move, ffmpeg encodes.
//!
//! [`Worker`] is what the host uses: it runs a [`Job`] in a child process of the same binary, bounded and cancellable.
//! [`worker_main`] is that child. This crate knows no plugins, no jobs table and no HTTP.

mod colour;
mod composition;
mod error;
mod fonts;
mod job;
mod picture;
mod planes;
mod still;

pub use error::MediaError;
pub use fonts::{FontInfo, check_fonts};
pub use job::{Job, Progress, Report};
pub use still::draw_png;
