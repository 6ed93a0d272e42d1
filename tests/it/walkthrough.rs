//! The mission, end to end, over the real doors: agree a plan, feed it activity, watch progress and alerts from both sides.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    Client, TestApp,
    house::{House, Listener},
};

/// What both sides must hear within.
const AT_ONCE: Duration = Duration::from_secs(1);

const PLAN_EVENTS: &str = "subscription($ids: [ID!]!) { planEvents(planIds: $ids) { __typename
    ... on PlanChanged { kind plan { state } }
    ... on ProgressChanged { recorded targets { name progress { actual status } } }
    ... on AlertChanged { kind alert { rule message } } } }";

const ALERTS: &str = "subscription { alertEvents { __typename ... on AlertChanged { kind alert { rule message plan { id } } } } }";

const PROGRESS: &str = "subscription($id: ID!) { progress(planId: $id) { progress { score total { revenue { amount } } } } }";

/// What is known of a plan: id and revision.
struct Known<'a> {
    house: &'a House,
    id: String,
    revision: i64,
}

impl Known<'_> {
    /// Changes the plan by a mutation whose input takes the revision; the fields of `input` come beside it.
    async fn changes(&mut self, who: &Client, mutation: &str, mut input: Value) {
        let mut chars = mutation.chars();
        let verb: String = chars.next().unwrap().to_uppercase().chain(chars).collect();
        let query = format!(
            "mutation($input: {verb}Input!) {{ {mutation}(input: $input) {{ plan {{ revision }} errors {{ code message path }} }} }}"
        );
        input["expectedRevision"] = json!(self.revision);
        let payload = self.house.does(who, &query, json!({ "input": input })).await;
        self.revision = payload["plan"]["revision"].as_i64().unwrap();
    }

    async fn adds_target(&mut self, who: &Client, target: Value) {
        let input = json!({ "planId": self.id, "target": target });
        self.changes(who, "addTarget", input).await;
    }

    async fn adds_commitment(&mut self, who: &Client, commitment: Value) {
        let input = json!({ "planId": self.id, "commitment": commitment });
        self.changes(who, "addCommitment", input).await;
    }

    async fn is_proposed(&self, who: &Client) -> Value {
        let query = "mutation($input: ProposePlanInput!) { proposePlan(input: $input) {
            plan { state revision proposedVersion }
            errors { code ... on NotReady { blockers { code path } } } } }";
        let input = json!({ "planId": self.id, "expectedRevision": self.revision });
        self.house.ask(who, query, json!({ "input": input })).await["proposePlan"].clone()
    }

    async fn is_signed(&self, who: &Client) -> Value {
        let asked = "query($id: ID!) { plan(id: $id) { versions { number hash } } }";
        let versions = self.house.ask(who, asked, json!({ "id": self.id })).await;
        let version = versions["plan"]["versions"].as_array().unwrap().last().unwrap().clone();
        let query = "mutation($input: SignPlanInput!) { signPlan(input: $input) {
            plan { state } errors { code message } } }";
        let input =
            json!({ "planId": self.id, "version": version["number"], "hash": version["hash"] });
        self.house.does(who, query, json!({ "input": input })).await["plan"]["state"].clone()
    }
}

fn codes(errors: &Value) -> Vec<&str> {
    let blockers = errors[0]["blockers"].as_array().unwrap();
    blockers.iter().map(|blocker| blocker["code"].as_str().unwrap()).collect()
}

async fn follow_all(socket: &mut Listener, plan: &str) {
    socket.follow("events", PLAN_EVENTS, json!({ "ids": [plan] })).await;
    socket.follow("alerts", ALERTS, json!({})).await;
    socket.follow("progress", PROGRESS, json!({ "id": plan })).await;
}

