//! Who acts: people with a role, integrations with scopes, and the house itself.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::id::{IntegrationId, OrganizationId, PartnershipId, UserId};

/// One of the two parties of a partnership.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The company that runs the partner programme.
    Vendor,
    /// The company that sells, serves or builds with the vendor.
    Partner,
}

impl Side {
    /// Both, vendor first.
    pub const BOTH: [Self; 2] = [Self::Vendor, Self::Partner];

    /// The counterpart.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Vendor => Self::Partner,
            Self::Partner => Self::Vendor,
        }
    }
}

/// What a person may do; each role belongs to one side.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
    EnumIter,
    DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the programme: writes everywhere at the own vendor.
    VendorAdmin,
    /// Reads all of the own vendor's partnerships, writes where on the team.
    ChannelAccountManager,
    /// Reads, comments and signs for the vendor.
    VendorExecutive,
    /// Reads shared content of the own vendor's partnerships.
    VendorViewer,
    /// Writes in all of the own company's partnerships.
    PartnerAdmin,
    /// Writes in the own company's partnerships where on the team.
    PartnerManager,
    /// Reads, comments and signs for the partner.
    PartnerExecutive,
    /// Reads shared content of the own company's partnerships.
    PartnerViewer,
}

impl Role {
    /// The side that the role belongs to.
    pub fn side(self) -> Side {
        match self {
            Self::VendorAdmin
            | Self::ChannelAccountManager
            | Self::VendorExecutive
            | Self::VendorViewer => Side::Vendor,
            Self::PartnerAdmin
            | Self::PartnerManager
            | Self::PartnerExecutive
            | Self::PartnerViewer => Side::Partner,
        }
    }

    /// Whether the role runs its organisation: users, integrations, all partnerships.
    pub fn is_admin(self) -> bool {
        matches!(self, Self::VendorAdmin | Self::PartnerAdmin)
    }

    /// Whether the role writes where it is on the team.
    pub fn is_manager(self) -> bool {
        matches!(self, Self::ChannelAccountManager | Self::PartnerManager)
    }

    /// Whether the role signs as an executive sponsor.
    pub fn is_executive(self) -> bool {
        matches!(self, Self::VendorExecutive | Self::PartnerExecutive)
    }
}

/// What an integration's token opens.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    async_graphql::Enum,
)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Record partner activity.
    ActivitiesWrite,
    /// Read recorded activity and deals.
    ActivitiesRead,
    /// Read plans with their targets, commitments, reviews and progress.
    PlansRead,
    /// Follow events and alerts.
    EventsRead,
}

/// On whose behalf something is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Nobody has signed in.
    Stranger,
    /// The house itself: the clock, a rebuild, an operator at the command line.
    System,
    /// A person or integration of an organisation.
    Member(Member),
}

impl Actor {
    /// The signed-in party, if there is one.
    pub fn member(&self) -> Option<&Member> {
        match self {
            Self::Member(member) => Some(member),
            Self::Stranger | Self::System => None,
        }
    }

    /// The side acting; none for strangers and the house itself.
    pub fn side(&self) -> Option<Side> {
        self.member().map(|member| member.side)
    }

    /// Whether this actor runs the organisation: its people, integrations and places on teams (domain §2).
    pub fn administers(&self, organization: OrganizationId) -> bool {
        match self {
            Self::Stranger => false,
            Self::System => true,
            Self::Member(member) => {
                member.organization == organization && member.role().is_some_and(Role::is_admin)
            }
        }
    }

    /// Whether this actor runs the programme of a vendor: tiers, policies, dimensions, partnerships.
    pub fn runs_programme(&self, vendor: OrganizationId) -> bool {
        self.administers(vendor) && self.side() != Some(Side::Partner)
    }

    /// Whether this actor works on the partnership, as [`Member::works_on`] says; the house itself does everywhere.
    pub fn works_on(&self, partnership: PartnershipId) -> bool {
        match self {
            Self::Stranger => false,
            Self::System => true,
            Self::Member(member) => member.works_on(partnership),
        }
    }

