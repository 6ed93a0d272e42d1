//! Companies and their people, set up through the schema by those who would do it.

use jbp::{
    domain::{
        id::{OrganizationId, TierId},
        money::Currency,
        policy::PartnerType,
    },
    service::{
        partnerships::{self, NewPartner, NewPartnership},
        setup::{self, NewVendor},
    },
};
use serde_json::{Value, json};

use super::{Client, TestApp};

/// The password of every first admin of a vendor.
pub const PASSWORD: &str = "correct horse battery";

/// A vendor with a programme of three tiers, and one person of each role.
#[derive(Clone, Debug)]
pub struct Vendor {
    /// Its id.
    pub id: String,
    /// `VENDOR_ADMIN`, with [`PASSWORD`].
    pub admin: Client,
    /// `CHANNEL_ACCOUNT_MANAGER`.
    pub manager: Client,
    /// `VENDOR_EXECUTIVE`.
    pub executive: Client,
    /// `VENDOR_VIEWER`.
    pub viewer: Client,
}

/// A partner company in one partnership, and one person of each role; the managers of both sides are on the team.
#[derive(Clone, Debug)]
pub struct Partner {
    /// Its id.
    pub id: String,
    /// The partnership's id.
    pub partnership: String,
    /// `PARTNER_ADMIN`.
    pub admin: Client,
    /// `PARTNER_MANAGER`.
    pub manager: Client,
    /// `PARTNER_EXECUTIVE`.
    pub executive: Client,
    /// `PARTNER_VIEWER`.
    pub viewer: Client,
}

impl TestApp {
    /// A vendor in UTC that counts calendar years and US dollars, with the tiers `STRATEGIC` (planned in full), `GOLD` (light)
    /// and `REGISTERED` (not at all).
    pub async fn vendor(&self, name: &str) -> Vendor {
        let email = address("admin", name);
        let new = NewVendor {
            name: name.to_owned(),
            time_zone: "UTC".to_owned(),
            fiscal_start_month: 1,
            currency: Currency::USD,
            admin_name: format!("{name} admin"),
            admin_email: email.clone(),
            admin_password: PASSWORD.to_owned(),
        };
        let (vendor, _admin) = setup::create_vendor(&self.op, new).await.unwrap();
        let admin = self.as_user(&email);
        for (rank, (code, mode)) in
            [("STRATEGIC", "FULL"), ("GOLD", "LIGHT"), ("REGISTERED", "NONE")].iter().enumerate()
        {
            admin.add_tier(code, rank + 1, mode).await;
        }
        Vendor {
            id: vendor.id.to_string(),
            manager: self.invited(&admin, "manager", name, "CHANNEL_ACCOUNT_MANAGER").await,
            executive: self.invited(&admin, "executive", name, "VENDOR_EXECUTIVE").await,
            viewer: self.invited(&admin, "viewer", name, "VENDOR_VIEWER").await,
            admin,
        }
    }

    /// A partner of `vendor`, in the tier of this code.
    pub async fn partner(
        &self,
        vendor: &Vendor,
        name: &str,
        tier: &str,
        partner_type: &str,
    ) -> Partner {
        let email = address("admin", name);
        let admin = json!({ "name": format!("{name} admin"), "email": email });
        let input = json!({
            "partner": { "organization": { "name": name, "country": "DE", "admin": admin } },
            "tierId": vendor.tier(tier).await,
            "partnerType": partner_type,
        });
        let begun = vendor
            .admin
            .done(
                "mutation($input: CreatePartnershipInput!) { createPartnership(input: $input) {
                    partnership { id partner { id } } errors { code message path }
                } }",
                json!({ "input": input }),
            )
            .await;
        let partnership = id_of(&begun["partnership"]);
        let admin = self.as_user(&email);
        let partner = Partner {
            id: id_of(&begun["partnership"]["partner"]),
            manager: self.invited(&admin, "manager", name, "PARTNER_MANAGER").await,
            executive: self.invited(&admin, "executive", name, "PARTNER_EXECUTIVE").await,
            viewer: self.invited(&admin, "viewer", name, "PARTNER_VIEWER").await,
            partnership,
            admin,
        };
        vendor.admin.add_to_team(&partner.partnership, &vendor.manager.user_id().await).await;
        partner.admin.add_to_team(&partner.partnership, &partner.manager.user_id().await).await;
        partner
    }

    /// Makes a known partner a reseller of a second vendor, which is an operator's act; gives the new partnership's id.
    pub async fn link(&self, vendor: &Vendor, partner: &Partner, tier: &str) -> String {
        let new = NewPartnership {
            vendor: vendor.id.parse::<OrganizationId>().unwrap(),
            partner: NewPartner::Known(partner.id.parse().unwrap()),
            tier: vendor.tier(tier).await.parse::<TierId>().unwrap(),
            partner_type: PartnerType::Reseller,
        };
        partnerships::create(&self.op, new).await.unwrap().partnership.id.to_string()
    }

    /// Somebody whom an admin has just invited.
    pub async fn invited(&self, admin: &Client, who: &str, company: &str, role: &str) -> Client {
        let email = address(who, company);
        let input = json!({ "email": email, "name": format!("{company} {who}"), "role": role });
        admin
            .done(
                "mutation($input: InviteUserInput!) { inviteUser(input: $input) {
                    user { id } errors { code message path }
                } }",
                json!({ "input": input }),
            )
            .await;
        self.as_user(&email)
    }
}

