//! What tests stand on: a fresh house each, people who speak through its schema, and clients of its doors.

pub mod app;
pub mod asking;
pub mod backend;
pub mod client;
pub mod data;
pub mod deals;
pub mod drafting;
pub mod facts;
pub mod given;
pub mod house;
pub mod issuer;
pub mod planning;
pub mod post_office;
pub mod raw;
pub mod receiver;
pub mod sums;
pub mod toy;

pub use app::{Client, FrozenApp, TestApp};
pub use drafting::Draft;
pub use facts::Fact;
pub use given::{Partner, Vendor};
pub use planning::GivenPlan;
