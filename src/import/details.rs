//! What a fact says beyond who and when, by feed.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Table;

use super::{
    cells::Cells,
    dates::DateFormat,
    flaw::Flaw,
    mapping::{Percent, parse},
    template::Template,
    value::{commitment, count, money, optional_day, quantity, text, word},
};
use crate::domain::activity::{
    ActivityKind, CustomFact, DealFact, Feed, MarketingFact, Payload, SupportFact, TrainingFact,
};

/// What an event needs to know beside the row.
pub struct Context<'a> {
    /// The system that the facts come from.
    pub source: &'a str,
    /// How the file writes days.
    pub date: &'a DateFormat,
    /// How likely a deal of a stage is won.
    pub probabilities: &'a BTreeMap<String, Percent>,
}

/// Where the details of a fact are found in a row.
#[derive(Clone, Debug)]
pub enum Details {
    /// A deal's.
    Deal(DealCells),
    /// A person's training.
    Training(TrainingCells),
    /// A programme's.
    Marketing(MarketingCells),
    /// Support or resources given.
    Support(SupportCells),
    /// A custom metric's.
    Custom(CustomCells),
}

/// Where a deal's details are found; the API's words.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DealCells {
    deal: Template,
    amount: Option<Template>,
    currency: Option<Template>,
    customer: Option<Template>,
    rep: Option<Template>,
    expected_close_on: Option<Template>,
    stage: Option<Template>,
}

/// Where a training's details are found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingCells {
    person: Template,
    code: Template,
    valid_until: Option<Template>,
}

/// Where a programme's details are found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarketingCells {
    programme: Option<Template>,
    campaign_type: Option<Template>,
    commitment: Option<Template>,
    amount: Option<Template>,
    currency: Option<Template>,
    leads: Option<Template>,
}

/// Where the details of support or resources are found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupportCells {
    support: Option<Template>,
    resource: Option<Template>,
    quantity: Template,
    commitment: Option<Template>,
}

/// Where a custom metric's details are found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomCells {
    metric_key: Template,
    quantity: Template,
    commitment: Option<Template>,
}

impl Details {
    /// Reads the details that a fact of `kind` may have; it must have those that no such fact can do without.
    pub fn from_table(kind: ActivityKind, table: Table) -> Result<Self, String> {
        let details = match kind.feed() {
            Feed::Deals => Self::Deal(parse(table, "")?),
            Feed::Training => Self::Training(parse(table, "")?),
            Feed::Marketing => Self::Marketing(parse(table, "")?),
            Feed::VendorSupport => Self::Support(parse(table, "")?),
            Feed::Custom => Self::Custom(parse(table, "")?),
            Feed::Adjustment => return Err("an adjustment cannot be imported".to_owned()),
        };
        let (amount, currency, leads) = match &details {
            Self::Deal(deal) => (&deal.amount, &deal.currency, &None),
            Self::Marketing(marketing) => {
                (&marketing.amount, &marketing.currency, &marketing.leads)
            }
            Self::Training(_) | Self::Support(_) | Self::Custom(_) => return Ok(details),
        };
        match kind {
            _ if amount.is_some() && currency.is_none() => {
                Err("`amount` needs `currency` beside it".to_owned())
            }
            ActivityKind::DealWon | ActivityKind::MdfSpent if amount.is_none() => {
                Err("missing field `amount`".to_owned())
            }
            ActivityKind::LeadsDelivered if leads.is_none() => {
                Err("missing field `leads`".to_owned())
            }
            _ => Ok(details),
        }
    }

    /// All that is filled from a row.
    pub fn templates(&self) -> Vec<&Template> {
        match self {
            Self::Deal(DealCells {
                deal,
                amount,
                currency,
                customer,
                rep,
                expected_close_on,
                stage,
            }) => {
                let optional = [amount, currency, customer, rep, expected_close_on, stage];
                optional.into_iter().flatten().chain([deal]).collect()
            }
            Self::Training(TrainingCells { person, code, valid_until }) => {
                valid_until.iter().chain([person, code]).collect()
            }
            Self::Marketing(MarketingCells {
                programme,
                campaign_type,
                commitment,
                amount,
                currency,
                leads,
            }) => [programme, campaign_type, commitment, amount, currency, leads]
                .into_iter()
                .flatten()
                .collect(),
            Self::Support(SupportCells { support, resource, quantity, commitment }) => {
                [support, resource, commitment].into_iter().flatten().chain([quantity]).collect()
            }
            Self::Custom(CustomCells { metric_key, quantity, commitment }) => {
                commitment.iter().chain([metric_key, quantity]).collect()
            }
        }
    }

    /// The details that a row states.
    pub fn read(&self, cells: &Cells<'_>, context: &Context<'_>) -> Result<Payload, Flaw> {
        Ok(match self {
            Self::Deal(deal) => {
                let stage = text(deal.stage.as_ref(), cells);
                let likely = stage.as_ref().and_then(|stage| context.probabilities.get(stage));
                Payload::Deal(DealFact {
                    deal: deal.deal.require("deal", cells)?,
                    amount: money(deal.amount.as_ref(), deal.currency.as_ref(), cells)?,
                    customer: text(deal.customer.as_ref(), cells),
                    rep: text(deal.rep.as_ref(), cells),
                    expected_close_on: optional_day(
                        deal.expected_close_on.as_ref(),
                        cells,
                        context.date,
                    )?,
                    probability: likely.map(|percent| percent.hundredths()),
                    stage,
                })
            }
            Self::Training(training) => Payload::Training(TrainingFact {
                person: training.person.require("person", cells)?,
                code: training.code.require("code", cells)?,
                valid_until: optional_day(training.valid_until.as_ref(), cells, context.date)?,
            }),
            Self::Marketing(marketing) => Payload::Marketing(MarketingFact {
                programme: text(marketing.programme.as_ref(), cells),
                campaign_type: text(marketing.campaign_type.as_ref(), cells),
                commitment: commitment(marketing.commitment.as_ref(), cells)?,
                amount: money(marketing.amount.as_ref(), marketing.currency.as_ref(), cells)?,
                leads: count(marketing.leads.as_ref(), cells)?,
            }),
            Self::Support(support) => Payload::Support(SupportFact {
                support: word(support.support.as_ref(), cells)?,
                resource: word(support.resource.as_ref(), cells)?,
                quantity: quantity(&support.quantity, cells)?,
                commitment: commitment(support.commitment.as_ref(), cells)?,
            }),
            Self::Custom(custom) => Payload::Custom(CustomFact {
                metric_key: custom.metric_key.require("metric_key", cells)?,
                quantity: quantity(&custom.quantity, cells)?,
                commitment: commitment(custom.commitment.as_ref(), cells)?,
            }),
        })
    }
}
