//! The rules: values in, values out.
//!
//! Nothing here awaits, asks a database, or reads a clock; what day it is comes in as an argument. Every formula names its
//! section of `docs/domain.md`, and stands beside its tests.

pub mod action_item;
pub mod activity;
pub mod actor;
pub mod agenda;
pub mod alert;
pub mod allocation;
pub mod allowance;
pub mod attribution;
pub mod calendar;
pub mod certification;
pub mod comment;
pub mod commitment;
pub mod content;
pub mod deal;
pub mod diff;
pub mod dispute;
pub mod draft;
pub mod event;
pub mod exact;
pub mod explanation;
pub mod forecast;
pub mod gap;
pub mod id;
pub mod issuer;
pub mod lens;
pub mod minutes;
pub mod money;
pub mod negotiation;
pub mod notification;
pub mod part;
pub mod partnership;
pub mod phasing;
pub mod plan;
pub mod policy;
pub mod progress;
pub mod promise;
pub mod readiness;
pub mod recording;
pub mod reference_rates;
pub mod renewal;
pub mod review;
#[cfg(test)]
mod sample;
pub mod score;
pub mod scorecard;
pub mod sign_in;
pub mod standard;
pub mod summary;
pub mod tally;
pub mod target;
pub mod terms;
pub mod version;
pub mod webhook;
