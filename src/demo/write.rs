//! Plans written as people write them: drafted, shared, completed by the other side, proposed, signed.
//!
//! Each function does what of its step is not done yet, so that a seeding that was interrupted goes on where it was.

use rust_decimal::Decimal;

use super::{
    cast,
    people::Company,
    script::{CommitmentScript, PlanScript, SplitScript, TargetScript, Words},
    setting::currency,
};
use crate::{
    domain::{
        commitment::OwedBy,
        content::{Objective, PlanContent, Swot},
        id::{DimensionValueId, TargetId},
        phasing::Phasing,
        plan::PlanState,
        target::{Dimension, Metric},
    },
    entity::{plan, target},
    error::Result,
    op::Op,
    service::{
        commitments::{self, CommitmentSpec},
        drafting::{self, NewPlan},
        plans::{self, PlanEdit},
        signing::{self, Signing},
        splits::{self, Split},
        targets::{self, PartOf, TargetSpec},
        terms,
    },
};

/// A plan of a script, as somebody sees it.
async fn find(own: &Op, op: &Op, script: &PlanScript) -> Result<Option<plan::Model>> {
    let partnership = cast::partnership(op, script.company).await?;
    cast::plan(own, &partnership, &script.name).await
}

/// The plan of a script, which must be there.
pub async fn get(own: &Op, op: &Op, script: &PlanScript) -> Result<plan::Model> {
    find(own, op, script).await?.ok_or_else(|| cast::missing(&script.name))
}

/// Drafts a plan with everything that its author can write alone.
pub async fn draft(op: &Op, script: &PlanScript) -> Result<()> {
    let own = cast::acting(op, script.drafter).await?;
    let plan = match find(&own, op, script).await? {
        Some(plan) => plan,
        None => create(&own, op, script).await?,
    };
    if plan.state != PlanState::Draft {
        return Ok(());
    }
    let plan = clear(&own, script, plan).await?;
    let plan = Box::pin(narrate(&own, op, script, plan)).await?;
    let plan = add_targets(&own, script, plan).await?;
    let plan = add_splits(&own, op, script, plan).await?;
    let is_partner = own.member()?.side == crate::domain::actor::Side::Partner;
    let theirs = if is_partner { OwedBy::Vendor } else { OwedBy::Partner };
    let is_shared = script.shared_on.is_some();
    let written = script.commitments.iter().filter(|one| !is_shared || one.owed_by != theirs);
    for commitment in written {
        promise(&own, op, &plan, commitment).await?;
    }
    Ok(())
}

async fn create(own: &Op, op: &Op, script: &PlanScript) -> Result<plan::Model> {
    let new = NewPlan {
        partnership: cast::partnership(op, script.company).await?.id,
        name: script.name.clone(),
        period_kind: script.period_kind,
        starts_on: script.period.start,
        ends_on: Some(script.period.end),
        currency: Some(script.currency),
        override_reason: script.override_reason.map(str::to_owned),
    };
    drafting::create(own, None, new).await
}

/// Takes out what the programme has filled in: the demo's people negotiate figures of their own.
async fn clear(own: &Op, script: &PlanScript, mut plan: plan::Model) -> Result<plan::Model> {
    let (targets, commitments) = cast::content_of(own, plan.id).await?;
    let is_own = |known: &target::Model| {
        let same = |own: &TargetScript| own.name == known.name && own.weight == known.weight;
        known.parent_id.is_some() || script.targets.iter().any(same)
    };
    for filled in targets.iter().filter(|known| !is_own(known)) {
        cast::a_moment_later(own);
        plan = targets::remove(own, filled.id, plan.revision).await?;
    }
    let is_own = |title: &str| script.commitments.iter().any(|own| own.title == title);
    for filled in commitments.iter().filter(|known| !is_own(&known.title)) {
        cast::a_moment_later(own);
        plan = commitments::remove(own, filled.id, plan.revision).await?;
    }
    Ok(plan)
}

