//! What a mail says, as things are when it is sent: what its reader may see and still has to do with, and nothing else.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, QueryFilter};

use super::audience::{self, Subject};
use crate::{
    domain::{
        actor::{Actor, Side},
        alert::AlertState,
        event::EventKind,
        id::{AlertId, CommentId, PlanId, UserId},
        notification::{
            NotificationDelivery, Preferences,
            letter::{Item, What},
        },
    },
    entity::{alert, comment, notification, organization, plan, user},
    error::Result,
    op::Op,
};

/// Names of plans and of whom the reader plans with, once they are known.
type Places = BTreeMap<PlanId, Option<(String, String)>>;

/// Somebody who is to get a mail, acting: so nothing is read that they may not see.
#[derive(Debug)]
pub struct Reader<'a> {
    op: Op,
    user: &'a user::Model,
    preferences: &'a Preferences,
    public_url: &'a str,
    places: Places,
}

impl<'a> Reader<'a> {
    /// The reader; `op` is the house's own, `actor` the person.
    pub fn new(
        op: &Op,
        actor: Actor,
        user: &'a user::Model,
        preferences: &'a Preferences,
        public_url: &'a str,
    ) -> Self {
        Self { op: op.acting_as(actor), user, preferences, public_url, places: Places::new() }
    }

    /// What the reader is told of a notification; none when it is not for them any more.
    pub async fn item(&mut self, notification: &notification::Model) -> Result<Option<Item>> {
        if self.preferences.delivery_of(notification.rule) == NotificationDelivery::Off {
            return Ok(None);
        }
        let Some(subject) = self.subject(notification).await? else { return Ok(None) };
        let audience = audience::of(self.op.db.read(), notification.kind, &subject).await?;
        let Some((_, reason)) = audience.get(&self.user.id) else { return Ok(None) };
        let (plan, at_plan, what) = match &subject {
            Subject::Alert(alert) => {
                let what = What::Alert {
                    rule: alert.rule,
                    severity: alert.severity,
                    message: alert.message.clone(),
                    is_over: alert.state == AlertState::Resolved,
                };
                (alert.plan_id, format!("alert={}", alert.id), what)
            }
            Subject::Comment(comment) => {
                let author = self.author(comment.author_id).await?;
                (comment.plan_id, format!("comment={}", comment.id), What::Mention { author })
            }
        };
        let Some((name, counterpart)) = self.place(plan).await? else { return Ok(None) };
        Ok(Some(Item {
            what,
            reason: *reason,
            plan: name,
            counterpart,
            at: notification.occurred_at,
            url: format!("{}/plans/{plan}?{at_plan}", self.public_url),
        }))
    }

    async fn subject(&self, notification: &notification::Model) -> Result<Option<Subject>> {
        let (db, id) = (self.op.db.read(), notification.subject_id);
        Ok(if notification.kind == EventKind::CommentAdded {
            let found = comment::Entity::visible_to(&self.op.actor)
                .filter(comment::Column::Id.eq(CommentId(id)))
                .one(db)
                .await?;
            found.map(Subject::Comment)
        } else {
            let found = alert::Entity::visible_to(&self.op.actor)
                .filter(alert::Column::Id.eq(AlertId(id)))
                .one(db)
                .await?;
            found.map(Subject::Alert)
        })
    }

    /// What the author of a comment is called, as far as the reader knows people.
    async fn author(&self, id: Option<UserId>) -> Result<String> {
        let Some(id) = id else { return Ok("Somebody".to_owned()) };
        let found = user::Entity::visible_to(&self.op.actor).filter(user::Column::Id.eq(id));
        let found = found.one(self.op.db.read()).await?;
        Ok(found.map_or_else(|| "Somebody".to_owned(), |author| author.name))
    }

    /// The names of a plan and of whom it is made with.
    async fn place(&mut self, id: PlanId) -> Result<Option<(String, String)>> {
        if let Some(known) = self.places.get(&id) {
            return Ok(known.clone());
        }
        let db = self.op.db.read();
        let plan = plan::Entity::visible_to(&self.op.actor).filter(plan::Column::Id.eq(id));
        let found = match plan.one(db).await? {
            Some(plan) => {
                let counterpart = match self.user.role.side() {
                    Side::Vendor => plan.partner_id,
                    Side::Partner => plan.vendor_id,
                };
                let company = organization::Entity::visible_to(&self.op.actor)
                    .filter(organization::Column::Id.eq(counterpart));
                company.one(db).await?.map(|company| (plan.name, company.name))
            }
            None => None,
        };
        self.places.insert(id, found.clone());
        Ok(found)
    }
}
