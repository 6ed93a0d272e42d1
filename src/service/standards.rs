//! What the programme fills in of a light plan: its standard targets and its marketing entitlement (domain §3).

use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::json;

use super::{content, people};
use crate::{
    db::Tx,
    domain::{
        commitment::OwedBy, phasing::Phasing, standard::Standard, target::Metric, terms::Terms,
    },
    entity::{commitment, organization, plan, target},
    error::Result,
    op::Op,
};

/// Targets and commitments that a plan begins with.
#[derive(Clone, Debug, Default)]
pub struct Beginnings {
    /// The targets, wholes before their parts.
    pub targets: Vec<target::Model>,
    /// The commitments.
    pub commitments: Vec<commitment::Model>,
}

impl Beginnings {
    /// Stores them with their plan.
    pub async fn store(&self, tx: &Tx) -> Result<()> {
        // One by one: a part refers to its whole.
        for target in &self.targets {
            let row = target.clone().into_active_model().reset_all();
            target::Entity::insert(row).exec_without_returning(&**tx).await?;
        }
        for commitment in &self.commitments {
            let row = commitment.clone().into_active_model().reset_all();
            commitment::Entity::insert(row).exec_without_returning(&**tx).await?;
        }
        Ok(())
    }

    /// What they are, as the history keeps it; none when there are none.
    pub fn kept(&self) -> Option<serde_json::Value> {
        let targets: Vec<_> = self.targets.iter().cloned().map(content::target_terms).collect();
        let commitments: Vec<_> =
            self.commitments.iter().cloned().map(content::commitment_terms).collect();
        let is_empty = targets.is_empty() && commitments.is_empty();
        (!is_empty).then(|| json!({ "targets": targets, "commitments": commitments }))
    }
}

/// Adds what the programme fills in of a light plan and `begun` does not have yet.
pub async fn fill_in(
    tx: &Tx,
    op: &Op,
    plan: &plan::Model,
    vendor: &organization::Model,
    begun: &mut Beginnings,
) -> Result<()> {
    let standard = Standard::of(&plan.policy, vendor.currency, plan.currency);
    let targets = [
        ("Pipeline created", Metric::PipelineCreated, standard.pipeline),
        ("Deals registered", Metric::DealsRegistered, standard.registrations),
    ];
    for (name, metric, amount) in targets {
        let is_there = begun.targets.iter().any(|target| target.metric == metric);
        let Some(amount) = amount.filter(|_| !is_there) else { continue };
        let position = begun.targets.last().map_or(1, |last| last.position + 1);
        begun.targets.push(target::Model {
            id: op.mint(),
            plan_id: plan.id,
            parent_id: None,
            position,
            name: name.to_owned(),
            metric,
            metric_key: None,
            split_dimension: None,
            is_other: false,
            product_line_id: None,
            segment_id: None,
            geography_id: None,
            amount,
            baseline: None,
            weight: None,
            phasing: Phasing::Even,
            is_removed: false,
        });
    }
    let is_marketing = |terms: &Terms| matches!(terms, Terms::CoMarketing { .. });
    let has_marketing = begun.commitments.iter().any(|known| is_marketing(&known.terms));
    let Some(mdf_allocated) = standard.mdf.filter(|_| !has_marketing) else { return Ok(()) };
    let position = begun.commitments.last().map_or(1, |last| last.position + 1);
    begun.commitments.push(commitment::Model {
        id: op.mint(),
        plan_id: plan.id,
        position,
        owed_by: OwedBy::Joint,
        title: "Co-marketing".to_owned(),
        owner_id: people::manager_of(&**tx, plan.partnership_id).await?,
        starts_on: plan.starts_on,
        due_on: Some(plan.ends_on),
        quantity: 1,
        terms: Terms::CoMarketing {
            campaign_type: None,
            mdf_allocated,
            partner_co_funding: 0,
            expected_leads: 0,
        },
        waived_at: None,
        waive_reason: None,
        vendor_waived_by: None,
        partner_waived_by: None,
        is_removed: false,
    });
    Ok(())
}
