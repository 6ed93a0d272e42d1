//! A deal as a CRM holds it, and what it says that is not known yet (domain §6).
//!
//! A CRM knows states, the ledger knows facts. What a snapshot says is compared with the deal that its facts leave, and the facts
//! are derived that are missing between them: whatever is compared next is compared with the deal after those. So the deal always
//! ends as its latest snapshot says, and the same snapshot again derives nothing.
//!
//! What a snapshot leaves out is not compared. A day that it corrects (registered, approved, closed) supersedes the fact that
//! stated the other day; a deal that was closed otherwise is reopened first. Nothing is put before the reopening that it follows.

mod draft;

use chrono::NaiveDate;
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

use self::draft::Draft;
use super::DealState;
use crate::domain::{
    activity::{ActivityKind, DealFact, Fact, Placement},
    id::{ActivityId, PartnershipId},
    money::{Money, Unit},
    recording::{Fault, name},
};

/// Where a CRM says that a deal stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, async_graphql::Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum DealSnapshotState {
    /// Registered, and neither won, lost, rejected nor expired.
    Open,
    /// Open, and sent back to the partner for more detail.
    Returned,
    /// Won.
    Won,
    /// Lost.
    Lost,
    /// Its registration was refused.
    Rejected,
    /// Its registration ran out.
    Expired,
}

impl DealSnapshotState {
    fn kept(self) -> DealState {
        match self {
            Self::Open | Self::Returned => DealState::Open,
            Self::Won => DealState::Won,
            Self::Lost => DealState::Lost,
            Self::Rejected => DealState::Rejected,
            Self::Expired => DealState::Expired,
        }
    }

    /// The fact that leads there.
    fn closing(self) -> Option<ActivityKind> {
        match self {
            Self::Open | Self::Returned => None,
            Self::Won => Some(ActivityKind::DealWon),
            Self::Lost => Some(ActivityKind::DealLost),
            Self::Rejected => Some(ActivityKind::DealRejected),
            Self::Expired => Some(ActivityKind::DealExpired),
        }
    }
}

/// A deal as a CRM holds it at the end of a day; what is absent is not said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct DealSnapshot {
    /// The partnership it is about.
    pub partnership: PartnershipId,
    /// The system that holds it.
    pub source: String,
    /// The deal, as the reporting systems call it; unique within the partnership.
    pub reference: String,
    /// The day at whose end it stood so.
    pub as_of: NaiveDate,
    /// Where it stands.
    pub state: DealSnapshotState,
    /// Its value: expected while open, final when won.
    pub amount: Option<Money>,
    /// The end customer.
    pub customer: Option<String>,
    /// The partner's salesperson.
    pub rep: Option<String>,
    /// The product line, in the system's words.
    pub product_line: Option<String>,
    /// The market segment, in the system's words.
    pub segment: Option<String>,
    /// The country, in the system's words.
    pub country: Option<String>,
    /// Its stage, in the system's words.
    pub stage: Option<String>,
    /// How likely it is to be won, in hundredths of a percent.
    pub probability: Option<i32>,
    /// When it is expected to close.
    pub expected_close_on: Option<NaiveDate>,
    /// When it was registered.
    pub registered_on: Option<NaiveDate>,
    /// When its registration was approved.
    pub approved_on: Option<NaiveDate>,
    /// When it was won, lost, rejected or expired.
    pub closed_on: Option<NaiveDate>,
}

/// A fact that a snapshot says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DerivedFact {
    /// What happened.
    pub kind: ActivityKind,
    /// On which day.
    pub occurred_on: NaiveDate,
    /// What it says of the deal.
    pub details: DealFact,
    /// Whether it says where the deal belongs.
    pub is_placed: bool,
    /// The fact that stated it otherwise.
    pub supersedes: Option<ActivityId>,
}

