//! A fact as it is handed in, and what may be wrong with it (domain §6).

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    activity::{ActivityKind, Feed, Payload},
    id::{ActivityId, PartnershipId},
    money::Unit,
    version,
};

/// Facts in one batch at most.
pub const LARGEST_BATCH: usize = 1_000;

/// Characters of a name, code or reference at most.
pub const LONGEST_NAME: usize = 200;

/// Characters of a free text at most.
pub const LONGEST_TEXT: usize = 10_000;

/// A fact as it is handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewActivity {
    /// The partnership it is about.
    pub partnership: PartnershipId,
    /// The system that reports it.
    pub source: String,
    /// What that system calls the fact; unique per source within the partnership.
    pub external_id: String,
    /// What happened.
    pub kind: ActivityKind,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// The product line, in the system's words.
    pub product_line: Option<String>,
    /// The market segment, in the system's words.
    pub segment: Option<String>,
    /// The country, in the system's words.
    pub country: Option<String>,
    /// The details.
    pub payload: Payload,
    /// The fact that this one takes the place of.
    pub supersedes: Option<ActivityId>,
    /// Why it does.
    pub reason: Option<String>,
}

/// What is wrong with a field of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{field}: {message}")]
pub struct Fault {
    /// The field, as the API calls it: `deal.amount`.
    pub field: &'static str,
    /// What is wrong, the value included.
    pub message: String,
}

impl Fault {
    /// A fault of `field`.
    pub fn new(field: &'static str, message: impl Into<String>) -> Self {
        Self { field, message: message.into() }
    }
}

impl NewActivity {
    /// The first thing wrong with the fact by itself; `today` is the vendor's.
    pub fn check(&self, today: NaiveDate) -> Result<(), Fault> {
        name("source", &self.source)?;
        name("externalId", &self.external_id)?;
        for (field, text) in [
            ("productLine", &self.product_line),
            ("segment", &self.segment),
            ("country", &self.country),
        ] {
            text.as_deref().map_or(Ok(()), |text| name(field, text))?;
        }
        if let Some(reason) = &self.reason {
            text("reason", reason, LONGEST_TEXT)?;
        }
        if self.occurred_on > today {
            return Err(Fault::new("occurredOn", format!("{} is in the future", self.occurred_on)));
        }
        if self.occurred_on < NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or(NaiveDate::MIN) {
            return Err(Fault::new(
                "occurredOn",
                format!("{} is before the year 2000", self.occurred_on),
            ));
        }
        self.check_payload()
    }

