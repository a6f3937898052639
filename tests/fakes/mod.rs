//! Stand-ins for what Kinora talks to and we do not own, and a throw-away PostgreSQL. Both know nothing of the other
//! test modules, so that benchmarks and other crates include them by path.

pub mod openai;
pub mod postgres;

mod openai_answers;
mod openai_rules;
mod postgres_life;
