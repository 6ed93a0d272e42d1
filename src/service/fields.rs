//! Single fields of a plan: what they hold now, and how they get another value.
//!
//! A field is changed by the function that edits the whole, so that it is held to the same rules.

use sea_orm::EntityTrait;

use super::{
    changes::{Change, Editing},
    commitments::{self, CommitmentSpec},
    plans::{self, PlanEdit},
    targets::{self, TargetSpec},
    terms,
};
use crate::{
    domain::{
        content::PlanContent,
        money::Unit,
        negotiation::{CommitmentField, FieldChange, PlanField, TargetField},
        terms::Terms,
    },
    entity::{commitment, plan, target},
    error::{Error, Result},
};

/// The same field with the value that it has now; none where what it is of is gone.
pub fn now(
    plan: &plan::Model,
    targets: &[target::Model],
    commitments: &[commitment::Model],
    change: &FieldChange,
) -> Option<FieldChange> {
    match change {
        FieldChange::Plan { change } => Some(FieldChange::Plan { change: of_plan(plan, change) }),
        FieldChange::Target { id, change } => {
            let row = targets.iter().find(|row| row.id == *id)?;
            Some(FieldChange::Target { id: *id, change: of_target(plan, row, change) })
        }
        FieldChange::Commitment { id, change } => {
            let row = commitments.iter().find(|row| row.id == *id)?;
            Some(FieldChange::Commitment { id: *id, change: of_commitment(plan, row, change) })
        }
    }
}

fn of_plan(plan: &plan::Model, field: &PlanField) -> PlanField {
    use PlanField as Field;
    let content = &plan.content;
    match field {
        Field::Name(_) => Field::Name(plan.name.clone()),
        Field::Vision(_) => Field::Vision(content.vision.clone()),
        Field::ValueProposition(_) => Field::ValueProposition(content.value_proposition.clone()),
        Field::SuccessFactors(_) => Field::SuccessFactors(content.success_factors.clone()),
        Field::Strengths(_) => Field::Strengths(content.swot.strengths.clone()),
        Field::Weaknesses(_) => Field::Weaknesses(content.swot.weaknesses.clone()),
        Field::Opportunities(_) => Field::Opportunities(content.swot.opportunities.clone()),
        Field::Threats(_) => Field::Threats(content.swot.threats.clone()),
        Field::Objectives(_) => Field::Objectives(content.objectives.clone()),
        Field::VendorSponsor(_) => Field::VendorSponsor(plan.vendor_sponsor_id),
        Field::PartnerSponsor(_) => Field::PartnerSponsor(plan.partner_sponsor_id),
        Field::ReviewCadence(_) => Field::ReviewCadence(content.cadence.clone()),
        Field::ExchangeRate { currency, .. } => {
            Field::ExchangeRate { currency: *currency, rate: content.rates.get(currency).copied() }
        }
    }
}

fn of_target(plan: &plan::Model, row: &target::Model, field: &TargetField) -> TargetField {
    use TargetField as Field;
    let spec = target_spec(plan, row);
    match field {
        Field::Name(_) => Field::Name(spec.name),
        Field::Metric(_) => Field::Metric(spec.metric),
        Field::MetricKey(_) => Field::MetricKey(spec.metric_key),
        Field::ProductLine(_) => Field::ProductLine(spec.product_line),
        Field::Segment(_) => Field::Segment(spec.segment),
        Field::Geography(_) => Field::Geography(spec.geography),
        Field::Amount(_) => Field::Amount(spec.amount),
        Field::Baseline(_) => Field::Baseline(spec.baseline),
        Field::Weight(_) => Field::Weight(spec.weight),
        Field::Phasing(_) => Field::Phasing(spec.phasing),
    }
}

