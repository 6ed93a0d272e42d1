//! How people want to be told: each says it for themselves.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel,
    QueryFilter, sea_query::OnConflict,
};

use crate::{
    db::{Held, Tx},
    domain::{
        actor::{Actor, Member},
        alert::AlertRule,
        id::{OrganizationId, UserId},
        notification::{
            DigestWeekday, NotificationDelivery, NotificationState, Preferences, QuietHours,
            RuleDeliveries,
        },
    },
    entity::{notification, notification_preference, organization, user},
    error::{Error, Result},
    op::Op,
    service::{access, check},
};

/// What a person has said, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// How the person wants to be told.
    pub preferences: Preferences,
    /// How often that was changed.
    pub revision: i32,
}

/// What is to be changed; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct PreferencesChange {
    /// How soon, unless a rule says otherwise.
    pub delivery: Option<NotificationDelivery>,
    /// How soon of particular warnings: all that differ from the rest.
    pub rules: Option<Vec<(AlertRule, NotificationDelivery)>>,
    /// From when to when no mails are wanted, each as `22:30`; none to want them always.
    pub quiet_hours: Option<Option<(String, String)>>,
    /// Where the person's clock is.
    pub time_zone: Option<String>,
    /// The hour at which a digest goes out.
    pub digest_hour: Option<i32>,
    /// The day on which a weekly one does.
    pub digest_weekday: Option<DigestWeekday>,
}

/// How the caller wants to be told; none unless the caller is a person.
pub async fn own(op: &Op) -> Result<Option<Said>> {
    let Some(user) = op.actor.member().and_then(Member::user) else { return Ok(None) };
    Ok(of(op.db.read(), &[user]).await?.remove(&user))
}

/// Changes how the caller wants to be told; what waits already is told that way too.
pub async fn edit(op: &Op, expected: i32, change: PreferencesChange) -> Result<Said> {
    access::signed_in(op)?;
    let user = op.actor.member().and_then(Member::user);
    let user = user.ok_or_else(|| Error::Forbidden("only a person gets mails".to_owned()))?;

    let tx = op.db.write().await?;
    let said = hold(&tx, user).await?;
    if said.revision != expected {
        return Err(Error::PreferencesChanged { expected, current: said.revision });
    }
    let preferences = changed(said.preferences, change)?;
    let said = store(&tx, op, user, Said { preferences, revision: said.revision + 1 }).await?;
    tx.commit().await?;
    Ok(said)
}

