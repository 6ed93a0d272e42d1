//! Notifications by e-mail: how a person wants to be told, and when something is due that way.

pub mod letter;
pub mod schedule;
pub mod time;
pub mod unsubscribe;

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveTime, Utc};
use chrono_tz::Tz;
use sea_orm::{DeriveActiveEnum, EnumIter, FromJsonQueryResult};
use serde::{Deserialize, Serialize};

use super::alert::AlertRule;

/// The hour at which a digest goes out unless its reader says otherwise.
const USUAL_HOUR: u32 = 8;

/// How soon something is told.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NotificationDelivery {
    /// As soon as it happens, outside of the quiet hours.
    AtOnce,
    /// Once a day, with all else that waits.
    Daily,
    /// Once a week, with all else that waits.
    Weekly,
    /// Not by e-mail.
    Off,
}

/// The day of the week on which a weekly digest goes out.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum DigestWeekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl DigestWeekday {
    /// The day as the calendar knows it.
    pub fn day(self) -> chrono::Weekday {
        match self {
            Self::Monday => chrono::Weekday::Mon,
            Self::Tuesday => chrono::Weekday::Tue,
            Self::Wednesday => chrono::Weekday::Wed,
            Self::Thursday => chrono::Weekday::Thu,
            Self::Friday => chrono::Weekday::Fri,
            Self::Saturday => chrono::Weekday::Sat,
            Self::Sunday => chrono::Weekday::Sun,
        }
    }
}

/// Where a notification stands, or a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum NotificationState {
    /// It waits for its time, or to be tried again.
    Pending,
    /// A mail server has taken it.
    Sent,
    /// Nobody is to be told any more: switched off, gone, or no longer the person's to see.
    Withdrawn,
    /// It was tried for three days in vain.
    Dead,
}

/// Why a person is told something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum NotificationReason {
    /// They are on the team of the partnership.
    Team,
    /// They run their company, which has nobody on the team.
    Admin,
    /// What it is about is theirs to do.
    Owner,
    /// It was given to them.
    Assignee,
    /// It waited too long, and was brought before them.
    Sponsor,
    /// Somebody has mentioned them.
    Mention,
}

/// The rules of warnings that a person wants to be told of in another way than of the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct RuleDeliveries(pub BTreeMap<AlertRule, NotificationDelivery>);

/// When a person wants no mails: from one time of the day to another, perhaps of the next day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct QuietHours {
    /// When they begin.
    pub from: NaiveTime,
    /// When they are over; another time than `from`.
    pub to: NaiveTime,
}

impl QuietHours {
    /// Hours between two times, written `22:30`, or the first of them that is none; hours that begin when they end are none.
    pub fn parse(from: &str, to: &str) -> Result<Self, (&'static str, String)> {
        let time = |field: &'static str, text: &str| {
            let read = NaiveTime::parse_from_str(text, "%H:%M").ok();
            read.filter(|time| time.format("%H:%M").to_string() == text).ok_or_else(|| {
                let shown: String = text.chars().take(16).collect();
                (field, format!("`{shown}` is not a time of the form HH:MM"))
            })
        };
        let hours = Self { from: time("from", from)?, to: time("to", to)? };
        if hours.from == hours.to {
            return Err(("to", "must not be when they begin".to_owned()));
        }
        Ok(hours)
    }

    /// Whether `time` of a day is within them.
    fn cover(self, time: NaiveTime) -> bool {
        if self.from < self.to {
            (self.from..self.to).contains(&time)
        } else {
            time >= self.from || time < self.to
        }
    }
}

/// How a person wants to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// How soon, unless a rule says otherwise. `Off` is for everything, whatever rules say.
    pub delivery: NotificationDelivery,
    /// How soon of particular warnings.
    pub rules: RuleDeliveries,
    /// When no mails are wanted.
    pub quiet_hours: Option<QuietHours>,
    /// Where the person's clock is.
    pub zone: Tz,
    /// The hour of the day at which a digest goes out.
    pub digest_hour: u32,
    /// The day on which a weekly one does.
    pub digest_weekday: DigestWeekday,
}

impl Preferences {
    /// Those of a person who has said nothing: everything at once.
    pub fn usual(zone: Tz) -> Self {
        Self {
            delivery: NotificationDelivery::AtOnce,
            rules: RuleDeliveries::default(),
            quiet_hours: None,
            zone,
            digest_hour: USUAL_HOUR,
            digest_weekday: DigestWeekday::Monday,
        }
    }

    /// How soon a warning of `rule` is told, or what is no warning.
    pub fn delivery_of(&self, rule: Option<AlertRule>) -> NotificationDelivery {
        let own = rule.and_then(|rule| self.rules.0.get(&rule).copied());
        match (self.delivery, own) {
            (NotificationDelivery::Off, _) => NotificationDelivery::Off,
            (_, Some(own)) => own,
            (usual, None) => usual,
        }
    }

    /// When something that becomes known `now` is due; never when it is not wanted.
    pub fn due_at(&self, rule: Option<AlertRule>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let hour = NaiveTime::from_hms_opt(self.digest_hour, 0, 0).unwrap_or_default();
        let due = match self.delivery_of(rule) {
            NotificationDelivery::Off => return None,
            NotificationDelivery::AtOnce => now,
            NotificationDelivery::Daily => time::next(self.zone, hour, None, now),
            NotificationDelivery::Weekly => {
                time::next(self.zone, hour, Some(self.digest_weekday.day()), now)
            }
        };
        Some(self.not_before(due))
    }

    /// `at`, or the end of the quiet hours that it falls into.
    pub fn not_before(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        let local = at.with_timezone(&self.zone).time();
        match self.quiet_hours.filter(|hours| hours.cover(local)) {
            Some(hours) => time::following(self.zone, hours.to, at),
            None => at,
        }
    }
}

#[cfg(test)]
mod tests;
