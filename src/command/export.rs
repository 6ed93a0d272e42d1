//! `jbp schema`

use std::io::{self, Write};

use crate::graphql;

/// Prints the schema of the API.
pub fn schema() -> anyhow::Result<()> {
    Ok(write!(io::stdout(), "{}", graphql::sdl())?)
}
