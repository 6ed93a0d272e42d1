//! What happens without a request: events are relayed, and time is watched.
//!
//! Each job is a step that a test can call; the loops around them do nothing but wait and call.

pub mod relay;
pub mod watch;
