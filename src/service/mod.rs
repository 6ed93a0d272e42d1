//! What can be done: load, decide, store, announce, commit.
//!
//! Every write goes through one function here, whatever the door. A change of a partnership's plans or facts happens under that
//! partnership's lock; its events are written last, in the same transaction; nothing else happens until it has committed.

pub mod access;
pub mod activation;
pub mod activities;
pub mod agreements;
pub mod alerts;
pub mod changes;
pub mod check;
pub mod commitments;
pub mod consequences;
pub mod content;
pub mod deals;
pub mod dimensions;
pub mod drafting;
pub mod events;
pub mod facts;
pub mod gaps;
pub mod grounds;
pub mod history;
pub mod idempotency;
pub mod intake;
pub mod integrations;
pub mod notes;
pub mod organizations;
pub mod page;
pub mod partnerships;
pub mod password;
pub mod past;
pub mod people;
pub mod plans;
pub mod portions;
pub mod programmes;
pub mod progress;
pub mod reminders;
pub mod renewals;
pub mod reviews;
pub mod rollups;
pub mod sessions;
pub mod setup;
pub mod signing;
pub mod splits;
pub mod standards;
pub mod targets;
pub mod teams;
pub mod terms;
pub mod token;
pub mod users;
pub mod watch;
