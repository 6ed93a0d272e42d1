//! Between processes and tasks: "look now". The events themselves are in the database.

pub mod memory;
