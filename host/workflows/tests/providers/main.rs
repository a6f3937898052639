//! What the providers do over the real host: the store, the job engine, the driver of operations, the components in
//! their runtime, the way out. Upstream are stand-ins that hold every request against the official descriptions.
//!
//! `world` is the host, which asks for one operation at a time; `claims` is what holds for every provider; the rest is
//! one file for each provider, `results`: what becomes of what they make, `hostile`: a provider that means harm, and
//! `stand_ins`: what the stand-ins themselves refuse.

#[path = "../../../../tests/fakes/gemini/mod.rs"]
mod fake_gemini;
#[path = "../../../../tests/fakes/openai/mod.rs"]
mod fake_openai;
#[path = "../../../../tests/fakes/replicate/mod.rs"]
mod fake_replicate;
#[path = "../support/mod.rs"]
mod support;
#[path = "../../../../tests/fakes/upstream/mod.rs"]
mod upstream;

mod claims;
mod gemini;
mod hostile;
mod openai;
mod replicate;
mod results;
mod stand_ins;
mod world;
