//! The house from outside: one test binary, speaking as people.
#![expect(clippy::unwrap_used, reason = "what a helper of a test unwraps, the test asserts")]

mod activities;
mod alerts;
mod amendments;
mod architecture;
mod bad_input;
mod config;
mod dashboard;
mod demo;
mod events;
mod gaps;
mod http;
mod import;
mod integrations;
mod isolation;
mod live;
mod migrations;
mod negotiation;
mod parties;
mod partnerships;
mod permissions;
mod plans;
mod privacy;
mod programme;
mod properties;
mod realdata;
mod reminders;
mod renewal;
mod reviews;
mod schema;
mod sign_in;
mod socket;
mod support;
mod tiers;
mod walkthrough;
mod year;