fn of_commitment(
    plan: &plan::Model,
    row: &commitment::Model,
    field: &CommitmentField,
) -> CommitmentField {
    use CommitmentField as Field;
    let spec = commitment_spec(plan, row);
    let money = |minor: i64| Unit::Money(plan.currency).decimal(minor);
    let funds = match &row.terms {
        Terms::CoMarketing { mdf_allocated, partner_co_funding, expected_leads, .. } => {
            Some((money(*mdf_allocated), money(*partner_co_funding), *expected_leads))
        }
        _ => None,
    };
    match field {
        Field::Title(_) => Field::Title(spec.title),
        Field::OwedBy(_) => Field::OwedBy(spec.owed_by),
        Field::Owner(_) => Field::Owner(spec.owner),
        Field::StartsOn(_) => Field::StartsOn(row.starts_on),
        Field::DueOn(_) => Field::DueOn(spec.due_on),
        Field::Quantity(_) => Field::Quantity(spec.quantity),
        Field::Terms(_) => Field::Terms(spec.terms),
        Field::MdfAllocated(_) => Field::MdfAllocated(funds.map(|(mdf, _, _)| mdf)),
        Field::PartnerCoFunding(_) => Field::PartnerCoFunding(funds.map(|(_, added, _)| added)),
        Field::ExpectedLeads(_) => Field::ExpectedLeads(funds.map(|(_, _, leads)| leads)),
    }
}

/// Gives a field another value, as part of a change under way.
pub async fn apply(editing: &mut Editing, change: FieldChange) -> Result<Change> {
    match change {
        FieldChange::Plan { change } => to_plan(editing, change).await,
        FieldChange::Target { id, change } => {
            let found = target::Entity::find_by_id(id).one(&*editing.tx).await?;
            let row = found.filter(|row| row.plan_id == editing.plan.id && !row.is_removed);
            let row = row.ok_or(Error::NotFound("target"))?;
            let spec = to_target(target_spec(&editing.plan, &row), change);
            targets::edit_in(editing, row, spec).await
        }
        FieldChange::Commitment { id, change } => {
            let found = commitment::Entity::find_by_id(id).one(&*editing.tx).await?;
            let row = found.filter(|row| row.plan_id == editing.plan.id && !row.is_removed);
            let row = row.ok_or(Error::NotFound("commitment"))?;
            let unit = Unit::Money(editing.plan.currency);
            let spec = to_commitment(commitment_spec(&editing.plan, &row), change, unit)?;
            commitments::edit_in(editing, row, spec).await
        }
    }
}

async fn to_plan(editing: &mut Editing, field: PlanField) -> Result<Change> {
    let mut content: PlanContent = (*editing.plan.content).clone();
    let mut edit = PlanEdit::default();
    match field {
        PlanField::Name(name) => edit.name = Some(name),
        PlanField::VendorSponsor(sponsor) => edit.vendor_sponsor = sponsor,
        PlanField::PartnerSponsor(sponsor) => edit.partner_sponsor = sponsor,
        PlanField::ReviewCadence(Some(cadence)) => return terms::set_cadence_in(editing, cadence),
        PlanField::ExchangeRate { currency, rate: Some(rate) } => {
            return terms::set_rate_in(editing, currency, rate);
        }
        PlanField::ReviewCadence(None) | PlanField::ExchangeRate { rate: None, .. } => {}
        PlanField::Vision(vision) => content.vision = vision,
        PlanField::ValueProposition(proposition) => content.value_proposition = proposition,
        PlanField::SuccessFactors(factors) => content.success_factors = factors,
        PlanField::Strengths(strengths) => content.swot.strengths = strengths,
        PlanField::Weaknesses(weaknesses) => content.swot.weaknesses = weaknesses,
        PlanField::Opportunities(opportunities) => content.swot.opportunities = opportunities,
        PlanField::Threats(threats) => content.swot.threats = threats,
        PlanField::Objectives(objectives) => content.objectives = objectives,
    }
    plans::edit_in(editing, PlanEdit { content: Some(content), ..edit }).await
}

