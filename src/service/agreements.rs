//! Agreements: the legal frames that plans stand in.

use std::collections::HashMap;

use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, QueryFilter, QueryOrder};

use super::{access, check};
use crate::{
    domain::{
        actor::Scope,
        id::{AgreementId, PartnershipId},
    },
    entity::agreement,
    error::{Error, Result},
    op::Op,
};

/// A signed agreement that is to be known.
#[derive(Clone, Debug)]
pub struct NewAgreement {
    /// The partnership it frames.
    pub partnership: PartnershipId,
    /// What the parties call it.
    pub reference: String,
    /// When it was signed.
    pub signed_on: NaiveDate,
    /// From when it holds.
    pub effective_on: NaiveDate,
    /// Its last day; none when it runs until it is ended.
    pub expires_on: Option<NaiveDate>,
}

/// The agreements of each partnership, the earliest first; a partnership without one is absent.
pub async fn of_partnerships(
    op: &Op,
    partnerships: &[PartnershipId],
) -> Result<HashMap<PartnershipId, Vec<agreement::Model>>> {
    access::scope(op, Scope::PlansRead)?;
    let found = agreement::Entity::visible_to(&op.actor)
        .filter(agreement::Column::PartnershipId.is_in(partnerships.iter().copied()))
        .order_by_asc(agreement::Column::EffectiveOn)
        .order_by_asc(agreement::Column::Id)
        .all(op.db.read())
        .await?;
    let mut agreements: HashMap<PartnershipId, Vec<agreement::Model>> = HashMap::new();
    for agreement in found {
        agreements.entry(agreement.partnership_id).or_default().push(agreement);
    }
    Ok(agreements)
}

/// Those of these agreements that the caller may see; an integration sees none unless its token reads plans.
pub async fn by_ids(op: &Op, ids: &[AgreementId]) -> Result<Vec<agreement::Model>> {
    if !op.actor.has_scope(Scope::PlansRead) {
        return Ok(Vec::new());
    }
    let wanted = agreement::Column::Id.is_in(ids.iter().copied());
    Ok(agreement::Entity::visible_to(&op.actor).filter(wanted).all(op.db.read()).await?)
}

/// Records a signed agreement.
pub async fn record(op: &Op, new: NewAgreement) -> Result<agreement::Model> {
    let reference = check::name("reference", &new.reference)?;
    if let Some(expires_on) = new.expires_on.filter(|day| *day < new.effective_on) {
        let message = format!("{expires_on} is before {}, when it begins", new.effective_on);
        return Err(Error::invalid("expiresOn", message));
    }
    let tx = op.db.write().await?;
    let partnership = access::hold(&tx, op, new.partnership).await?;
    access::worker_on(op, partnership.id)?;
    let agreement = agreement::ActiveModel {
        id: Set(op.mint()),
        partnership_id: Set(partnership.id),
        reference: Set(reference),
        signed_on: Set(new.signed_on),
        effective_on: Set(new.effective_on),
        expires_on: Set(new.expires_on),
        created_at: Set(op.now()),
    }
    .insert(&*tx)
    .await?;
    tx.commit().await?;
    Ok(agreement)
}
