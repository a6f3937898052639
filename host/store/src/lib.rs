//! To be written.
mod blobs;
pub use blobs::{Blob, BlobError, BlobId, BlobStream, Blobs, PutError};
