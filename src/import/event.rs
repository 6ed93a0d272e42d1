//! What a row reports: one fact made of its cells.

use chrono::NaiveDate;
use serde::Deserialize;
use toml::Table;

use super::{
    cells::Cells,
    condition::Condition,
    details::{Context, Details},
    flaw::{Flaw, Place},
    kind::ReportedKind,
    mapping::parse,
    template::Template,
    value::{day, text},
};
use crate::domain::{id::PartnershipId, recording::NewActivity};

/// A fact that a row may report, and when it does.
#[derive(Clone, Debug)]
pub struct Event {
    common: Common,
    details: Details,
}

/// What every kind of fact has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Common {
    kind: ReportedKind,
    #[serde(default)]
    when: Condition,
    external_id: Template,
    on: Template,
    partner: Template,
    product_line: Option<Template>,
    segment: Option<Template>,
    country: Option<Template>,
}

/// The names of the fields of [`Common`].
const COMMON: [&str; 8] =
    ["kind", "when", "external_id", "on", "partner", "product_line", "segment", "country"];

/// A fact that a row reports, about a partner of whom only the key is known yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// The row.
    pub at: Place,
    /// The partner's key, in the mapping's words.
    pub partner: String,
    activity: NewActivity,
}

impl Reported {
    /// The fact, now that its partnership is known.
    pub fn about(self, partnership: PartnershipId) -> NewActivity {
        NewActivity { partnership, ..self.activity }
    }
}

impl Event {
    /// Reads an event; its kind decides which details it may have.
    pub fn from_table(mut table: Table) -> Result<Self, String> {
        let common = COMMON.into_iter().filter_map(|name| table.remove_entry(name)).collect();
        let common: Common = parse(common, "")?;
        let details = Details::from_table(common.kind.0, table)?;
        Ok(Self { common, details })
    }

    /// Whether a row reports it.
    pub fn applies(&self, cells: &Cells<'_>) -> bool {
        self.common.when.holds(cells)
    }

    /// On what it depends whether a row reports it.
    pub fn condition(&self) -> &Condition {
        &self.common.when
    }

    /// Every cell that it names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let Common { kind: _, when, external_id, on, partner, product_line, segment, country } =
            &self.common;
        let placement = [product_line, segment, country].into_iter().flatten();
        let templates = [external_id, on, partner].into_iter().chain(placement);
        templates.chain(self.details.templates()).flat_map(Template::names).chain(when.names())
    }

    /// The fact that a row reports.
    pub fn report(
        &self,
        at: &Place,
        cells: &Cells<'_>,
        context: &Context<'_>,
    ) -> Result<Reported, Flaw> {
        let common = &self.common;
        let partner = common.partner.require("partner", cells)?;
        let activity = NewActivity {
            partnership: PartnershipId::default(),
            source: context.source.to_owned(),
            external_id: common.external_id.require("external id", cells)?,
            kind: common.kind.0,
            occurred_on: day(&common.on, cells, context.date)?,
            product_line: text(common.product_line.as_ref(), cells),
            segment: text(common.segment.as_ref(), cells),
            country: text(common.country.as_ref(), cells),
            payload: self.details.read(cells, context)?,
            supersedes: None,
            reason: None,
        };
        // Whether a day is still to come is for the recording to say: it knows the vendor's today.
        let checked = activity.check(NaiveDate::MAX);
        checked.map_err(|fault| Flaw::of_field(fault.field, fault.message))?;
        Ok(Reported { at: at.clone(), partner, activity })
    }
}
