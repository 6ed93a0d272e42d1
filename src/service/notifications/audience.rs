//! Whom something concerns: those of the own side who work on it, and never the other side.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use crate::{
    domain::{
        actor::{Actor, Role, Side},
        alert::{About, AlertRule},
        event::EventKind,
        id::{CommentId, OrganizationId, UserId},
        notification::NotificationReason,
    },
    entity::{action_item, alert, comment, commitment, mention, plan, team_member, user},
    error::Result,
    service::people,
};

/// People whom something concerns, and why.
pub type Audience = BTreeMap<UserId, (user::Model, NotificationReason)>;

/// What happened, as far as it decides whom it concerns.
#[derive(Clone, Debug)]
pub enum Subject {
    /// A warning, of one side.
    Alert(alert::Model),
    /// A comment in which people are mentioned.
    Comment(comment::Model),
}

impl Subject {
    /// Of which warning, if it is one.
    pub fn rule(&self) -> Option<AlertRule> {
        match self {
            Self::Alert(alert) => Some(alert.rule),
            Self::Comment(_) => None,
        }
    }

    /// The id of the warning or comment.
    pub fn id(&self) -> Uuid {
        match self {
            Self::Alert(alert) => alert.id.0,
            Self::Comment(comment) => comment.id.0,
        }
    }
}

/// The kinds of events of which people are told.
pub const TOLD: [EventKind; 5] = [
    EventKind::AlertOpened,
    EventKind::AlertWoken,
    EventKind::AlertAssigned,
    EventKind::AlertEscalated,
    EventKind::CommentAdded,
];

/// Whom it concerns that this has happened, as things are now: active people alone.
pub async fn of(db: &impl ConnectionTrait, kind: EventKind, subject: &Subject) -> Result<Audience> {
    match subject {
        Subject::Alert(alert) if kind == EventKind::AlertAssigned => assignee_of(db, alert).await,
        Subject::Alert(alert) if kind == EventKind::AlertEscalated => sponsors_of(db, alert).await,
        Subject::Alert(alert) => of_alert(db, alert).await,
        Subject::Comment(comment) => of_comment(db, comment.id).await,
    }
}

fn house(alert: &alert::Model) -> OrganizationId {
    match alert.side {
        Side::Vendor => alert.vendor_id,
        Side::Partner => alert.partner_id,
    }
}

/// Whom the warning is given to, if it is not somebody else's again.
async fn assignee_of(db: &impl ConnectionTrait, alert: &alert::Model) -> Result<Audience> {
    let Some(assignee) = alert.assignee_id else { return Ok(Audience::new()) };
    let people = people_of(db, house(alert), user::Column::Id.eq(assignee)).await?;
    Ok(told(people, NotificationReason::Assignee))
}

/// Before whom the warning is brought; nobody once it has been opened anew.
async fn sponsors_of(db: &impl ConnectionTrait, alert: &alert::Model) -> Result<Audience> {
    let found = plan::Entity::find_by_id(alert.plan_id).one(db).await?;
    let Some(plan) = found.filter(|_| alert.escalated_at.is_some()) else {
        return Ok(Audience::new());
    };
    let sponsors = people::sponsors_of(db, &plan, alert.side).await?;
    let people = people_of(db, house(alert), user::Column::Id.is_in(sponsors)).await?;
    Ok(told(people, NotificationReason::Sponsor))
}

fn told(people: Vec<user::Model>, reason: NotificationReason) -> Audience {
    people.into_iter().map(|user| (user.id, (user, reason))).collect()
}

/// The side's team, and whose it is to do; where the side has no team, those who run its company.
async fn of_alert(db: &impl ConnectionTrait, alert: &alert::Model) -> Result<Audience> {
    let house = house(alert);
    let joined: Vec<UserId> = team_member::Entity::visible_to(&Actor::System)
        .select_only()
        .column(team_member::Column::UserId)
        .filter(team_member::Column::PartnershipId.eq(alert.partnership_id))
        .into_tuple()
        .all(db)
        .await?;
    let mut found = Audience::new();
    let team = people_of(db, house, user::Column::Id.is_in(joined)).await?;
    if team.is_empty() {
        let run = user::Column::Role.is_in([Role::VendorAdmin, Role::PartnerAdmin]);
        found.extend(told(people_of(db, house, run).await?, NotificationReason::Admin));
    }
    found.extend(told(team, NotificationReason::Team));
    if let Some(owner) = owner_of(db, alert).await? {
        let owner = people_of(db, house, user::Column::Id.eq(owner)).await?;
        found.extend(told(owner, NotificationReason::Owner));
    }
    Ok(found)
}

/// Whose it is to do what a warning is about.
async fn owner_of(db: &impl ConnectionTrait, alert: &alert::Model) -> Result<Option<UserId>> {
    let id = alert.subject_id;
    Ok(match alert.rule.about() {
        About::Commitment => {
            let found = commitment::Entity::find_by_id(id).one(db).await?;
            found.and_then(|commitment| commitment.owner_id)
        }
        About::ActionItem => {
            let found = action_item::Entity::find_by_id(id).one(db).await?;
            found.map(|item| item.owner_id)
        }
        About::Target | About::Review | About::Plan => None,
    })
}

async fn of_comment(db: &impl ConnectionTrait, id: CommentId) -> Result<Audience> {
    let mentioned: Vec<UserId> = mention::Entity::find()
        .select_only()
        .column(mention::Column::UserId)
        .filter(mention::Column::CommentId.eq(id))
        .into_tuple()
        .all(db)
        .await?;
    let people = user::Entity::visible_to(&Actor::System)
        .filter(user::Column::Id.is_in(mentioned))
        .filter(user::Column::IsActive.eq(true));
    Ok(told(people.all(db).await?, NotificationReason::Mention))
}

async fn people_of(
    db: &impl ConnectionTrait,
    house: OrganizationId,
    who: sea_orm::sea_query::SimpleExpr,
) -> Result<Vec<user::Model>> {
    let people = user::Entity::visible_to(&Actor::System)
        .filter(user::Column::OrganizationId.eq(house))
        .filter(user::Column::IsActive.eq(true))
        .filter(who);
    Ok(people.all(db).await?)
}
