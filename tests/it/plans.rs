//! Plans: drafted, shared, written together, proposed and signed.

mod content;
mod drafting;
mod notes;
mod signing;
mod targets;
mod together;
