//! Identities: one type for each kind of thing, so that no two can be confused.
//!
//! Outside the house an id is a TypeID (`plan_01j…`: prefix, then a `UUIDv7` in Crockford base32); inside it is the UUID.

use std::{fmt, str::FromStr};

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use type_safe_id::{StaticType, TypeSafeId};
use uuid::Uuid;

/// A text that is not an id of the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{value}` is not an id of the form `{prefix}_…`")]
pub struct InvalidId {
    /// What was given, shortened to what fits a message.
    pub value: String,
    /// The prefix that an id of this kind carries.
    pub prefix: &'static str,
}

/// A kind of thing that has identities.
pub trait Id: Copy + From<Uuid> + Into<Uuid> + FromStr<Err = InvalidId> + fmt::Display {
    /// The part before the underscore.
    const PREFIX: &'static str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
        }

        impl StaticType for $name {
            const TYPE: &'static str = $prefix;
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                TypeSafeId::<Self>::from_uuid(self.0).fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                text.parse::<TypeSafeId<Self>>().map(|id| Self(id.uuid())).map_err(|_error| InvalidId {
                    value: text.chars().take(64).collect(),
                    prefix: $prefix,
                })
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }

        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

ids! {
    /// A vendor or a partner company.
    OrganizationId = "org";
    /// A person who signs in, of one organisation.
    UserId = "user";
    /// A signed-in session of a user.
    SessionId = "sess";
    /// A service account of one organisation.
    IntegrationId = "intg";
    /// One vendor's relation with one partner.
    PartnershipId = "pshp";
    /// A person's place on the team of a partnership.
    TeamMemberId = "team";
    /// The legal frame of a partnership.
    AgreementId = "agmt";
    /// A tier of a vendor's programme.
    TierId = "tier";
    /// What a tier and partner type are offered and asked.
    PolicyId = "plcy";
    /// A product line, market segment or geography of a vendor.
    DimensionValueId = "dimv";
    /// Another spelling of a dimension value.
    AliasId = "alia";
    /// A joint business plan.
    PlanId = "plan";
    /// A numbered, immutable version of a plan.
    VersionId = "vers";
    /// A person's signature under a version.
    SignatureId = "sign";
    /// An objective of a plan.
    ObjectiveId = "objv";
    /// A measured target inside a plan.
    TargetId = "trgt";
    /// Something that one side has promised to do.
    CommitmentId = "cmmt";
    /// A dated review of a plan.
    ReviewId = "revw";
    /// The figures of a plan as they were frozen on a day.
    ScorecardId = "card";
    /// What a side says of the minutes of a review.
    AnswerId = "answ";
    /// Something that somebody is to do by a day.
    ActionItemId = "actn";
    /// A recorded fact of partner activity.
    ActivityId = "actv";
    /// A row that an integration sent and that was not recorded.
    RejectedRowId = "rrow";
    /// One side's word that a fact is not so.
    DisputeId = "dspt";
    /// A deal, as its facts leave it.
    DealId = "deal";
    /// A warning about something that falls behind.
    AlertId = "alrt";
    /// A time at which a warning asked for attention.
    AskId = "ask";
    /// Something that happened, as told to subscribers.
    EventId = "evnt";
    /// An entry of a plan's history.
    HistoryId = "hist";
    /// A request, as its log lines name it.
    RequestId = "req";
    /// A remark on a plan.
    NoteId = "note";
    /// A value that one side proposes for a single field of a plan.
    CounterProposalId = "cpro";
    /// What somebody says about a plan or a part of it.
    CommentId = "cmnt";
    /// Where a company wants to be told what happens.
    WebhookEndpointId = "hook";
    /// Something that a company's server is told.
    WebhookDeliveryId = "dlvr";
    /// One try of that.
    WebhookAttemptId = "atmp";
    /// Something that a person is to be told by e-mail.
    NotificationId = "ntfn";
    /// A mail that tells a person something.
    MailId = "mail";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        let id = PlanId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
        assert_eq!(id.to_string(), "plan_01j0000000e008000000000001");
        assert_eq!(id.to_string().parse(), Ok(id));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let plan = PlanId(Uuid::from_u128(1)).to_string();
        let refused = plan.parse::<TargetId>().unwrap_err();
        assert_eq!(refused.prefix, "trgt");
        assert_eq!("".parse::<PlanId>().unwrap_err().value, "");
    }
}