async fn narrate(
    own: &Op,
    op: &Op,
    script: &PlanScript,
    mut plan: plan::Model,
) -> Result<plan::Model> {
    cast::a_moment_later(op);
    if plan.content.vision.is_none() {
        let mut edit = PlanEdit { content: Some(content(op, script.words)), ..PlanEdit::default() };
        if let Some([vendor, partner]) = script.sponsors {
            edit.vendor_sponsor = Some(cast::user(op, vendor).await?);
            edit.partner_sponsor = Some(cast::user(op, partner).await?);
        }
        plan = plans::edit(own, plan.id, plan.revision, edit).await?;
    }
    for (code, rate) in script.rates {
        let code = currency(code)?;
        if !plan.content.rates.contains_key(&code) {
            let rate = Decimal::new(*rate, 4);
            plan = terms::set_rate(own, plan.id, plan.revision, code, rate).await?;
        }
    }
    if let Some(cadence) = script.cadence.clone().filter(|_| plan.content.cadence.is_none()) {
        plan = terms::set_cadence(own, plan.id, plan.revision, cadence).await?;
    }
    Ok(plan)
}

fn content(op: &Op, words: Words) -> PlanContent {
    let list = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let [strengths, weaknesses, opportunities, threats] = words.swot.map(list);
    let objectives = words.objectives.iter().map(|(title, description)| Objective {
        id: op.mint(),
        title: (*title).to_owned(),
        description: Some((*description).to_owned()),
    });
    PlanContent {
        vision: Some(words.vision.to_owned()),
        value_proposition: Some(words.value_proposition.to_owned()),
        success_factors: list(words.success_factors),
        swot: Swot { strengths, weaknesses, opportunities, threats },
        objectives: objectives.collect(),
        ..PlanContent::default()
    }
}

async fn add_targets(own: &Op, script: &PlanScript, mut plan: plan::Model) -> Result<plan::Model> {
    let (known, _) = cast::content_of(own, plan.id).await?;
    for target in &script.targets {
        if known.iter().all(|known| known.name != target.name) {
            cast::a_moment_later(own);
            plan = targets::add(own, plan.id, plan.revision, spec(target)).await?;
        }
    }
    Ok(plan)
}

fn spec(target: &TargetScript) -> TargetSpec {
    TargetSpec {
        name: target.name.to_owned(),
        metric: target.metric,
        metric_key: target.metric_key.map(str::to_owned),
        part_of: None,
        product_line: None,
        segment: None,
        geography: None,
        amount: Decimal::from(target.amount),
        baseline: target.baseline.map(Decimal::from),
        weight: target.weight,
        phasing: target.phasing.clone(),
    }
}

async fn add_splits(
    own: &Op,
    op: &Op,
    script: &PlanScript,
    mut plan: plan::Model,
) -> Result<plan::Model> {
    for split in &script.splits {
        let (known, _) = cast::content_of(own, plan.id).await?;
        let whole = known.iter().find(|target| target.name == split.of);
        let whole = whole.ok_or_else(|| cast::missing(split.of))?.id;
        let is_split = known.iter().any(|part| {
            part.parent_id == Some(whole) && part.split_dimension == Some(split.dimension)
        });
        if !is_split {
            cast::a_moment_later(own);
            let split = wanted(op, split).await?;
            plan = splits::split(own, whole, plan.revision, split).await?;
        }
    }
    Ok(plan)
}

async fn wanted(op: &Op, split: &SplitScript) -> Result<Split> {
    let mut values = Vec::new();
    for code in split.values {
        values.push(value(op, split.dimension, code).await?);
    }
    let &SplitScript { dimension, basis, .. } = split;
    Ok(Split { dimension, values, with_other: true, basis })
}

async fn value(op: &Op, dimension: Dimension, code: &str) -> Result<DimensionValueId> {
    let vendor = cast::organization(op, Company::Northwind).await?;
    let admin = cast::admin(op, Company::Northwind).await?;
    let found = cast::values(&admin, vendor, dimension).await?.remove(code);
    found.ok_or_else(|| cast::missing(code))
}

