//! The egress against a server that really listens, and behaves as upstreams do on bad days. No test leaves the
//! machine. Tests with https addresses in them need the CA certificates of the machine.

mod limits;
mod money;
mod requests;
mod secrets;
mod upstream;
mod walls;
mod world;
