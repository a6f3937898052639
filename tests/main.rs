//! Black-box tests: the real binary with its shipped components, and real ffmpeg.

mod docs;
mod fakes;
mod film;
mod generations;
mod keeping;
mod music_video;
mod plugins;
mod projects;
mod refusals;
mod render;
mod restart;
mod scenario;
mod service;
mod settings;
mod stories;
mod support;
