//! What the rules of warnings are set to for a plan that exists.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, IntoActiveModel, QueryFilter};
use serde_json::json;

use super::{
    access, alerts,
    changes::{lock, seen_by},
    events::{self, NewEvent},
    history,
};
use crate::{
    domain::{
        alert::RuleSettings,
        event::{EventBody, EventKind},
        id::PlanId,
    },
    entity::plan,
    error::{Error, Result},
    op::Op,
};

/// Sets the rules of a plan anew, whatever its state: they are the vendor's to set, and no part of what both have signed. Its standing
/// warnings follow at once.
pub async fn set(op: &Op, id: PlanId, rules: RuleSettings) -> Result<plan::Model> {
    access::signed_in(op)?;
    let tx = op.db.write().await?;
    let find = || plan::Entity::visible_to(&op.actor).filter(plan::Column::Id.eq(id));
    let seen = find().one(&*tx).await?.ok_or(Error::NotFound("plan"))?;
    access::programme_admin(op, seen.vendor_id)?;
    lock(&tx, seen.partnership_id).await?;
    let before = find().one(&*tx).await?.ok_or(Error::NotFound("plan"))?;
    if before.policy.alert_rules == rules {
        return Ok(before);
    }
    let entry = history::Entry {
        plan: id,
        action: "setAlertRules",
        subject: id.to_string(),
        seen_by: seen_by(&before),
        before: Some(json!(before.policy.alert_rules)),
        after: Some(json!(rules)),
    };
    let mut policy = (*before.policy).clone();
    policy.alert_rules = rules;
    let mut row = before.into_active_model();
    row.policy = Set(policy.into());
    row.updated_at = Set(op.now());
    let plan = row.update(&*tx).await?;
    history::write(&tx, op, entry).await?;
    let mut told = vec![NewEvent {
        kind: EventKind::PlanEdited,
        plan: plan.id,
        partnership: plan.partnership_id,
        subject: plan.id.0,
        seen_by: seen_by(&plan),
        body: EventBody::Edited { change: "setAlertRules".to_owned(), revision: plan.revision },
    }];
    told.extend(alerts::evaluate_today(&tx, op, &plan).await?);
    events::record(&tx, op, plan.vendor_id, told).await?;
    tx.commit().await?;
    Ok(plan)
}
