//! Vendors with a programme, and the two people who write every plan.

use chrono::TimeDelta;
use jbp::{
    domain::{
        actor::Role,
        id::{OrganizationId, PartnershipId, TierId, UserId},
        money::Currency,
        policy::{PartnerType, PlanningPolicy},
        target::Dimension,
    },
    error::{Error, Result},
    op::Op,
    service::{
        dimensions::{self, NewValue},
        partnerships::{self, NewPartner, NewPartnership},
        programmes::{self, NewPolicy, NewTier},
        sessions,
        setup::{self, NewVendor},
        teams,
        users::{self, NewUser},
    },
};

/// What each dimension can say.
pub const VALUES: [(Dimension, [&str; 4]); 3] = [
    (Dimension::ProductLine, ["STORAGE", "NETWORK", "COMPUTE", "SERVICES"]),
    (Dimension::Segment, ["ENTERPRISE", "MID_MARKET", "PUBLIC", "SMALL"]),
    (Dimension::Geography, ["DE", "SE", "ES", "NL"]),
];

/// A vendor, and those who act for it.
pub struct Vendor {
    /// Its number, from 1.
    pub number: usize,
    /// The vendor.
    pub id: OrganizationId,
    /// Its admin, acting.
    pub admin: Op,
    /// The one tier of its programme.
    pub tier: TierId,
    /// Who manages all its partners.
    pub manager: UserId,
}

impl Vendor {
    fn manager_email(&self) -> String {
        format!("manager{}@vendor.example", self.number)
    }

    /// The channel account manager, acting, with the teams of this moment.
    pub async fn manager(&self, op: &Op) -> Result<Op> {
        acting(op, &self.manager_email()).await
    }
}

/// A partnership, and who acts for the partner.
pub struct Partner {
    /// The partnership.
    pub partnership: PartnershipId,
    /// The partner's admin, acting.
    pub admin: Op,
    /// The same as the owner of something.
    pub owner: UserId,
}

async fn acting(op: &Op, email: &str) -> Result<Op> {
    let actor = sessions::actor_by_email(op, email).await?;
    actor.map(|actor| op.acting_as(actor)).ok_or(Error::NotFound("user"))
}

/// Sets a vendor up with its programme.
pub async fn found(op: &Op, number: usize) -> Result<Vendor> {
    let admin = format!("admin{number}@vendor.example");
    let new = NewVendor {
        name: format!("Vendor {number}"),
        time_zone: "UTC".to_owned(),
        fiscal_start_month: 1,
        currency: Currency::USD,
        admin_name: "Admin".to_owned(),
        admin_email: admin.clone(),
        admin_password: "measured-and-not-guessed".to_owned(),
    };
    let (vendor, _) = setup::create_vendor(op, new).await?;
    let admin = acting(op, &admin).await?;
    let tier =
        NewTier { vendor: vendor.id, code: "GOLD".to_owned(), name: "Gold".to_owned(), rank: 1 };
    let tier = programmes::create_tier(&admin, tier).await?.id;
    let policy = NewPolicy { tier, partner_type: None, policy: PlanningPolicy::light() };
    programmes::set_policy(&admin, policy).await?;
    for (dimension, codes) in VALUES {
        let values = codes.iter().map(|code| NewValue {
            code: (*code).to_owned(),
            name: code.to_lowercase(),
            parent_code: None,
        });
        dimensions::add_values(&admin, vendor.id, dimension, values.collect()).await?;
    }
    let manager = NewUser {
        organization: vendor.id,
        email: format!("manager{number}@vendor.example"),
        name: "Manager".to_owned(),
        role: Role::ChannelAccountManager,
    };
    let manager = users::invite(&admin, manager).await?.user.id;
    Ok(Vendor { number, id: vendor.id, admin, tier, manager })
}

/// Begins a partnership with a new partner.
pub async fn begin(op: &Op, vendor: &Vendor, at: usize) -> Result<Partner> {
    let email = format!("admin{}-{at}@partner.example", vendor.number);
    let new = NewPartnership {
        vendor: vendor.id,
        partner: NewPartner::Fresh {
            name: format!("Partner {at:03} of {}", vendor.number),
            country: Some("DE".to_owned()),
            admin_name: "Partner admin".to_owned(),
            admin_email: email.clone(),
        },
        tier: vendor.tier,
        partner_type: PartnerType::Reseller,
    };
    let partnership = partnerships::create(&vendor.admin, new).await?.partnership.id;
    teams::add(&vendor.admin, partnership, vendor.manager).await?;
    let admin = acting(op, &email).await?;
    let owner = admin.member()?.user().ok_or(Error::NotFound("user"))?;
    Ok(Partner { partnership, admin, owner })
}

/// A token of the channel account manager, good for a month.
pub async fn token(op: &Op, vendor: &Vendor) -> Result<String> {
    let session =
        sessions::open_session_for(op, &vendor.manager_email(), TimeDelta::days(30)).await?;
    Ok(session.access_token)
}
