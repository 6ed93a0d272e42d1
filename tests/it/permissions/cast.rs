//! Everybody who tries, and what they try it on.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, Partner, TestApp, Vendor, given::PASSWORD, planning::bare_mutation,
};

/// Somebody, in a role of a house.
#[derive(Clone)]
pub struct Member {
    /// `the vendor`, `a rival partner`.
    pub house: &'static str,
    /// `admin`, `manager`.
    pub role: &'static str,
    pub client: Client,
}

/// A house in which a vendor and a partner plan, and everybody who might want to have a say.
#[derive(Clone)]
pub struct World {
    pub app: TestApp,
    pub vendor: Vendor,
    pub partner: Partner,
    pub plan: Option<GivenPlan>,
    pub cast: Vec<Member>,
    /// What attempts name by `$name`.
    pub things: BTreeMap<&'static str, Value>,
}

impl World {
    /// Noon of 15 January, before anybody plans.
    pub async fn new() -> Self {
        Box::pin(Self::with_neighbours()).await.0
    }

    /// Also the vendor and the partner of the two neighbouring houses: the rival's, and the other vendor's.
    pub async fn with_neighbours() -> (Self, [(Vendor, Partner); 2]) {
        let app = TestApp::start().await;
        app.set_time("2026-01-15T12:00:00Z");
        let vendor = app.vendor("Northwind").await;
        let partner = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
        let rival = app.partner(&vendor, "Globex", "STRATEGIC", "RESELLER").await;
        let other = app.vendor("Contoso").await;
        let others = app.partner(&other, "Initech", "STRATEGIC", "RESELLER").await;
        let mut world =
            Self { app, vendor, partner, plan: None, cast: Vec::new(), things: BTreeMap::new() };
        world.enter("the vendor", world.vendor.people());
        world.join("the vendor", "CHANNEL_ACCOUNT_MANAGER", "Northwind").await;
        world.open_integration("the vendor").await;
        world.open_endpoint("the vendor").await;
        world.enter("the partner", world.partner.people());
        world.join("the partner", "PARTNER_MANAGER", "Acme").await;
        world.open_integration("the partner").await;
        world.open_endpoint("the partner").await;
        world.enter("a rival partner", rival.people());
        world.open_integration("a rival partner").await;
        world.enter("another vendor", other.people());
        world.open_integration("another vendor").await;
        world.enter("its partner", others.people());
        world.cast.push(Member {
            house: "nobody",
            role: "stranger",
            client: world.app.as_stranger(),
        });
        world.note_companies().await;
        // Everybody's session is open in each copy of this house.
        for member in world.cast.iter().filter(|member| member.house != "nobody") {
            member.client.bearer().await;
        }
        let neighbours = [(world.vendor.clone(), rival), (other, others)];
        (world, neighbours)
    }