    /// Whether this actor reads what `side` keeps to itself (domain §2).
    pub fn reads_private_of(&self, side: Side) -> bool {
        match self {
            Self::Stranger => false,
            Self::System => true,
            Self::Member(member) => member.side == side && member.reads_private(),
        }
    }

    /// Whether this actor is not an integration, or one whose token opens `scope`.
    pub fn has_scope(&self, scope: Scope) -> bool {
        match self {
            Self::Stranger => false,
            Self::System => true,
            Self::Member(member) => member.has_scope(scope),
        }
    }
}

/// A person or integration of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Whose member it is.
    pub organization: OrganizationId,
    /// Which side that organisation is on.
    pub side: Side,
    /// Who exactly.
    pub who: Who,
}

/// A person or an integration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A signed-in person.
    User {
        /// The person.
        id: UserId,
        /// What the person may do.
        role: Role,
        /// Where the person is on the team.
        teams: Vec<PartnershipId>,
    },
    /// A service account.
    Integration {
        /// The service account.
        id: IntegrationId,
        /// What its token opens.
        scopes: Vec<Scope>,
    },
}

impl Member {
    /// Whoever follows events for an organisation without being a person: it reads shared content only, and the side's warnings.
    pub fn follower(organization: OrganizationId, side: Side, id: IntegrationId) -> Self {
        let who = Who::Integration { id, scopes: vec![Scope::EventsRead] };
        Self { organization, side, who }
    }

    /// The person, unless this is an integration.
    pub fn user(&self) -> Option<UserId> {
        match &self.who {
            Who::User { id, .. } => Some(*id),
            Who::Integration { .. } => None,
        }
    }

    /// All that decides what is visible, and nothing of who in particular this is: whoever has the same sees the same.
    pub fn visibility(&self) -> String {
        let Self { organization, side, who } = self;
        match who {
            Who::User { role, teams, .. } => {
                let mut teams: Vec<String> = teams.iter().map(ToString::to_string).collect();
                teams.sort_unstable();
                format!("{organization} {side:?} {role:?} {}", teams.join(" "))
            }
            Who::Integration { scopes, .. } => format!("{organization} {side:?} {scopes:?}"),
        }
    }

    /// The id of whoever this is, person or integration.
    pub fn id(&self) -> String {
        match &self.who {
            Who::User { id, .. } => id.to_string(),
            Who::Integration { id, .. } => id.to_string(),
        }
    }

    /// The person's role, unless this is an integration.
    pub fn role(&self) -> Option<Role> {
        match &self.who {
            Who::User { role, .. } => Some(*role),
            Who::Integration { .. } => None,
        }
    }

    /// Whether this is a person, or an integration whose token opens `scope`.
    pub fn has_scope(&self, scope: Scope) -> bool {
        match &self.who {
            Who::User { .. } => true,
            Who::Integration { scopes, .. } => scopes.contains(&scope),
        }
    }

    /// Whether this member reads what the own side keeps to itself: viewers and integrations read shared content only (domain §2).
    pub fn reads_private(&self) -> bool {
        self.role().is_some_and(|role| !matches!(role, Role::VendorViewer | Role::PartnerViewer))
    }

    /// Whether this member works on the partnership: an admin, or a manager on its team (domain §2).
    pub fn works_on(&self, partnership: PartnershipId) -> bool {
        match &self.who {
            Who::User { role, teams, .. } => {
                role.is_admin() || (role.is_manager() && teams.contains(&partnership))
            }
            Who::Integration { .. } => false,
        }
    }

    /// Whether this member may record activity for the partnership (domain §6).
    pub fn records_for(&self, partnership: PartnershipId) -> bool {
        match &self.who {
            Who::User { .. } => self.works_on(partnership),
            Who::Integration { scopes, .. } => scopes.contains(&Scope::ActivitiesWrite),
        }
    }
}

/// What an integration's token opens, as it is stored.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, sea_orm::FromJsonQueryResult,
)]
pub struct Scopes(pub Vec<Scope>);

#[cfg(test)]
mod tests;
