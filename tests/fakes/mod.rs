//! Stand-ins for what Kinora talks to and we do not own, and a throw-away PostgreSQL. None knows anything of the other
//! test modules, so that benchmarks and other crates include them by path; `upstream` is what the stand-ins for
//! providers have in common, and is included next to them.

pub mod openai;
pub mod postgres;
pub mod replicate;
pub mod upstream;

mod openai_answers;
mod openai_rules;
mod postgres_life;
