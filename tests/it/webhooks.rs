//! Webhooks: a company's own server is told what happens, signed, in order, and nothing that is not its to know.

mod delivering;
mod isolation;
mod kills;
mod managing;
mod order;
mod retention;
mod safety;

use jbp::{domain::webhook::address::Reach, post, worker::deliver::Courier};
use serde_json::{Value, json};

use crate::support::{
    Client, GivenPlan, Partner, TestApp, Vendor,
    given::id_of,
    receiver::{Received, Receiver},
};

/// Anywhere, as only a test may.
const ANYWHERE: Reach = Reach { allows_private: true, allows_http: true };

/// A house with a vendor and a partner who have a shared plan, and webhooks that may go anywhere.
struct House {
    app: TestApp,
    vendor: Vendor,
    acme: Partner,
    plan: GivenPlan,
    courier: Courier,
}

impl House {
    async fn start() -> Self {
        Self::with_reach(ANYWHERE).await
    }

    async fn with_reach(reach: Reach) -> Self {
        let mut app = TestApp::start().await;
        app.op = app.op.with_reach(reach);
        let vendor = app.vendor("Northwind").await;
        let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
        let plan = vendor.plan(&acme).full().shared().await;
        let courier = another_courier(&app, reach).await;
        Self { app, vendor, acme, plan, courier }
    }

    /// Tells everybody what they are to be told now.
    async fn deliver(&self) {
        while self.courier.round().await.unwrap() {}
    }

    /// Something happens to the plan that both sides hear of.
    async fn rename(&self, name: &str) {
        self.plan.change(&self.vendor.manager, "editPlan", json!({ "name": name })).await;
    }

    /// The endpoint as its company's admin sees it.
    async fn endpoint(&self, admin: &Client, id: &str) -> Value {
        let asked = "query($id: ID!) { node(id: $id) { ... on WebhookEndpoint {
            id url kinds plans { id } state disabledAt firstFailedAt lastDeliveredAt cursor previousSecretEndsAt
            createdBy { email } viewerCanAdminister } } }";
        admin.run(asked, json!({ "id": id })).await["node"].take()
    }

    /// What an endpoint was told, the latest first.
    async fn deliveries(&self, admin: &Client, id: &str, filter: Value) -> Vec<Value> {
        let asked = "query($id: ID!, $filter: WebhookDeliveryFilter) { node(id: $id) { ... on WebhookEndpoint {
            deliveries(first: 100, filter: $filter) { totalCount nodes {
                id webhookId purpose status eventId eventKind cursor createdAt nextTryAt finishedAt
                attempts { attemptedAt durationMs statusCode error } endpoint { id }
            } } } } }";
        let found = admin.run(asked, json!({ "id": id, "filter": filter })).await;
        let deliveries = &found["node"]["deliveries"];
        let nodes = deliveries["nodes"].as_array().unwrap().clone();
        assert_eq!(deliveries["totalCount"], nodes.len());
        nodes
    }
}

/// A courier as another process of the house would have one.
async fn another_courier(app: &TestApp, reach: Reach) -> Courier {
    Courier::start(app.op.clone(), post::post(reach).unwrap()).await.unwrap()
}

/// A mutation whose payload is asked for these fields.
fn mutation(name: &str, payload: &str) -> String {
    let (first, rest) = name.split_at(1);
    format!(
        "mutation($input: {}{rest}Input!) {{ {name}(input: $input) {{ {payload} errors {{ code message path }} }} }}",
        first.to_uppercase()
    )
}

/// Makes an endpoint; gives its id and secret.
async fn create(admin: &Client, input: Value) -> (String, String) {
    let query = mutation("createWebhookEndpoint", "endpoint { id } secret");
    let made = admin.done(&query, json!({ "input": input })).await;
    (id_of(&made["endpoint"]), made["secret"].as_str().unwrap().to_owned())
}

/// Does something with an endpoint that must succeed.
async fn does(admin: &Client, name: &str, payload: &str, input: Value) -> Value {
    admin.done(&mutation(name, payload), json!({ "input": input })).await
}

/// Why an admin could not.
async fn refused(admin: &Client, name: &str, input: Value) -> String {
    admin.refused(&mutation(name, ""), json!({ "input": input })).await
}

/// The kinds of what came, in order.
fn kinds(receiver: &Receiver) -> Vec<String> {
    receiver.takes().iter().map(Received::kind).collect()
}