impl DealSnapshot {
    /// The first thing wrong with the snapshot by itself; `today` is the vendor's.
    pub fn check(&self, today: NaiveDate) -> Result<(), Fault> {
        name("source", &self.source)?;
        name("reference", &self.reference)?;
        for (field, text) in [
            ("customer", &self.customer),
            ("rep", &self.rep),
            ("productLine", &self.product_line),
            ("segment", &self.segment),
            ("country", &self.country),
            ("stage", &self.stage),
        ] {
            text.as_deref().map_or(Ok(()), |text| name(field, text))?;
        }
        if self.as_of > today {
            return Err(Fault::new("asOf", format!("{} is in the future", self.as_of)));
        }
        for (field, on) in [
            ("registeredOn", self.registered_on),
            ("approvedOn", self.approved_on),
            ("closedOn", self.closed_on),
        ] {
            if let Some(on) = on.filter(|on| *on > self.as_of) {
                let message = format!("{on} is after {}, the day of the snapshot", self.as_of);
                return Err(Fault::new(field, message));
            }
        }
        if let (Some(on), None) = (self.closed_on, self.state.closing()) {
            return Err(Fault::new("closedOn", format!("{on} closes no deal that is open")));
        }
        if let Some(amount) = self.amount.filter(|amount| amount.minor < 0) {
            let stated = Unit::Money(amount.currency).decimal(amount.minor);
            return Err(Fault::new("amount", format!("{stated} is negative")));
        }
        match self.probability.filter(|value| !(0..=10_000).contains(value)) {
            Some(value) => {
                let message = format!("{} is not between 0 and 100", percent(value));
                Err(Fault::new("probability", message))
            }
            None => Ok(()),
        }
    }

    /// What it says in a field, as a text.
    pub fn said(&self, field: &str) -> Option<String> {
        let day = |on: Option<NaiveDate>| on.map(|on| on.to_string());
        match field {
            "partnershipId" => Some(self.partnership.to_string()),
            "source" => Some(self.source.clone()),
            "reference" => Some(self.reference.clone()),
            "asOf" => day(Some(self.as_of)),
            "amount" => self.amount.map(|amount| {
                let stated = Unit::Money(amount.currency).decimal(amount.minor);
                format!("{stated} {}", amount.currency)
            }),
            "customer" => self.customer.clone(),
            "rep" => self.rep.clone(),
            "productLine" => self.product_line.clone(),
            "segment" => self.segment.clone(),
            "country" => self.country.clone(),
            "stage" => self.stage.clone(),
            "probability" => self.probability.map(|value| percent(value).to_string()),
            "expectedCloseOn" => day(self.expected_close_on),
            "registeredOn" => day(self.registered_on),
            "approvedOn" => day(self.approved_on),
            "closedOn" => day(self.closed_on),
            _ => None,
        }
    }

    /// The facts between the deal that `facts` leave and what the snapshot says of it.
    ///
    /// `placement` is what its words for product line, segment and country mean; `before` what the same system said last. The caller
    /// has seen that no fact is later than the snapshot.
    pub fn derive(
        &self,
        facts: &[Fact],
        placement: Placement,
        before: Option<&Self>,
    ) -> Result<Vec<DerivedFact>, Fault> {
        let mut draft = Draft::new(self, placement, before, facts);
        // A few steps lead anywhere; a fact can be corrected once and follow from a correction once.
        for _ in 0..10 + 4 * facts.len() {
            match draft.missing() {
                Some(fact) => draft.take(fact),
                None => return Ok(draft.into_derived()),
            }
        }
        Err(Fault::new("state", "the facts that are known of the deal do not lead there"))
    }

    /// Everything it says of the deal; what a deal is worth while open is not what it was won at.
    fn details(&self) -> DealFact {
        DealFact {
            deal: self.reference.clone(),
            amount: self.amount,
            customer: self.customer.clone(),
            rep: self.rep.clone(),
            expected_close_on: self.expected_close_on,
            stage: self.stage.clone(),
            probability: self.probability,
        }
    }
}

fn percent(hundredths: i32) -> rust_decimal::Decimal {
    rust_decimal::Decimal::new(i64::from(hundredths), 2).normalize()
}

#[cfg(test)]
mod tests;
