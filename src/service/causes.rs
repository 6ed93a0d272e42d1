//! Why each side is to be warned about a plan on a day, by what warnings follow from (domain §9).

mod feeds;
mod figures;
pub mod reviews;

use chrono::NaiveDate;

pub use self::figures::of_figures;

use super::{progress, reminders, summaries};
use crate::{
    db::Tx,
    domain::{
        actor::Side,
        alert::{Cause, Ground},
        plan::PlanState,
    },
    entity::plan,
    error::Result,
};

/// The causes of warnings about one plan.
#[derive(Debug, Default)]
pub struct Causes {
    shared: Vec<Cause>,
    vendor: Vec<Cause>,
    partner: Vec<Cause>,
}

impl Causes {
    /// Those of a side.
    pub fn of(&self, side: Side) -> Vec<Cause> {
        let own = match side {
            Side::Vendor => &self.vendor,
            Side::Partner => &self.partner,
        };
        self.shared.iter().chain(own).cloned().collect()
    }

    fn add(&mut self, side: Side, causes: impl IntoIterator<Item = Cause>) {
        match side {
            Side::Vendor => self.vendor.extend(causes),
            Side::Partner => self.partner.extend(causes),
        }
    }
}

/// The causes that follow from `grounds`; of a plan that is not in force there is nothing but its life.
pub async fn of_plan(
    tx: &Tx,
    plan: &plan::Model,
    today: NaiveDate,
    grounds: &[Ground],
) -> Result<Causes> {
    let mut causes = Causes::default();
    if grounds.contains(&Ground::Life) {
        let reminders = reminders::due(tx, plan, today).await?;
        for side in Side::BOTH {
            causes.add(side, reminders.causes(plan, side));
        }
    }
    if plan.state != PlanState::Active {
        return Ok(causes);
    }
    if grounds.contains(&Ground::Figures) || grounds.contains(&Ground::Feeds) {
        let now = progress::of_plan(&**tx, plan, today).await?;
        summaries::keep(tx, &now).await?;
        if grounds.contains(&Ground::Figures) {
            causes.shared.extend(of_figures(&now, today));
        }
        if grounds.contains(&Ground::Feeds) {
            causes.shared.extend(feeds::of_feeds(tx, &now, today).await?);
        }
    }
    if grounds.contains(&Ground::Reviews) {
        let left = reviews::Rows::pending(&**tx, plan, today).await?.left(plan, today, |_| true);
        causes.shared.extend(left.of_both);
        for side in Side::BOTH {
            causes.add(side, left.unconfirmed.iter().map(|minutes| minutes.cause(side)));
        }
    }
    Ok(causes)
}
