//! Facts as a nightly job would send them: each deal approved and won, placed in three dimensions.

use std::ops::Range;

use chrono::{Days, NaiveDate};
use jbp::{domain::id::PartnershipId, entity::plan};
use serde_json::{Value, json};

use crate::seed::vendors::VALUES;

/// What all facts have in common.
pub struct Shape {
    partnership: PartnershipId,
    starts_on: NaiveDate,
    n_days: usize,
}

impl Shape {
    /// Facts of a plan, from its beginning to today.
    pub fn of(plan: &plan::Model, today: NaiveDate) -> Self {
        let n_days = usize::try_from((today - plan.starts_on).num_days()).unwrap_or(0) + 1;
        Self { partnership: plan.partnership_id, starts_on: plan.starts_on, n_days }
    }

    /// The facts of these numbers.
    pub fn facts(&self, numbers: Range<usize>) -> impl Iterator<Item = Value> + '_ {
        numbers.map(|number| self.fact(number))
    }

    fn fact(&self, number: usize) -> Value {
        let deal = number / 2;
        let kind = if number.is_multiple_of(2) { "DEAL_APPROVED" } else { "DEAL_WON" };
        let day = u64::try_from(deal * 7 % self.n_days).unwrap_or(0);
        let on = self.starts_on.checked_add_days(Days::new(day)).unwrap_or(self.starts_on);
        let said = |dimension: usize| VALUES[dimension].1[deal % 4];
        json!({
            "partnershipId": self.partnership,
            "source": "bench",
            "externalId": format!("fact-{number}"),
            "kind": kind,
            "occurredOn": on,
            "productLine": said(0),
            "segment": said(1),
            "country": said(2),
            "details": { "deal": {
                "reference": format!("deal-{deal}"),
                "customer": format!("Customer {}", deal % 10_000),
                "amount": { "amount": "10.00", "currency": "USD" },
            } },
        })
    }
}
