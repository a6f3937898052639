//! The API as its clients meet it: requests into the router, a real engine on a store in a temporary folder behind it.

mod accounts;
mod admin;
mod door;
mod events;
mod jobs;
mod kit;
mod scenario;
mod serving;
mod surface;