    fn check_payload(&self) -> Result<(), Fault> {
        match (&self.payload, self.kind.feed()) {
            (Payload::Deal(deal), Feed::Deals) => {
                name("deal.reference", &deal.deal)?;
                optional("deal.customer", deal.customer.as_deref())?;
                optional("deal.rep", deal.rep.as_deref())?;
                optional("deal.stage", deal.stage.as_deref())?;
                if let Some(probability) =
                    deal.probability.filter(|value| !(0..=10_000).contains(value))
                {
                    let percent = percent_of(probability);
                    return Err(Fault::new(
                        "deal.probability",
                        format!("{percent} is not between 0 and 100"),
                    ));
                }
                if let Some(amount) = deal.amount.filter(|amount| amount.minor < 0) {
                    let stated = Unit::Money(amount.currency).decimal(amount.minor);
                    let message =
                        format!("{stated} is negative; use a reopened deal or an adjustment");
                    return Err(Fault::new("deal.amount", message));
                }
                if self.kind == ActivityKind::DealWon && deal.amount.is_none() {
                    return Err(Fault::new("deal.amount", "a won deal needs its amount"));
                }
                Ok(())
            }
            (Payload::Training(training), Feed::Training) => {
                name("training.person", &training.person)?;
                name("training.code", &training.code)?;
                match training.valid_until.filter(|until| *until < self.occurred_on) {
                    Some(until) => Err(Fault::new(
                        "training.validUntil",
                        format!("{until} is before {}, the day it was earned", self.occurred_on),
                    )),
                    None => Ok(()),
                }
            }
            (Payload::Marketing(marketing), Feed::Marketing) => {
                optional("marketing.programme", marketing.programme.as_deref())?;
                optional("marketing.campaignType", marketing.campaign_type.as_deref())?;
                match self.kind {
                    ActivityKind::MdfSpent if marketing.amount.is_none() => {
                        Err(Fault::new("marketing.amount", "funds spent need their amount"))
                    }
                    ActivityKind::LeadsDelivered
                        if marketing.leads.is_none_or(|leads| leads < 1) =>
                    {
                        let leads = marketing.leads.unwrap_or(0);
                        Err(Fault::new(
                            "marketing.leads",
                            format!("{leads} leads cannot be delivered"),
                        ))
                    }
                    ActivityKind::ProgrammeCancelled if marketing.programme.is_none() => {
                        Err(Fault::new("marketing.programme", "say which programme was cancelled"))
                    }
                    _ => Ok(()),
                }
            }
            (Payload::Support(support), Feed::VendorSupport) => {
                if support.support.is_some() == support.resource.is_some() {
                    return Err(Fault::new("support.kind", "give either `kind` or `resource`"));
                }
                positive("support.quantity", support.quantity)
            }
            (Payload::Custom(custom), Feed::Custom) => {
                name("custom.metricKey", &custom.metric_key)?;
                match custom.quantity {
                    0 => Err(Fault::new("custom.quantity", "0 changes nothing")),
                    _ => Ok(()),
                }
            }
            (Payload::Adjustment, Feed::Adjustment) => {
                if self.supersedes.is_none() {
                    return Err(Fault::new(
                        "supersedes",
                        "an adjustment says which fact it takes back",
                    ));
                }
                match self.reason.as_deref().map(str::trim) {
                    None | Some("") => Err(Fault::new("reason", "an adjustment needs its reason")),
                    Some(_) => Ok(()),
                }
            }
            _ => Err(Fault::new("kind", "the details are not those of this kind of fact")),
        }
    }

    /// What tells this content from another under the same external id: everything but the correction it may be.
    pub fn content_hash(&self) -> String {
        let content = Self { supersedes: None, reason: None, ..self.clone() };
        let json = serde_json::to_string(&content).unwrap_or_default();
        version::hash(&json)
    }
}

/// A short text that must be there, without control characters.
pub fn name(field: &'static str, value: &str) -> Result<(), Fault> {
    if value.trim().is_empty() {
        return Err(Fault::new(field, "must not be empty"));
    }
    text(field, value, LONGEST_NAME)?;
    match value.chars().find(|character| character.is_control()) {
        Some(character) => Err(Fault::new(
            field,
            format!("has the control character U+{:04X}", u32::from(character)),
        )),
        None => Ok(()),
    }
}

/// A free text of at most `longest` characters, without NUL, which no database keeps.
pub fn text(field: &'static str, value: &str, longest: usize) -> Result<(), Fault> {
    if value.contains('\0') {
        return Err(Fault::new(field, "has the control character U+0000"));
    }
    match value.chars().count() {
        length if length > longest => {
            Err(Fault::new(field, format!("has {length} characters; {longest} is the most")))
        }
        _ => Ok(()),
    }
}

fn optional(field: &'static str, value: Option<&str>) -> Result<(), Fault> {
    value.map_or(Ok(()), |value| name(field, value))
}

fn positive(field: &'static str, thousandths: i64) -> Result<(), Fault> {
    if thousandths > 0 {
        return Ok(());
    }
    let quantity = rust_decimal::Decimal::new(thousandths, 3);
    Err(Fault::new(field, format!("{quantity} is not more than nothing")))
}

fn percent_of(hundredths: i32) -> rust_decimal::Decimal {
    rust_decimal::Decimal::new(i64::from(hundredths), 2).normalize()
}

#[cfg(test)]
mod tests;
