//! Clips: looked into once, then decoded into frames of a film's size and rate.
//!
//! [`look()`] finds out what a clip shows and for how long; [`Show`] decodes a part of it, frame by frame. Both open
//! files from elsewhere, and only as what their first bytes say. Whose clip it is the caller tells: what is wrong with
//! one is [`MediaError::Unusable`] here.

mod look;
mod show;

use crate::error::MediaError;

pub(crate) use look::{Clip, look};
pub(crate) use show::{Part, Shape, Show, knows_hdr};

/// Told now and then that the work goes on; may break it off.
pub(crate) type Alive<'a> = &'a mut dyn FnMut() -> Result<(), MediaError>;