async fn promise(own: &Op, op: &Op, plan: &plan::Model, new: &CommitmentScript) -> Result<()> {
    let (_, known) = cast::content_of(own, plan.id).await?;
    if known.iter().any(|known| known.title == new.title) {
        return Ok(());
    }
    cast::a_moment_later(own);
    let owner = match new.owner {
        Some(email) => Some(cast::user(op, email).await?),
        None => None,
    };
    let spec = CommitmentSpec {
        title: new.title.to_owned(),
        owed_by: new.owed_by,
        owner,
        starts_on: new.starts_on,
        due_on: new.due_on,
        quantity: Decimal::from(new.quantity),
        terms: new.terms.clone(),
    };
    let revision = plans::get(own, plan.id).await?.revision;
    commitments::add(own, plan.id, revision, spec).await?;
    Ok(())
}

/// Shows a plan to the other side, which adds what it promises itself.
pub async fn share(op: &Op, script: &PlanScript) -> Result<()> {
    let own = cast::acting(op, script.drafter).await?;
    let mut plan = get(&own, op, script).await?;
    if plan.state == PlanState::Draft {
        plan = plans::share(&own, plan.id, plan.revision).await?;
    }
    if plan.state != PlanState::Negotiating {
        return Ok(());
    }
    let other = cast::acting(op, script.counterpart).await?;
    for commitment in &script.commitments {
        promise(&other, op, &plan, commitment).await?;
    }
    if script.open_points {
        add_open_points(&other, op, &plan).await?;
    }
    Ok(())
}

/// A split that the partner has begun and that does not add up yet.
async fn add_open_points(other: &Op, op: &Op, plan: &plan::Model) -> Result<()> {
    let (known, _) = cast::content_of(op, plan.id).await?;
    let whole =
        known.iter().find(|target| target.metric == Metric::Revenue && target.parent_id.is_none());
    let parent = whole.ok_or_else(|| cast::missing("Joint revenue"))?.id;
    for (name, code, amount) in [
        ("Joint revenue · Mobile robots", "MOBILE", 450_000),
        ("Joint revenue · Software", "SOFTWARE", 200_000),
    ] {
        if known.iter().any(|known| known.name == name) {
            continue;
        }
        cast::a_moment_later(op);
        let spec = part(parent, name, value(op, Dimension::ProductLine, code).await?, amount);
        let revision = plans::get(other, plan.id).await?.revision;
        targets::add(other, plan.id, revision, spec).await?;
    }
    Ok(())
}

fn part(parent: TargetId, name: &str, value: DimensionValueId, amount: i64) -> TargetSpec {
    TargetSpec {
        name: name.to_owned(),
        metric: Metric::Revenue,
        metric_key: None,
        part_of: Some(PartOf { parent, dimension: Dimension::ProductLine, is_other: false }),
        product_line: Some(value),
        segment: None,
        geography: None,
        amount: Decimal::from(amount),
        baseline: None,
        weight: None,
        phasing: Phasing::Even,
    }
}

/// Proposes a plan for signature.
pub async fn propose(op: &Op, script: &PlanScript) -> Result<()> {
    let own = cast::acting(op, script.drafter).await?;
    let plan = get(&own, op, script).await?;
    if plan.state == PlanState::Negotiating {
        signing::propose(&own, plan.id, plan.revision).await?;
    }
    Ok(())
}

/// Signs the proposed version.
pub async fn sign(op: &Op, script: &PlanScript, email: &str) -> Result<()> {
    let own = cast::acting(op, email).await?;
    let plan = get(&own, op, script).await?;
    let side = own.member()?.side;
    let known = signing::of_plan(&own, &plan).await?;
    if known.iter().any(|signature| signature.side == side && signature.voided_at.is_none()) {
        return Ok(());
    }
    let proposed = signing::versions_of(&own, &plan).await?.pop();
    let version = proposed.ok_or_else(|| cast::missing("proposed version"))?;
    let signing = Signing { version: version.number, hash: version.hash };
    signing::sign(&own, plan.id, signing).await?;
    Ok(())
}
