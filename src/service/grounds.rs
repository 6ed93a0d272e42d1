//! What a batch of facts stands on: its partnerships, held, and what each row has to stand up to.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};

use super::{
    activities::{self, RowError, RowErrorCode, RowOutcome, RowResult},
    changes,
    dimensions::Dimensions,
    events,
    intake::{Intake, Known},
};
use crate::{
    db::Tx,
    domain::{
        activity::Provenance,
        actor::{Actor, Member, Side},
        commitment::CommitmentKind,
        id::{ActivityId, CommitmentId, DimensionValueId, OrganizationId, PartnershipId},
        recording::{Fault, NewActivity},
        target::Dimension,
    },
    entity::{activity, commitment, partnership, plan},
    error::Result,
    op::Op,
};

/// A partnership that the batch is about, locked.
#[derive(Debug)]
pub struct Ground {
    /// The partnership.
    pub row: partnership::Model,
    /// Today, at the vendor.
    pub today: NaiveDate,
    /// The commitments that facts may name.
    pub commitments: BTreeMap<CommitmentId, CommitmentKind>,
    may_record: bool,
}

/// The partnerships that a batch is about, and who records it.
pub struct Grounds {
    /// The partnerships that the recorder can see.
    pub partnerships: BTreeMap<PartnershipId, Ground>,
    dimensions: BTreeMap<OrganizationId, Dimensions>,
    provenance: Provenance,
}

impl Grounds {
    /// Locks a batch's partnerships in one order, so that two batches never wait for each other in a circle.
    pub async fn of(tx: &Tx, op: &Op, wanted: BTreeSet<PartnershipId>) -> Result<Self> {
        let found = partnership::Entity::visible_to(&op.actor)
            .filter(partnership::Column::Id.is_in(wanted))
            .order_by_asc(partnership::Column::Id)
            .all(&**tx)
            .await?;
        let mut grounds = Self {
            partnerships: BTreeMap::new(),
            dimensions: BTreeMap::new(),
            provenance: provenance(&op.actor),
        };
        for row in found {
            changes::lock(tx, row.id).await?;
            if let Entry::Vacant(vendor) = grounds.dimensions.entry(row.vendor_id) {
                vendor.insert(Dimensions::load(&**tx, row.vendor_id).await?);
            }
            let commitments = commitments_of(tx, row.id).await?;
            let ground = Ground {
                today: activities::today(tx, op, row.vendor_id).await?,
                may_record: op.actor == Actor::System
                    || op.actor.member().is_some_and(|member| member.records_for(row.id)),
                commitments,
                row,
            };
            grounds.partnerships.insert(ground.row.id, ground);
        }
        Ok(grounds)
    }

    /// What a fact about a partnership stands on, if the caller may record one.
    pub fn ground(&self, partnership: PartnershipId) -> Result<&Ground, RowError> {
        let refused = |code, message: String| RowError {
            code,
            field: "partnershipId".to_owned(),
            message,
            existing: None,
        };
        let Some(ground) = self.partnerships.get(&partnership) else {
            return Err(refused(RowErrorCode::NotFound, format!("`{partnership}` not found")));
        };
        if !ground.may_record {
            let message = "activity is recorded by those who work on the partnership".to_owned();
            return Err(refused(RowErrorCode::Forbidden, message));
        }
        Ok(ground)
    }

    /// The value that a word means to the vendor of a partnership.
    pub fn meaning(
        &self,
        ground: &Ground,
        dimension: Dimension,
        word: Option<&str>,
    ) -> Option<DimensionValueId> {
        self.dimensions.get(&ground.row.vendor_id)?.resolve(dimension, word?)
    }

    /// What becomes of a row; a good one lands in `intake`.
    pub fn judge(
        &self,
        op: &Op,
        row: &Result<NewActivity, Fault>,
        intake: &mut Intake,
    ) -> RowResult {
        match row
            .as_ref()
            .map_err(|fault| fault.clone().into())
            .and_then(|row| self.admit(op, row, intake))
        {
            Ok((outcome, id)) => RowResult { outcome, activity: Some(id), error: None },
            Err(error) => {
                RowResult { outcome: RowOutcome::Rejected, activity: None, error: Some(error) }
            }
        }
    }

