//! What happens without a request: events are relayed, webhooks and mails delivered, time is watched, and what is old is forgotten.
//!
//! Each job is a step that a test can call; the loops around them do nothing but wait and call.

pub mod deliver;
pub mod forget;
pub mod mail;
pub mod relay;
pub mod watch;
