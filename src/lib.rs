//! A server for joint business plans: what vendor and partner agree to do, and how far they are.
//!
//! Read [`domain`] for the rules, [`entity`] for how things are kept, [`service`] for what can be done, [`graphql`] for how it looks
//! from outside, [`http`] for the doors. [`app`] joins them; [`command`] starts them. `docs/ARCHITECTURE.md` is the map.

pub mod app;
pub mod bus;
pub mod clock;
pub mod command;
pub mod config;
pub mod db;
pub mod demo;
pub mod domain;
pub mod entity;
pub mod error;
pub mod fetch;
pub mod graphql;
pub mod http;
pub mod import;
pub mod op;
pub mod post;
pub mod service;
pub mod smtp;
pub mod telemetry;
pub mod worker;