    fn admit(
        &self,
        op: &Op,
        new: &NewActivity,
        intake: &mut Intake,
    ) -> Result<(RowOutcome, ActivityId), RowError> {
        let refused = |code, field: &str, message: String| RowError {
            code,
            field: field.to_owned(),
            message,
            existing: None,
        };
        let ground = self.ground(new.partnership)?;
        new.check(ground.today)?;
        if let Some((field, id)) = new.payload.commitment() {
            match ground.commitments.get(&id) {
                Some(kind) if new.payload.can_keep(*kind) => {}
                Some(_) => Err(Fault::new(field, format!("`{id}` is kept by other facts")))?,
                None => {
                    let message = format!("`{id}` not found");
                    return Err(refused(RowErrorCode::NotFound, field, message));
                }
            }
        }

        let hash = new.content_hash();
        let replaced = match intake.known(new, &hash) {
            Known::Same(id) => return Ok((RowOutcome::Duplicate, id)),
            Known::Other(existing) if new.supersedes != Some(existing) => {
                return Err(RowError {
                    code: RowErrorCode::ActivityConflict,
                    field: "externalId".to_owned(),
                    message: format!(
                        "`{}` is known with other content; say `supersedes: \"{existing}\"`",
                        new.external_id
                    ),
                    existing: Some(existing),
                });
            }
            Known::Other(_) | Known::Nothing => match new.supersedes {
                Some(id) => Some(intake.to_replace(new.partnership, id, self.provenance)?),
                None => None,
            },
        };
        let id: ActivityId = op.mint();
        let sequence = replaced.as_ref().map_or(id, |replaced| replaced.sequence_id);
        let row = self.row(op, ground, new, id, sequence, hash);
        let outcome =
            if replaced.is_some() { RowOutcome::Superseded } else { RowOutcome::Recorded };
        intake.land(row, replaced);
        Ok((outcome, id))
    }

    fn row(
        &self,
        op: &Op,
        ground: &Ground,
        new: &NewActivity,
        id: ActivityId,
        sequence: ActivityId,
        hash: String,
    ) -> activity::Model {
        let resolve = |dimension: Dimension, text: &Option<String>| {
            self.meaning(ground, dimension, text.as_deref())
        };
        activity::Model {
            id,
            vendor_id: ground.row.vendor_id,
            partnership_id: ground.row.id,
            source: new.source.clone(),
            external_id: new.external_id.clone(),
            kind: new.kind,
            subject: new.payload.subject(new.kind, sequence),
            sequence_id: sequence,
            occurred_on: new.occurred_on,
            recorded_at: op.now(),
            recorded_by: events::label(&op.actor),
            provenance: self.provenance,
            content_hash: hash,
            supersedes_id: new.supersedes,
            is_superseded: false,
            reason: new.reason.clone(),
            product_line: new.product_line.clone(),
            product_line_id: resolve(Dimension::ProductLine, &new.product_line),
            segment: new.segment.clone(),
            segment_id: resolve(Dimension::Segment, &new.segment),
            country: new.country.clone(),
            geography_id: resolve(Dimension::Geography, &new.country),
            currency: new.payload.money().map(|money| money.currency),
            payload: new.payload.clone(),
            former_provenance: None,
        }
    }
}

/// The commitments that facts of a partnership may name: those of its signed plans.
async fn commitments_of(
    tx: &Tx,
    partnership: PartnershipId,
) -> Result<BTreeMap<CommitmentId, CommitmentKind>> {
    let plans = plan::Entity::visible_to(&Actor::System)
        .select_only()
        .column(plan::Column::Id)
        .filter(plan::Column::PartnershipId.eq(partnership))
        .filter(plan::Column::VersionInForce.is_not_null());
    let found = commitment::Entity::find()
        .filter(commitment::Column::PlanId.in_subquery(plans.into_query()))
        .all(&**tx)
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row.terms.kind())).collect())
}

/// Who vouches for what this actor records.
fn provenance(actor: &Actor) -> Provenance {
    match actor {
        Actor::Member(Member { side: Side::Partner, .. }) | Actor::Stranger => {
            Provenance::SelfReported
        }
        Actor::Member(Member { side: Side::Vendor, .. }) | Actor::System => Provenance::Verified,
    }
}
