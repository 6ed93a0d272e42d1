//! How the viewer wants to be told by e-mail.

use async_graphql::{Context, Description, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    ContextExt,
    error::{ApiError, payloads},
};
use crate::{
    domain::{
        alert::AlertRule,
        notification::{DigestWeekday, NotificationDelivery},
    },
    service::notifications::preferences::{self, PreferencesChange, Said},
};

/// How a person wants to be told by e-mail of what concerns them: warnings of the plans that they work on, and comments that mention
/// them.
#[derive(Clone, Debug, Description)]
pub struct NotificationPreferences(pub Said);

#[Object(use_type_description)]
impl NotificationPreferences {
    /// How often they were changed; `editNotificationPreferences` wants to know.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// How soon, unless a rule says otherwise. `OFF`: no mails at all, whatever rules say.
    async fn delivery(&self) -> NotificationDelivery {
        self.0.preferences.delivery
    }

    /// The warnings of which the person wants to be told in another way.
    async fn rules(&self) -> Vec<RuleDelivery> {
        let rules = self.0.preferences.rules.0.iter();
        rules.map(|(rule, delivery)| RuleDelivery { rule: *rule, delivery: *delivery }).collect()
    }

    /// When no mails are wanted; what is due then comes when they are over. Null: none.
    async fn quiet_hours(&self) -> Option<QuietHours> {
        let written = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
        self.0
            .preferences
            .quiet_hours
            .map(|hours| QuietHours { from: written(hours.from), to: written(hours.to) })
    }

    /// Where the person's clock is, as the IANA database names it; where the company's is, unless said.
    async fn time_zone(&self) -> &'static str {
        self.0.preferences.zone.name()
    }

    /// The hour of the day at which daily and weekly mails go out, 0 to 23.
    async fn digest_hour(&self) -> i32 {
        i32::try_from(self.0.preferences.digest_hour).unwrap_or_default()
    }

    /// The day on which weekly mails go out.
    async fn digest_weekday(&self) -> DigestWeekday {
        self.0.preferences.digest_weekday
    }
}

/// How soon a person is told of warnings of a rule.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RuleDelivery {
    /// What is warned of.
    pub rule: AlertRule,
    /// How soon.
    pub delivery: NotificationDelivery,
}

/// When a person wants no mails.
#[derive(Clone, Debug, SimpleObject)]
pub struct QuietHours {
    /// When they begin, on the person's clock: `22:00`.
    pub from: String,
    /// When they are over: `07:00`.
    pub to: String,
}

/// How soon to be told of warnings of a rule.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct RuleDeliveryInput {
    /// What is warned of.
    pub rule: AlertRule,
    /// How soon.
    pub delivery: NotificationDelivery,
}

/// When no mails are wanted.
#[derive(Clone, Debug, InputObject)]
pub struct QuietHoursInput {
    /// When they begin, on the person's clock: `22:00`.
    pub from: String,
    /// When they are over: `07:00`; earlier than `from`, it is the next day.
    pub to: String,
}

/// Changes how the viewer wants to be told; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct EditNotificationPreferencesInput {
    /// The revision that the viewer saw.
    pub expected_revision: i32,
    /// How soon, unless a rule says otherwise.
    pub delivery: Option<NotificationDelivery>,
    /// All rules that are told in another way; those that are not named are told as the rest.
    pub rules: Option<Vec<RuleDeliveryInput>>,
    /// When no mails are wanted; null: mails are wanted at any time.
    pub quiet_hours: MaybeUndefined<QuietHoursInput>,
    /// Where the viewer's clock is, as the IANA database names it: `Europe/Berlin`.
    pub time_zone: Option<String>,
    /// The hour of the day at which daily and weekly mails go out, 0 to 23.
    pub digest_hour: Option<i32>,
    /// The day on which weekly mails go out.
    pub digest_weekday: Option<DigestWeekday>,
}

impl From<EditNotificationPreferencesInput> for PreferencesChange {
    fn from(input: EditNotificationPreferencesInput) -> Self {
        let rules = input.rules.map(|rules| {
            rules.into_iter().map(|RuleDeliveryInput { rule, delivery }| (rule, delivery)).collect()
        });
        let quiet_hours = match input.quiet_hours {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(None),
            MaybeUndefined::Value(QuietHoursInput { from, to }) => Some(Some((from, to))),
        };
        Self {
            delivery: input.delivery,
            rules,
            quiet_hours,
            time_zone: input.time_zone,
            digest_hour: input.digest_hour,
            digest_weekday: input.digest_weekday,
        }
    }
}

payloads! {
    /// The answer to `editNotificationPreferences`.
    EditNotificationPreferencesPayload {
        /// How the viewer wants to be told from now on.
        preferences: NotificationPreferences
    }
}

/// What people say about mails.
#[derive(Debug, Default)]
pub struct NotificationMutation;

#[Object]
impl NotificationMutation {
    /// Changes how the viewer wants to be told by e-mail; what waits to be told comes that way too. For people, about themselves.
    async fn edit_notification_preferences(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be changed.")] input: EditNotificationPreferencesInput,
    ) -> Result<EditNotificationPreferencesPayload, ApiError> {
        let expected = input.expected_revision;
        let result = preferences::edit(ctx.op(), expected, input.into()).await;
        EditNotificationPreferencesPayload::of(result, NotificationPreferences)
    }
}
