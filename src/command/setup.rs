//! `jbp setup`

use std::io::{self, Write};

use clap::Args;

use crate::{
    app::App,
    domain::money::Currency,
    service::{setup, token},
};

/// Sets up a vendor and its first admin.
#[derive(Debug, Args)]
pub struct Setup {
    /// What the company is called
    #[arg(long)]
    name: String,
    /// What its first admin signs in with
    #[arg(long, value_name = "EMAIL")]
    admin_email: String,
    /// What the admin is called
    #[arg(long, value_name = "NAME", default_value = "Admin")]
    admin_name: String,
    /// The admin's password, from the environment; without it one is made up and shown once
    #[arg(long, env = "JBP_ADMIN_PASSWORD", hide_env_values = true, value_name = "PASSWORD")]
    admin_password: Option<String>,
    /// Where its days begin and end
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    time_zone: String,
    /// The month in which its fiscal year begins
    #[arg(long, value_name = "MONTH", default_value_t = 1)]
    fiscal_start_month: i32,
    /// What it counts in
    #[arg(long, value_name = "CODE", default_value = "USD")]
    currency: Currency,
}

impl Setup {
    /// Sets the vendor up and says how to sign in.
    pub async fn run(self, app: &App) -> anyhow::Result<()> {
        let made_up = match &self.admin_password {
            Some(_) => None,
            None => Some(token::initial_password(&app.op)?),
        };
        let password = self.admin_password.or_else(|| made_up.clone()).unwrap_or_default();
        let vendor = setup::NewVendor {
            name: self.name,
            time_zone: self.time_zone,
            fiscal_start_month: self.fiscal_start_month,
            currency: self.currency,
            admin_name: self.admin_name,
            admin_email: self.admin_email,
            admin_password: password,
        };
        let (vendor, admin) = setup::create_vendor(&app.op, vendor).await?;
        writeln!(
            io::stdout(),
            "{} is set up. {} signs in as {}.",
            vendor.name,
            admin.name,
            admin.email
        )?;
        if let Some(password) = made_up {
            writeln!(io::stdout(), "The password, shown only now: {password}")?;
        }
        Ok(())
    }
}