impl Vendor {
    /// The id of the tier of this code.
    pub async fn tier(&self, code: &str) -> String {
        let asked = "{ viewer { organization { tiers { id code } } } }";
        let answer = self.admin.run(asked, json!({})).await;
        let tiers = answer["viewer"]["organization"]["tiers"].as_array().unwrap();
        let tier = tiers.iter().find(|tier| tier["code"] == code);
        id_of(tier.unwrap_or_else(|| panic!("no tier {code}")))
    }
}

impl Vendor {
    /// Adds values, each perhaps a part of another, to a dimension; gives their ids.
    pub async fn add_values(
        &self,
        dimension: &str,
        values: &[(&str, Option<&str>)],
    ) -> Vec<String> {
        let values = values
            .iter()
            .map(|(code, parent)| json!({ "code": code, "name": code, "parentCode": parent }));
        let input = json!({ "dimension": dimension, "values": values.collect::<Value>() });
        let added = self
            .admin
            .done(
                "mutation($input: AddDimensionValuesInput!) { addDimensionValues(input: $input) {
                    values { id } errors { code message path }
                } }",
                json!({ "input": input }),
            )
            .await;
        added["values"].as_array().unwrap().iter().map(id_of).collect()
    }
}

impl Client {
    /// The person's id.
    pub async fn user_id(&self) -> String {
        id_of(&self.run("{ viewer { user { id } } }", json!({})).await["viewer"]["user"])
    }

    /// Opens an endpoint for the own company, about to be told that it works: its id, where it begins, and the delivery.
    pub async fn endpoint(&self) -> [Value; 3] {
        let create = "mutation {
            createWebhookEndpoint(input: { url: \"https://crm.somewhere.example/\" }) {
                endpoint { id cursor } errors { code message path }
            }
        }";
        let mut made = self.done(create, json!({})).await["endpoint"].take();
        let test = "mutation($id: ID!) { sendTestWebhook(input: { endpointId: $id }) {
            delivery { id } errors { code message path }
        } }";
        let mut told = self.done(test, json!({ "id": made["id"] })).await;
        [made["id"].take(), made["cursor"].take(), told["delivery"]["id"].take()]
    }

    /// The names of those people of a company whom this person knows, oldest first.
    pub async fn people_of(&self, organization: &str) -> Vec<String> {
        let asked = "query($id: ID!) { node(id: $id) { ... on Organization {
            users(first: 100) { totalCount nodes { name } }
        } } }";
        let node = self.run(asked, json!({ "id": organization })).await["node"].take();
        let found = node["users"]["nodes"].as_array().unwrap();
        assert_eq!(node["users"]["totalCount"], found.len());
        found.iter().map(|user| user["name"].as_str().unwrap().to_owned()).collect()
    }

    /// Puts somebody of the own company on a team.
    pub async fn add_to_team(&self, partnership: &str, user: &str) {
        self.done(
            "mutation($input: AddTeamMemberInput!) { addTeamMember(input: $input) {
                errors { code message path }
            } }",
            json!({ "input": { "partnershipId": partnership, "userId": user } }),
        )
        .await;
    }

    /// Adds a tier with the usual policy of a planning mode; gives its id.
    pub async fn add_tier(&self, code: &str, rank: usize, mode: &str) -> String {
        let tier = self
            .done(
                "mutation($input: CreateTierInput!) { createTier(input: $input) {
                    tier { id } errors { code message path }
                } }",
                json!({ "input": { "code": code, "name": code, "rank": rank } }),
            )
            .await;
        let id = id_of(&tier["tier"]);
        self.done(
            "mutation($input: SetPlanningPolicyInput!) { setPlanningPolicy(input: $input) {
                errors { code message path }
            } }",
            json!({ "input": { "tierId": id, "policy": { "mode": mode } } }),
        )
        .await;
        id
    }
}

/// The address of somebody at a company: `admin@northwind.example`.
pub fn address(who: &str, company: &str) -> String {
    format!("{who}@{}.example", company.to_lowercase().replace(' ', "-"))
}

/// The id of an object.
pub fn id_of(object: &Value) -> String {
    object["id"].as_str().unwrap_or_else(|| panic!("no id: {object}")).to_owned()
}
