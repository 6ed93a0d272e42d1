//! Beginning a plan, and who sees it.

use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{
    Client, GivenPlan, TestApp,
    given::{Partner, Vendor},
    planning::plan_mutation,
};

const CREATE: &str = "mutation($input: CreatePlanInput!) { createPlan(input: $input) {
    plan { id name mode state periodKind startsOn endsOn currency revision draftedBy viewerActions }
    errors { code message path }
} }";

fn year(partner: &Partner) -> Value {
    json!({
        "partnershipId": partner.partnership, "name": "Plan",
        "periodKind": "FISCAL_YEAR", "startsOn": "2026-01-01",
    })
}

fn dated(partner: &Partner, kind: &str, starts_on: &str, ends_on: Option<&str>) -> Value {
    let mut input = year(partner);
    input["periodKind"] = json!(kind);
    input["startsOn"] = json!(starts_on);
    input["endsOn"] = json!(ends_on);
    json!({ "input": input })
}

async fn two(app: &TestApp, tier: &str) -> (Vendor, Partner) {
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", tier, "RESELLER").await;
    (northwind, acme)
}

async fn n_plans(client: &Client) -> Value {
    client.run("{ plans { totalCount } }", json!({})).await["plans"]["totalCount"].take()
}

#[tokio::test]
async fn a_plan_begins_as_a_draft_of_one_side() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let made = northwind.manager.done(CREATE, json!({ "input": year(&acme) })).await;
    let mut plan = made["plan"].clone();
    assert!(plan["id"].take().as_str().unwrap().starts_with("plan_"));
    assert_eq!(
        plan,
        json!({
            "id": null, "name": "Plan", "mode": "FULL", "state": "DRAFT", "periodKind": "FISCAL_YEAR",
            "startsOn": "2026-01-01", "endsOn": "2026-12-31", "currency": "USD", "revision": 1,
            "draftedBy": "VENDOR",
            "viewerActions": ["EDIT", "DISCARD", "SHARE", "SET_EXCHANGE_RATE", "NOTE", "COMMENT"],
        })
    );
    let made = acme.manager.done(CREATE, json!({ "input": year(&acme) })).await;
    assert_eq!(made["plan"]["draftedBy"], "PARTNER");
}