#[tokio::test]
async fn a_plan_is_agreed_fed_with_activity_and_watched_from_both_sides() {
    let app = TestApp::start().await;
    let house = app.open_doors().await;
    let vendor = app.vendor("Northwind").await;
    let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
    let rival = app.partner(&vendor, "Rival", "STRATEGIC", "RESELLER").await;

    // The vendor drafts; nobody at the partner knows.
    let created = house
        .does(
            &vendor.manager,
            "mutation($input: CreatePlanInput!) { createPlan(input: $input) { plan { id revision state } errors { code } } }",
            json!({ "input": { "partnershipId": acme.partnership, "name": "Acme 2026",
                "periodKind": "FISCAL_YEAR", "startsOn": "2026-01-01" } }),
        )
        .await;
    let mut plan = Known {
        house: &house,
        id: created["plan"]["id"].as_str().unwrap().to_owned(),
        revision: created["plan"]["revision"].as_i64().unwrap(),
    };
    assert_eq!(created["plan"]["state"], "DRAFT");
    let seen = "query($id: ID!) { plan(id: $id) { state } node(id: $id) { id } }";
    let unseen = json!({ "plan": null, "node": null });
    assert_eq!(house.ask(&acme.manager, seen, json!({ "id": plan.id })).await, unseen);

    plan.adds_target(
        &vendor.manager,
        json!({ "name": "Revenue", "metric": "REVENUE", "amount": "1000000.00",
            "phasing": { "quarterlyWeights": ["15", "20", "25", "40"] } }),
    )
    .await;
    let share = json!({ "planId": plan.id });
    plan.changes(&vendor.manager, "sharePlan", share).await;

    // Four sockets open, the rival's among them, all the while.
    let mut vendor_socket = house.socket(&vendor.manager).await;
    let mut acme_socket = house.socket(&acme.manager).await;
    let mut rival_socket = house.socket(&rival.manager).await;
    for socket in [&mut vendor_socket, &mut acme_socket, &mut rival_socket] {
        follow_all(socket, &plan.id).await;
    }

    // The partner edits, and asks the vendor for something.
    plan.adds_target(
        &acme.manager,
        json!({ "name": "Registrations", "metric": "DEALS_REGISTERED", "amount": "100" }),
    )
    .await;
    let manager = vendor.manager.user_id().await;
    plan.adds_commitment(
        &acme.manager,
        json!({ "title": "Pre-sales engineer", "owedBy": "VENDOR", "ownerId": manager, "dueOn": "2026-09-30",
            "quantity": "120", "terms": { "vendorSupport": "CO_SELL_RESOURCE" } }),
    )
    .await;

    // Not ready: the refusal says what is missing.
    let refused = plan.is_proposed(&vendor.manager).await;
    assert_eq!(refused["plan"], Value::Null);
    assert_eq!(refused["errors"][0]["code"], "NOT_READY");
    let blockers = codes(&refused["errors"]);
    assert!(
        blockers.contains(&"SPONSOR_MISSING") && blockers.contains(&"NO_REVIEW_CADENCE"),
        "{blockers:?}"
    );

    let sponsors = json!({ "planId": plan.id, "vendorSponsorId": vendor.executive.user_id().await,
        "partnerSponsorId": acme.executive.user_id().await });
    plan.changes(&acme.manager, "editPlan", sponsors).await;
    let cadence = json!({ "planId": plan.id, "cadence": "QUARTERLY", "kind": "BUSINESS_REVIEW", "format": "REMOTE" });
    plan.changes(&vendor.manager, "setReviewCadence", cadence).await;
    let owner = acme.manager.user_id().await;
    for (title, quantity, terms) in [
        (
            "Webinars",
            "4",
            json!({ "coMarketing": { "campaignType": "webinar", "mdfAllocated": "10000", "expectedLeads": 200 } }),
        ),
        (
            "Certified engineers",
            "10",
            json!({ "enablement": { "kind": "CERTIFICATION", "code": "NW-100" } }),
        ),
        (
            "Half-year registrations",
            "60",
            json!({ "pipelineMilestone": { "kind": "DEAL_REGISTRATION", "metric": "DEALS_REGISTERED" } }),
        ),
    ] {
        plan.adds_commitment(
            &acme.manager,
            json!({ "title": title, "owedBy": "PARTNER", "ownerId": owner, "dueOn": "2026-12-31",
                "quantity": quantity, "terms": terms }),
        )
        .await;
    }

    let proposed = plan.is_proposed(&acme.manager).await;
    assert_eq!(proposed["errors"], json!([]));
    assert_eq!(proposed["plan"]["state"], "AWAITING_SIGNATURES");

    // Only the executive sponsors sign, and the second signature puts the plan in force.
    assert_eq!(plan.is_signed(&vendor.executive).await, "AWAITING_SIGNATURES");
    assert_eq!(plan.is_signed(&acme.executive).await, "ACTIVE");
    let reviews = house
        .ask(
            &acme.viewer,
            "query($id: ID!) { plan(id: $id) { reviews { scheduledOn } } }",
            json!({ "id": plan.id }),
        )
        .await;
    let days = json!([
        { "scheduledOn": "2026-04-10" }, { "scheduledOn": "2026-07-10" },
        { "scheduledOn": "2026-10-10" }, { "scheduledOn": "2027-01-10" },
    ]);
    assert_eq!(reviews["plan"]["reviews"], days);

    // At half-time 350,000.00 are due and nothing is there: both sides are warned at once.
    let is_behind = |data: &Value| data["alertEvents"]["alert"]["rule"] == "TARGET_BEHIND";
    for socket in [&mut vendor_socket, &mut acme_socket] {
        let warned =
            socket.hears("alerts", AT_ONCE, is_behind).await.expect("a warning within a second");
        assert_eq!(warned["alertEvents"]["alert"]["plan"]["id"], plan.id.as_str());
    }

    // A fact arrives.
    let facts = json!([{ "partnershipId": acme.partnership, "source": "crm", "externalId": "won-1", "kind": "DEAL_WON",
        "occurredOn": "2026-05-15",
        "details": { "deal": { "reference": "D-1", "amount": { "amount": "248901.10", "currency": "USD" } } } }]);
    let recorded = house
        .does(
            &acme.manager,
            "mutation($input: RecordActivitiesInput!) { recordActivities(input: $input) { recorded errors { code } } }",
            json!({ "input": { "activities": facts } }),
        )
        .await;
    assert_eq!(recorded["recorded"], 1);
    for socket in [&mut vendor_socket, &mut acme_socket] {
        let is_progress = |data: &Value| data["planEvents"]["__typename"] == "ProgressChanged";
        let changed =
            socket.hears("events", AT_ONCE, is_progress).await.expect("progress within a second");
        let revenue =
            json!({ "name": "Revenue", "progress": { "actual": "248901.10", "status": "BEHIND" } });
        assert_eq!(changed["planEvents"]["targets"][0], revenue);
        let is_new = |data: &Value| {
            data["progress"]["progress"]["total"]["revenue"]["amount"] == "248901.10"
        };
        assert!(
            socket.hears("progress", AT_ONCE, is_new).await.is_some(),
            "the new figure within a second"
        );
    }

    // More of it, and the warning ends by itself, for both.
    let more = json!([{ "partnershipId": acme.partnership, "source": "crm", "externalId": "won-2", "kind": "DEAL_WON",
        "occurredOn": "2026-06-30",
        "details": { "deal": { "reference": "D-2", "amount": { "amount": "101098.90", "currency": "USD" } } } }]);
    house
        .does(
            &vendor.manager,
            "mutation($input: RecordActivitiesInput!) { recordActivities(input: $input) { recorded errors { code } } }",
            json!({ "input": { "activities": more } }),
        )
        .await;
    let is_over = |data: &Value| data["alertEvents"]["kind"] == "ALERT_RESOLVED";
    for socket in [&mut vendor_socket, &mut acme_socket] {
        let ended =
            socket.hears("alerts", AT_ONCE, is_over).await.expect("the end of it within a second");
        assert_eq!(ended["alertEvents"]["alert"]["rule"], "TARGET_BEHIND");
    }

    // The rival has heard nothing, and reads nothing by any id.
    rival_socket.has_heard_nothing().await;
    let ids = every_id(&house, &vendor.manager, &plan.id, &acme.partnership).await;
    assert!(ids.len() > 15, "{ids:?}");
    let answer = house
        .ask(&rival.admin, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids }))
        .await;
    assert_eq!(answer["nodes"], json!(vec![Value::Null; ids.len()]));
    let lists = "{ plans { totalCount } activities { totalCount } deals { totalCount } alerts { totalCount }
        events { edges { cursor } } portfolio { totalCount } partnerships { totalCount } }";
    let answer = house.ask(&rival.admin, lists, json!({})).await;
    let none = json!({ "totalCount": 0 });
    assert_eq!(
        answer,
        json!({ "plans": none, "activities": none, "deals": none, "alerts": none, "events": { "edges": [] },
            "portfolio": none, "partnerships": { "totalCount": 1 } })
    );
    drop((vendor_socket, acme_socket, rival_socket));
    house.close().await;
}

/// The ids of everything about the plan that one of its own sides can read.
async fn every_id(house: &House, who: &Client, plan: &str, partnership: &str) -> Vec<String> {
    let query = "query($id: ID!, $of: ID!) {
        plan(id: $id) { id targets { id } commitments { id } reviews { id } alerts { nodes { id } }
            activities { nodes { id } } partner { id users { nodes { id } } } }
        deals(filter: { partnershipId: $of }) { nodes { id } } }";
    let answer = house.ask(who, query, json!({ "id": plan, "of": partnership })).await;
    let mut ids = vec![partnership.to_owned()];
    collect(&answer, &mut ids);
    ids
}

fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            ids.extend(fields.get("id").and_then(Value::as_str).map(str::to_owned));
            fields.values().for_each(|value| collect(value, ids));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => {}
    }
}