    fn enter(&mut self, house: &'static str, people: [(&'static str, Client); 4]) {
        let members = people.into_iter().map(|(role, client)| Member { house, role, client });
        self.cast.extend(members);
    }

    /// A manager who is not on the team.
    async fn join(&mut self, house: &'static str, role: &str, company: &str) {
        let client =
            self.app.invited(&self.admin_of(house), "off-team-manager", company, role).await;
        self.cast.push(Member { house, role: "manager off the team", client });
    }

    /// An integration with every scope.
    async fn open_integration(&mut self, house: &'static str) {
        let create = "mutation { createIntegration(input: { name: \"CRM\",
            scopes: [ACTIVITIES_WRITE, ACTIVITIES_READ, PLANS_READ, EVENTS_READ] }) {
            integration { id } token errors { code message path }
        } }";
        let made = self.admin_of(house).done(create, json!({})).await;
        let client = self.app.as_bearer(made["token"].as_str().unwrap());
        self.cast.push(Member { house, role: "integration", client });
        let thing = match house {
            "the vendor" => "vendorsIntegration",
            "the partner" => "partnersIntegration",
            _ => return,
        };
        self.things.insert(thing, made["integration"]["id"].clone());
    }

    /// An endpoint that is about to be told that it works.
    async fn open_endpoint(&mut self, house: &'static str) {
        let [id, position, told] = self.admin_of(house).endpoint().await;
        let [endpoint, cursor, delivery] = match house {
            "the vendor" => ["vendorsEndpoint", "vendorsCursor", "vendorsDelivery"],
            _ => ["partnersEndpoint", "partnersCursor", "partnersDelivery"],
        };
        self.things.extend([(endpoint, id), (cursor, position), (delivery, told)]);
    }

    fn admin_of(&self, house: &str) -> Client {
        let is_it = |member: &&Member| member.house == house && member.role == "admin";
        self.cast.iter().find(is_it).unwrap().client.clone()
    }

    async fn note_companies(&mut self) {
        let lines = self.vendor.add_values("PRODUCT_LINE", &[("cloud", None), ("edge", None)]);
        let lines = lines.await;
        let asked = "{ viewer { partnerships { nodes { revision } } } }";
        let found = self.partner.admin.run(asked, json!({})).await;
        let revision = found["viewer"]["partnerships"]["nodes"][0]["revision"].clone();
        let session = "mutation($input: SignInInput!) { signIn(input: $input) {
            refreshToken errors { code message path } } }";
        let admin = json!({ "email": self.vendor.admin.email(), "password": PASSWORD });
        let session = self.app.as_stranger().done(session, json!({ "input": admin })).await;
        let off_team = self.cast.iter().filter(|member| member.role == "manager off the team");
        let mut free = Vec::new();
        for member in off_team {
            free.push(member.client.user_id().await);
        }
        let calls =
            ["one", "two"].map(|name| Fact::custom("calls", "1", "2025-12-01").called(name));
        let facts = self.vendor.admin.recorded(&self.partner.partnership, &calls).await;
        let dispute = json!({ "activityId": facts[1], "reason": "no" });
        let dispute = json!({ "input": dispute });
        self.partner.admin.done(&bare_mutation("disputeActivity"), dispute).await;
        self.things.extend([
            ("activity", json!(facts[0])),
            ("disputed", json!(facts[1])),
            ("line", json!(lines[0])),
            ("lines", json!(lines)),
            ("partnership", json!(self.partner.partnership)),
            ("partnershipRevision", revision),
            ("gold", json!(self.vendor.tier("GOLD").await)),
            ("vendorsViewer", json!(self.vendor.viewer.user_id().await)),
            ("partnersViewer", json!(self.partner.viewer.user_id().await)),
            ("vendorsManager", json!(self.vendor.manager.user_id().await)),
            ("partnersManager", json!(self.partner.manager.user_id().await)),
            ("vendorsOther", json!(free[0])),
            ("partnersOther", json!(free[1])),
            ("refreshToken", session["refreshToken"].clone()),
        ]);
    }

    /// The same world in a copy of its house.
    pub fn at(&self, app: &TestApp) -> Self {
        let mut world = self.clone();
        let (vendor, partner) = (&mut world.vendor, &mut world.partner);
        for person in [
            &mut vendor.admin,
            &mut vendor.manager,
            &mut vendor.executive,
            &mut vendor.viewer,
            &mut partner.admin,
            &mut partner.manager,
            &mut partner.executive,
            &mut partner.viewer,
        ]
        .into_iter()
        .chain(world.cast.iter_mut().map(|member| &mut member.client))
        {
            *person = person.at(app);
        }
        let (vendor, partner) = (world.vendor.clone(), world.partner.clone());
        world.plan =
            self.plan.as_ref().map(|plan| GivenPlan { id: plan.id.clone(), vendor, partner });
        Self { app: app.clone(), ..world }
    }

    /// An input in which every `$name` is what it names; none where there is no such thing.
    pub fn fill(&self, input: &Value) -> Option<Value> {
        Some(match input {
            Value::String(text) => match text.strip_prefix('$') {
                Some(name) => self.things.get(name)?.clone(),
                None => input.clone(),
            },
            Value::Array(items) => {
                items.iter().map(|item| self.fill(item)).collect::<Option<Value>>()?
            }
            Value::Object(fields) => fields
                .iter()
                .map(|(name, value)| Some((name.clone(), self.fill(value)?)))
                .collect::<Option<Value>>()?,
            _ => input.clone(),
        })
    }
}

impl Vendor {
    fn people(&self) -> [(&'static str, Client); 4] {
        [
            ("admin", self.admin.clone()),
            ("manager", self.manager.clone()),
            ("executive", self.executive.clone()),
            ("viewer", self.viewer.clone()),
        ]
    }
}

impl Partner {
    fn people(&self) -> [(&'static str, Client); 4] {
        [
            ("admin", self.admin.clone()),
            ("manager", self.manager.clone()),
            ("executive", self.executive.clone()),
            ("viewer", self.viewer.clone()),
        ]
    }
}