#[tokio::test]
async fn the_period_follows_the_vendors_calendar() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let begin = async |month: i32, kind: &str, starts_on: &str, ends_on: Option<&str>| {
        let settings = "mutation($month: Int) { setVendorSettings(input: { fiscalStartMonth: $month }) { errors { code } } }";
        northwind.admin.done(settings, json!({ "month": month })).await;
        let variables = dated(&acme, kind, starts_on, ends_on);
        let answer = northwind.manager.run(CREATE, variables).await;
        let plan = &answer["createPlan"]["plan"];
        if let Some(ends_on) = plan["endsOn"].as_str() {
            return ends_on.to_owned();
        }
        let error = &answer["createPlan"]["errors"][0];
        let (path, message) = (error["path"][0].as_str(), error["message"].as_str());
        format!("{}: {}", path.unwrap(), message.unwrap())
    };
    for (month, kind, starts_on, ends_on, expected) in [
        (1, "FISCAL_YEAR", "2026-01-01", None, "2026-12-31"),
        (2, "FISCAL_YEAR", "2026-02-01", None, "2027-01-31"),
        (4, "FISCAL_YEAR", "2026-04-01", Some("2027-03-31"), "2027-03-31"),
        (9, "FISCAL_YEAR", "2027-09-01", None, "2028-08-31"),
        (9, "HALF_YEAR", "2027-09-01", None, "2028-02-29"),
        (9, "HALF_YEAR", "2027-03-01", None, "2027-08-31"),
        (1, "CUSTOM", "2026-02-10", Some("2026-05-09"), "2026-05-09"),
        (1, "CUSTOM", "2026-02-10", Some("2028-02-09"), "2028-02-09"),
    ] {
        assert_eq!(begin(month, kind, starts_on, ends_on).await, expected, "{month} {kind}");
    }
    let mut told = Vec::new();
    for (month, kind, starts_on, ends_on) in [
        (2, "FISCAL_YEAR", "2026-01-01", None),
        (1, "FISCAL_YEAR", "2026-01-02", None),
        (1, "FISCAL_YEAR", "2026-01-01", Some("2026-12-30")),
        (9, "HALF_YEAR", "2026-01-01", None),
        (1, "CUSTOM", "2026-02-10", None),
        (1, "CUSTOM", "2026-02-10", Some("2026-02-09")),
        (1, "CUSTOM", "2026-02-10", Some("2026-04-09")),
        (1, "CUSTOM", "2026-01-01", Some("2030-12-31")),
    ] {
        told.push(begin(month, kind, starts_on, ends_on).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    startsOn: startsOn: 2026-01-01 is not the first day of a fiscal year or half-year that starts in month 2
    startsOn: startsOn: 2026-01-02 is not the first day of a fiscal year or half-year that starts in month 1
    endsOn: endsOn: 2026-12-30 is not its last day, which is 2026-12-31
    startsOn: startsOn: 2026-01-01 is not the first day of a fiscal year or half-year that starts in month 9
    endsOn: endsOn: a custom period needs its last day
    endsOn: endsOn: 2026-02-09 is before the start
    endsOn: endsOn: 2026-04-09 makes the period shorter than 3 months
    endsOn: endsOn: 2030-12-31 makes the period longer than 24 months
    ");
    assert_eq!(n_plans(&northwind.admin).await, 8);
}

#[tokio::test]
async fn what_is_not_offered_needs_an_admin_with_a_reason() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "REGISTERED").await;
    let with_reason = |reason: &str| {
        let mut input = year(&acme);
        input["overrideReason"] = json!(reason);
        json!({ "input": input })
    };
    let mut told = Vec::new();
    for client in [&northwind.admin, &acme.admin] {
        told.push(client.refused(CREATE, json!({ "input": year(&acme) })).await);
    }
    for client in [&northwind.manager, &acme.admin] {
        told.push(client.refused(CREATE, with_reason("strategic in Peru")).await);
    }
    for reason in ["", "a\0b"] {
        told.push(northwind.admin.refused(CREATE, with_reason(reason)).await);
    }
    assert_snapshot!(told.join("\n"), @r"
    PLANNING_NOT_OFFERED: the programme offers no plan to this tier; a vendor admin can override with a reason
    PLANNING_NOT_OFFERED: the programme offers no plan to this tier; a vendor admin can override with a reason
    FORBIDDEN: only a vendor admin overrides the programme
    FORBIDDEN: only a vendor admin overrides the programme
    VALIDATION_FAILED at overrideReason: overrideReason: must not be empty
    VALIDATION_FAILED at overrideReason: overrideReason: has the control character U+0000
    ");
    assert_eq!(n_plans(&northwind.admin).await, 0);

    let made = northwind.admin.done(CREATE, with_reason("strategic in Peru")).await;
    assert_eq!(made["plan"]["mode"], "FULL");
    let plan = json!({ "id": made["plan"]["id"] });
    let history = "query($id: ID!) { plan(id: $id) { history { nodes { action after } } } }";
    let found = northwind.admin.run(history, plan).await;
    let after = found["plan"]["history"]["nodes"][0]["after"].as_str().unwrap();
    assert!(after.contains("strategic in Peru"), "{after}");
}

#[tokio::test]
async fn a_reason_for_what_is_offered_anyway_is_checked_all_the_same() {
    let app = TestApp::start().await;
    let (_, acme) = two(&app, "STRATEGIC").await;
    let mut input = year(&acme);
    input["overrideReason"] = json!("a\0b");
    let refused = acme.manager.refused(CREATE, json!({ "input": input })).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at overrideReason: overrideReason: has the control character U+0000");
}

