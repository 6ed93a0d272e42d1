//! Facts: recorded in batches, corrected, mapped, converted, and what figures become of them.

mod correcting;
mod deals;
mod figures;
mod mapping;
mod recording;
mod snapshots;
