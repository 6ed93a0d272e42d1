//! What happens between the vendor and each partner, up to today.
//!
//! Amounts and counts are made to fit the plans: how far each target has come is decided here, in hundredths of what is due.

mod brandt;
mod orchard;
mod others;

use chrono::NaiveDate;

use super::{
    deals::Price,
    efforts::{self, Given},
    people::Company,
    script::PlanScript,
    setting::{Setting, currency},
    told::Told,
};
use crate::{
    domain::{calendar::Period, commitment::SupportKind},
    error::Result,
};

const CO_SELL: Given = Given::Support(SupportKind::CoSellResource);
const MATERIALS: Given = Given::Support(SupportKind::MarketingMaterials);

/// A company's facts, in the order of their days.
pub fn of(company: Company, setting: &Setting, plans: &[PlanScript]) -> Result<Vec<Told>> {
    let Some(plan) = plans.iter().find(|plan| plan.company == company) else {
        return Ok(Vec::new());
    };
    let mut told = match company {
        Company::Northwind => Vec::new(),
        Company::Brandt => brandt::told(setting, plan)?,
        Company::Orchard => orchard::told(setting, plan)?,
        Company::Lumen => others::lumen(setting, plan)?,
        Company::Castellan => others::castellan(setting)?,
        Company::Ridgeline => others::ridgeline(setting, plan)?,
    };
    told.sort_by_key(|told| told.day);
    Ok(told)
}

fn between(start: NaiveDate, end: NaiveDate) -> Period {
    Period { start, end }
}

fn prices(list: &[(&'static str, &str, i64)]) -> Result<Vec<Price>> {
    let price = |(country, code, rate): &(&'static str, &str, i64)| {
        Ok(Price { country, currency: currency(code)?, rate: *rate })
    };
    list.iter().map(price).collect()
}

/// The last fact of the demo: once it is there, all of it is.
pub fn closing(setting: &Setting) -> Vec<Told> {
    let mut told =
        efforts::counted("BK-today", "joint_calls", between(setting.today, setting.today), 1, 1);
    for fact in &mut told {
        CLOSING.clone_into(&mut fact.external_id);
    }
    told
}

/// What the system of the last fact calls it.
pub const CLOSING: &str = "BK-joint_calls/half-time";