#[tokio::test]
async fn plans_are_drafted_by_those_who_work_on_the_partnership() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let globex = app.partner(&northwind, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let input = json!({ "input": year(&acme) });
    let forbidden = "FORBIDDEN: plans are drafted by admins and the partnership's managers";
    for (client, refused) in [
        (&northwind.executive, forbidden),
        (&northwind.viewer, forbidden),
        (&acme.executive, forbidden),
        (&acme.viewer, forbidden),
        (&globex.admin, "NOT_FOUND: partnership not found"),
        (&contoso.admin, "NOT_FOUND: partnership not found"),
    ] {
        assert_eq!(client.refused(CREATE, input.clone()).await, refused, "{}", client.email());
    }
    assert_eq!(
        app.as_stranger().refused(CREATE, input.clone()).await,
        "UNAUTHENTICATED: sign in first"
    );
    assert_eq!(n_plans(&northwind.admin).await, 0);
    for client in [&northwind.admin, &northwind.manager, &acme.admin, &acme.manager] {
        client.done(CREATE, input.clone()).await;
    }
}

#[tokio::test]
async fn the_same_key_makes_one_plan() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let mut input = year(&acme);
    input["idempotencyKey"] = json!("draft-1");
    let first = northwind.manager.done(CREATE, json!({ "input": input })).await;
    let again = northwind.manager.done(CREATE, json!({ "input": input })).await;
    assert_eq!(first, again);
    assert_eq!(n_plans(&northwind.admin).await, 1);
    input["name"] = json!("Another");
    let refused = northwind.manager.refused(CREATE, json!({ "input": input })).await;
    assert_snapshot!(refused, @"IDEMPOTENCY_CONFLICT at idempotencyKey: the idempotency key `draft-1` was used with another input");
    assert_eq!(n_plans(&northwind.admin).await, 1);
}

/// Whether somebody learns anything of a plan: by query, as a node, in lists, counts and events.
async fn knows(client: &Client, plan: &GivenPlan) -> bool {
    let query = "query($id: ID!) {
        plan(id: $id) { id }
        node(id: $id) { id }
        nodes(ids: [$id]) { id }
        plans { totalCount nodes { id } }
        viewer { plans { totalCount } }
        events(first: 100) { edges { cursor } pageInfo { hasNextPage } }
    }";
    let seen = client.run(query, json!({ "id": plan.id })).await;
    let nothing = json!({
        "plan": null, "node": null, "nodes": [null],
        "plans": { "totalCount": 0, "nodes": [] },
        "viewer": { "plans": { "totalCount": 0 } },
        "events": { "edges": [], "pageInfo": { "hasNextPage": false } },
    });
    if seen == nothing {
        return false;
    }
    assert_eq!(seen["plan"]["id"], json!(plan.id), "{seen}");
    assert_eq!(seen["node"]["id"], json!(plan.id), "{seen}");
    assert_eq!(seen["plans"]["totalCount"], 1, "{seen}");
    true
}

#[tokio::test]
async fn a_draft_is_known_to_the_drafting_side_alone() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let plan = northwind.plan(&acme).full().draft().await;
    for (client, expected) in [
        (&northwind.admin, true),
        (&northwind.manager, true),
        (&northwind.executive, true),
        (&northwind.viewer, false),
        (&acme.admin, false),
        (&acme.manager, false),
        (&acme.executive, false),
        (&acme.viewer, false),
    ] {
        assert_eq!(knows(client, &plan).await, expected, "{}", client.email());
    }
    plan.change(&northwind.manager, "sharePlan", json!({})).await;
    for client in [&northwind.viewer, &acme.admin, &acme.viewer] {
        assert!(knows(client, &plan).await, "{}", client.email());
    }
}

#[tokio::test]
async fn what_was_done_to_a_draft_stays_with_the_side_that_did_it() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let history = "history(first: 100) { totalCount nodes { action } }";
    let theirs = plan.read(&acme.admin, history).await;
    assert_eq!(theirs, json!({ "totalCount": 1, "nodes": [{ "action": "sharePlan" }] }));
    let own = plan.read(&northwind.manager, history).await;
    assert_eq!(own["totalCount"], 9);
    assert_eq!(own["nodes"][8]["action"], "createPlan");
    let kinds =
        "{ events(first: 100) { edges { node { __typename ... on PlanChanged { kind } } } } }";
    let seen = acme.admin.run(kinds, json!({})).await;
    assert_eq!(
        seen["events"]["edges"],
        json!([{ "node": { "__typename": "PlanChanged", "kind": "PLAN_SHARED" } }])
    );
}

