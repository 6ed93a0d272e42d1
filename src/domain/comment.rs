//! Comments: what people say about a plan, and who hears it (domain §2).

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use super::actor::{Role, Side};

/// People whom one comment can mention.
pub const MOST_MENTIONS: usize = 20;

/// Who hears what is said.
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
#[graphql(name = "CommentVisibility")]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Visibility {
    /// Both sides.
    Shared,
    /// The own side alone, viewers and integrations left out.
    Private,
}

/// Where a comment is made, as far as it decides who hears it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The side of whoever comments.
    pub side: Side,
    /// Who is to hear it.
    pub visibility: Visibility,
    /// Whether the plan is known to both sides.
    pub is_plan_shared: bool,
}

impl Setting {
    /// Whether a person of `role` hears what is said here.
    pub fn reaches(self, role: Role) -> bool {
        let is_viewer = matches!(role, Role::VendorViewer | Role::PartnerViewer);
        let is_open = self.visibility == Visibility::Shared && self.is_plan_shared;
        is_open || (role.side() == self.side && !is_viewer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(visibility: Visibility, is_plan_shared: bool, role: Role, is_reached: bool) {
        let setting = Setting { side: Side::Vendor, visibility, is_plan_shared };
        assert_eq!(setting.reaches(role), is_reached, "{setting:?} {role:?}");
    }

    #[test]
    fn a_comment_of_the_vendor_reaches_those_who_may_hear_it() {
        use Role::{ChannelAccountManager, PartnerAdmin, PartnerViewer, VendorViewer};
        use Visibility::{Private, Shared};
        for (role, shared, private, draft) in [
            (ChannelAccountManager, true, true, true),
            (VendorViewer, true, false, false),
            (PartnerAdmin, true, false, false),
            (PartnerViewer, true, false, false),
        ] {
            check(Shared, true, role, shared);
            check(Private, true, role, private);
            check(Shared, false, role, draft);
            check(Private, false, role, draft);
        }
    }
}
