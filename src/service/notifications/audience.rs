//! Whom something concerns: those of the own side who work on it, and never the other side.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::{
    domain::{
        actor::{Actor, Role, Side},
        alert::About,
        event::EventKind,
        id::{CommentId, OrganizationId, UserId},
        notification::NotificationReason,
    },
    entity::{action_item, alert, comment, commitment, mention, team_member, user},
    error::Result,
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

/// The kinds of events of which people are told.
pub const TOLD: [EventKind; 2] = [EventKind::AlertOpened, EventKind::CommentAdded];

/// Whom it concerns, as things are now: active people alone.
pub async fn of(db: &impl ConnectionTrait, subject: &Subject) -> Result<Audience> {
    match subject {
        Subject::Alert(alert) => of_alert(db, alert).await,
        Subject::Comment(comment) => of_comment(db, comment.id).await,
    }
}

/// The side's team, and whose it is to do; where the side has no team, those who run its company.
async fn of_alert(db: &impl ConnectionTrait, alert: &alert::Model) -> Result<Audience> {
    let house = match alert.side {
        Side::Vendor => alert.vendor_id,
        Side::Partner => alert.partner_id,
    };
    let joined: Vec<UserId> = team_member::Entity::visible_to(&Actor::System)
        .select_only()
        .column(team_member::Column::UserId)
        .filter(team_member::Column::PartnershipId.eq(alert.partnership_id))
        .into_tuple()
        .all(db)
        .await?;
    let mut found = Audience::new();
    let mut add = |people: Vec<user::Model>, reason| {
        found.extend(people.into_iter().map(|user| (user.id, (user, reason))));
    };
    let team = people_of(db, house, user::Column::Id.is_in(joined)).await?;
    if team.is_empty() {
        let run = user::Column::Role.is_in([Role::VendorAdmin, Role::PartnerAdmin]);
        add(people_of(db, house, run).await?, NotificationReason::Admin);
    }
    add(team, NotificationReason::Team);
    if let Some(owner) = owner_of(db, alert).await? {
        let owner = people_of(db, house, user::Column::Id.eq(owner)).await?;
        add(owner, NotificationReason::Owner);
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
    let people = people.all(db).await?.into_iter();
    Ok(people.map(|user| (user.id, (user, NotificationReason::Mention))).collect())
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
