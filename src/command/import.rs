//! `jbp import`

use std::{
    io::{self, Write},
    path::PathBuf,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    app::App,
    domain::id::OrganizationId,
    import::{Run, run},
};

/// Records facts from CSV files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  jbp import --mapping examples/maven/crm.toml --data exports/ --dry-run
  jbp import --mapping examples/maven/crm.toml --data exports/

A fact that is known already is left as it is: after a stop, or with a newer export, run it again.
Exit code 1 says that rows were rejected; the report names file and line.")]
pub struct Import {
    /// How columns become facts: a mapping file in TOML (examples/maven/README.md explains it)
    #[arg(long, value_name = "FILE")]
    mapping: PathBuf,
    /// The folder that the mapping's paths are seen from
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The vendor's id, where there are several
    #[arg(long, value_name = "ID")]
    vendor: Option<OrganizationId>,
    /// Only say what would happen
    #[arg(long)]
    dry_run: bool,
}

impl Import {
    /// Imports, and prints the report; false when rows were rejected.
    pub async fn run(self, app: &App) -> anyhow::Result<bool> {
        let bar = ProgressBar::new(0).with_message("Importing");
        bar.set_style(ProgressStyle::with_template(
            "{msg} [{bar:40}] {bytes}/{total_bytes} {eta}",
        )?);
        let request = Run {
            mapping: &self.mapping,
            folder: &self.data,
            vendor: self.vendor,
            is_dry_run: self.dry_run,
        };
        let report = run(&app.op, request, |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        })
        .await?;
        bar.finish_and_clear();
        if self.dry_run {
            writeln!(io::stdout(), "A dry run: nothing was recorded.")?;
        }
        writeln!(io::stdout(), "{report}")?;
        Ok(report.is_clean())
    }
}