#[tokio::test]
async fn a_partners_draft_is_its_own_too() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let plan = northwind.plan(&acme).full().drafted_by(&acme.manager).await;
    for (client, expected) in [
        (&acme.executive, true),
        (&acme.viewer, false),
        (&northwind.admin, false),
        (&northwind.manager, false),
    ] {
        assert_eq!(knows(client, &plan).await, expected, "{}", client.email());
    }
    // A vendor who guesses its id changes nothing.
    for mutation in ["sharePlan", "discardPlan", "proposePlan"] {
        let input = json!({ "expectedRevision": 1 });
        let refused = plan.refused(&northwind.admin, mutation, input).await;
        assert_eq!(refused, "NOT_FOUND: plan not found", "{mutation}");
    }
}

#[tokio::test]
async fn a_discarded_draft_was_never_known_to_the_other_side() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let plan = northwind.plan(&acme).draft().await;
    plan.change(&northwind.manager, "discardPlan", json!({})).await;
    assert_eq!(plan.read(&northwind.admin, "state").await, "WITHDRAWN");
    assert!(!knows(&acme.admin, &plan).await);
    let refused = plan.refused(&northwind.manager, "sharePlan", json!({})).await;
    assert_snapshot!(refused, @"INVALID_TRANSITION: sharing is not possible while the plan is withdrawn");
}

#[tokio::test]
async fn both_sides_write_a_shared_plan_and_neither_loses_anything() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let seen = plan.revision().await;
    let edit = |name: &str| json!({ "name": name, "expectedRevision": seen });
    plan.change(&acme.manager, "editPlan", edit("Acme's words")).await;

    let query = "mutation($input: EditPlanInput!) { editPlan(input: $input) { plan { id } errors {
        __typename code message path
        ... on RevisionConflict { expectedRevision currentRevision current { id ... on Plan { name revision } } }
    } } }";
    let mut input = edit("Northwind's words");
    input["planId"] = json!(plan.id);
    let answer = northwind.manager.run(query, json!({ "input": input })).await;
    let seen = seen.as_i64().unwrap();
    assert_eq!(
        answer["editPlan"],
        json!({ "plan": null, "errors": [{
            "__typename": "RevisionConflict", "code": "REVISION_CONFLICT",
            "message": format!("the plan is at revision {}, not {seen}", seen + 1),
            "path": ["expectedRevision"],
            "expectedRevision": seen, "currentRevision": seen + 1,
            "current": { "id": plan.id, "name": "Acme's words", "revision": seen + 1 },
        }] })
    );
    assert_eq!(plan.read(&northwind.manager, "name").await, "Acme's words");
    plan.change(&northwind.manager, "editPlan", json!({ "name": "Ours" })).await;
    assert_eq!(plan.read(&acme.viewer, "name").await, "Ours");
}

#[tokio::test]
async fn a_negotiated_plan_can_be_given_up() {
    let app = TestApp::start().await;
    let (northwind, acme) = two(&app, "STRATEGIC").await;
    let plan = northwind.plan(&acme).full().shared().await;
    let refused = plan.refused(&acme.manager, "withdrawPlan", json!({ "reason": " " })).await;
    assert_snapshot!(refused, @"VALIDATION_FAILED at reason: reason: must not be empty");
    plan.change(&acme.manager, "withdrawPlan", json!({ "reason": "budget" })).await;
    assert_eq!(plan.read(&northwind.viewer, "state").await, "WITHDRAWN");
    let kept =
        plan.read(&northwind.viewer, "history(first: 1) { nodes { action side after } }").await;
    assert_eq!(
        kept["nodes"],
        json!([{ "action": "withdrawPlan", "side": "PARTNER", "after": "{\"reason\":\"budget\"}" }])
    );
    let query = plan_mutation("editPlan").replace(
        "errors { code message path }",
        "errors { code ... on InvalidTransition { from action allowed } }",
    );
    let input =
        json!({ "planId": plan.id, "expectedRevision": plan.revision().await, "name": "x" });
    let answer = acme.manager.run(&query, json!({ "input": input })).await;
    assert_eq!(
        answer["editPlan"]["errors"],
        json!([{ "code": "INVALID_TRANSITION", "from": "WITHDRAWN", "action": "EDIT", "allowed": ["NOTE", "COMMENT"] }])
    );
}