/// Lets a person have no mails any more, whatever they wanted; who has none already has none.
pub(super) async fn switch_off(op: &Op, user: UserId) -> Result<()> {
    let tx = op.db.write().await?;
    let said = hold(&tx, user).await?;
    if said.preferences.delivery != NotificationDelivery::Off {
        let preferences = Preferences { delivery: NotificationDelivery::Off, ..said.preferences };
        store(&tx, op, user, Said { preferences, revision: said.revision + 1 }).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// How each of these people wants to be told; who is not known is absent.
pub async fn of(db: &impl ConnectionTrait, users: &[UserId]) -> Result<BTreeMap<UserId, Said>> {
    let people = user::Entity::visible_to(&Actor::System)
        .filter(user::Column::Id.is_in(users.iter().copied()))
        .all(db)
        .await?;
    let rows = notification_preference::Entity::visible_to(&Actor::System)
        .filter(notification_preference::Column::UserId.is_in(users.iter().copied()))
        .all(db)
        .await?;
    let mut said: BTreeMap<UserId, Said> = BTreeMap::new();
    for row in rows {
        said.insert(row.user_id, read(row)?);
    }
    let silent = || people.iter().filter(|user| !said.contains_key(&user.id));
    let houses = silent().map(|user| user.organization_id);
    let houses = organization::Entity::visible_to(&Actor::System)
        .filter(organization::Column::Id.is_in(houses))
        .all(db)
        .await?;
    let mut zones: BTreeMap<OrganizationId, Tz> = BTreeMap::new();
    for house in houses {
        zones.insert(house.id, zone(&house.time_zone)?);
    }
    let usual: Vec<(UserId, Said)> = silent()
        .map(|user| {
            let zone = zones.get(&user.organization_id).copied().unwrap_or(Tz::UTC);
            (user.id, Said { preferences: Preferences::usual(zone), revision: 0 })
        })
        .collect();
    said.extend(usual);
    Ok(said)
}

/// What a person has said, held against other changes until the transaction ends.
async fn hold(tx: &Tx, user: UserId) -> Result<Said> {
    // The person's row, because there may be none of what they have said.
    let person = user::Entity::visible_to(&Actor::System).filter(user::Column::Id.eq(user));
    person.held().one(&**tx).await?.ok_or(Error::NotFound("user"))?;
    of(&**tx, &[user]).await?.remove(&user).ok_or(Error::NotFound("user"))
}

/// Keeps what a person has said, and gives what waits its new time.
async fn store(tx: &Tx, op: &Op, user: UserId, said: Said) -> Result<Said> {
    let Preferences { delivery, rules, quiet_hours, zone, digest_hour, digest_weekday } =
        said.preferences.clone();
    let digest_hour = i32::try_from(digest_hour).unwrap_or_default();
    let row = notification_preference::ActiveModel {
        user_id: Set(user),
        revision: Set(said.revision),
        delivery: Set(delivery),
        rules: Set(rules),
        quiet_hours: Set(quiet_hours),
        time_zone: Set(zone.name().to_owned()),
        digest_hour: Set(digest_hour),
        digest_weekday: Set(digest_weekday),
        changed_at: Set(op.now()),
    };
    let all = [
        notification_preference::Column::Revision,
        notification_preference::Column::Delivery,
        notification_preference::Column::Rules,
        notification_preference::Column::QuietHours,
        notification_preference::Column::TimeZone,
        notification_preference::Column::DigestHour,
        notification_preference::Column::DigestWeekday,
        notification_preference::Column::ChangedAt,
    ];
    notification_preference::Entity::insert(row)
        .on_conflict(
            OnConflict::column(notification_preference::Column::UserId)
                .update_columns(all)
                .to_owned(),
        )
        .exec_without_returning(&**tx)
        .await?;
    let waiting = notification::Entity::visible_to(&Actor::System)
        .filter(notification::Column::UserId.eq(user))
        .filter(notification::Column::State.eq(NotificationState::Pending))
        .filter(notification::Column::MailId.is_null())
        .all(&**tx)
        .await?;
    for notification in waiting {
        let due_at = said.preferences.due_at(notification.rule, op.now());
        let mut row = notification.into_active_model();
        if let Some(due_at) = due_at {
            row.due_at = Set(due_at);
        } else {
            row.state = Set(NotificationState::Withdrawn);
            row.finished_at = Set(Some(op.now()));
        }
        row.update(&**tx).await?;
    }
    Ok(said)
}

fn changed(preferences: Preferences, change: PreferencesChange) -> Result<Preferences> {
    let PreferencesChange { delivery, rules, quiet_hours, time_zone, digest_hour, digest_weekday } =
        change;
    let rules = match rules {
        Some(rules) => deliveries(rules)?,
        None => preferences.rules,
    };
    let quiet_hours = match quiet_hours {
        Some(Some((from, to))) => {
            Some(QuietHours::parse(&from, &to).map_err(|(field, message)| {
                Error::invalid(&format!("quietHours.{field}"), message)
            })?)
        }
        Some(None) => None,
        None => preferences.quiet_hours,
    };
    let zone = match time_zone {
        Some(name) => zone(&check::time_zone("timeZone", &name)?)?,
        None => preferences.zone,
    };
    let digest_hour = match digest_hour {
        Some(hour) => u32::try_from(hour).ok().filter(|hour| *hour < 24).ok_or_else(|| {
            Error::invalid("digestHour", format!("{hour} is not an hour from 0 to 23"))
        })?,
        None => preferences.digest_hour,
    };
    Ok(Preferences {
        delivery: delivery.unwrap_or(preferences.delivery),
        rules,
        quiet_hours,
        zone,
        digest_hour,
        digest_weekday: digest_weekday.unwrap_or(preferences.digest_weekday),
    })
}

fn deliveries(rules: Vec<(AlertRule, NotificationDelivery)>) -> Result<RuleDeliveries> {
    let mut found = BTreeMap::new();
    for (at, (rule, delivery)) in rules.into_iter().enumerate() {
        if found.insert(rule, delivery).is_some() {
            return Err(Error::invalid(&format!("rules.{at}.rule"), "is named twice"));
        }
    }
    Ok(RuleDeliveries(found))
}

fn read(row: notification_preference::Model) -> Result<Said> {
    let preferences = Preferences {
        delivery: row.delivery,
        rules: row.rules,
        quiet_hours: row.quiet_hours,
        zone: zone(&row.time_zone)?,
        digest_hour: u32::try_from(row.digest_hour).unwrap_or_default(),
        digest_weekday: row.digest_weekday,
    };
    Ok(Said { preferences, revision: row.revision })
}

fn zone(name: &str) -> Result<Tz> {
    name.parse().map_err(|error| Error::Inconsistent(format!("{error}")))
}