fn to_target(spec: TargetSpec, field: TargetField) -> TargetSpec {
    match field {
        TargetField::Name(name) => TargetSpec { name, ..spec },
        TargetField::Metric(metric) => TargetSpec { metric, ..spec },
        TargetField::MetricKey(metric_key) => TargetSpec { metric_key, ..spec },
        TargetField::ProductLine(product_line) => TargetSpec { product_line, ..spec },
        TargetField::Segment(segment) => TargetSpec { segment, ..spec },
        TargetField::Geography(geography) => TargetSpec { geography, ..spec },
        TargetField::Amount(amount) => TargetSpec { amount, ..spec },
        TargetField::Baseline(baseline) => TargetSpec { baseline, ..spec },
        TargetField::Weight(weight) => TargetSpec { weight, ..spec },
        TargetField::Phasing(phasing) => TargetSpec { phasing, ..spec },
    }
}

fn to_commitment(
    spec: CommitmentSpec,
    field: CommitmentField,
    money: Unit,
) -> Result<CommitmentSpec> {
    Ok(match field {
        CommitmentField::Title(title) => CommitmentSpec { title, ..spec },
        CommitmentField::OwedBy(owed_by) => CommitmentSpec { owed_by, ..spec },
        CommitmentField::Owner(owner) => CommitmentSpec { owner, ..spec },
        CommitmentField::StartsOn(day) => CommitmentSpec { starts_on: Some(day), ..spec },
        CommitmentField::DueOn(due_on) => CommitmentSpec { due_on, ..spec },
        CommitmentField::Quantity(quantity) => CommitmentSpec { quantity, ..spec },
        CommitmentField::Terms(terms) => CommitmentSpec { terms, ..spec },
        CommitmentField::MdfAllocated(_)
        | CommitmentField::PartnerCoFunding(_)
        | CommitmentField::ExpectedLeads(_) => {
            CommitmentSpec { terms: to_funds(spec.terms, field, money)?, ..spec }
        }
    })
}

/// Co-marketing with other funds, or more leads.
fn to_funds(mut terms: Terms, field: CommitmentField, money: Unit) -> Result<Terms> {
    let Terms::CoMarketing { mdf_allocated, partner_co_funding, expected_leads, .. } = &mut terms
    else {
        return Err(Error::invalid("terms", "only co-marketing has funds and leads"));
    };
    match field {
        CommitmentField::MdfAllocated(Some(value)) => {
            *mdf_allocated = targets::amount(money, "mdfAllocated", value)?;
        }
        CommitmentField::PartnerCoFunding(Some(value)) => {
            *partner_co_funding = targets::amount(money, "partnerCoFunding", value)?;
        }
        CommitmentField::ExpectedLeads(Some(leads)) => *expected_leads = leads,
        _ => {}
    }
    Ok(terms)
}

/// What a target says; its place in a split is kept by the edit itself.
fn target_spec(plan: &plan::Model, row: &target::Model) -> TargetSpec {
    let unit = row.metric.unit(plan.currency);
    TargetSpec {
        name: row.name.clone(),
        metric: row.metric,
        metric_key: row.metric_key.clone(),
        part_of: None,
        product_line: row.product_line_id,
        segment: row.segment_id,
        geography: row.geography_id,
        amount: unit.decimal(row.amount),
        baseline: row.baseline.map(|baseline| unit.decimal(baseline)),
        weight: row.weight,
        phasing: row.phasing.clone(),
    }
}

fn commitment_spec(plan: &plan::Model, row: &commitment::Model) -> CommitmentSpec {
    CommitmentSpec {
        title: row.title.clone(),
        owed_by: row.owed_by,
        owner: row.owner_id,
        starts_on: Some(row.starts_on),
        due_on: row.due_on,
        quantity: row.terms.unit(plan.currency).decimal(row.quantity),
        terms: row.terms.clone(),
    }
}
