//! Inboxes: what is whose to see to, read and unread.

use serde_json::{Value, json};

use super::{demos, move_to};
use crate::support::{Client, Fact, GivenPlan, TestApp, given::id_of, planning::custom};

const MARK: &str = "mutation($ids: [ID!]!) { markAlertsRead(input: { alertIds: $ids }) {
    results { index alert { isRead } errors { code } } errors { code message path }
} }";

/// Somebody's inbox under a filter: rules, and whether they are read; what asked last first.
async fn inbox(client: &Client, filter: &str) -> Vec<String> {
    let query = format!(
        "{{ viewer {{ inbox(filter: {{ {filter} }}) {{ nodes {{ rule isRead }} totalCount }} }} }}"
    );
    let found = client.run(&query, json!({})).await["viewer"]["inbox"].take();
    let rows = found["nodes"].as_array().unwrap();
    assert_eq!(found["totalCount"], rows.len());
    let line = |row: &Value| {
        let read = if row["isRead"] == true { " read" } else { "" };
        format!("{}{read}", row["rule"].as_str().unwrap())
    };
    rows.iter().map(line).collect()
}

async fn unread(client: &Client) -> Value {
    client.run("{ viewer { unreadAlertCount } }", json!({})).await["viewer"]["unreadAlertCount"]
        .take()
}

async fn id(plan: &GivenPlan, client: &Client, rule: &str) -> String {
    let field = format!("alerts(filter: {{ rules: [{rule}] }}) {{ nodes {{ id }} }}");
    id_of(&plan.read(client, &field).await["nodes"][0])
}

#[tokio::test]
async fn an_inbox_holds_what_is_its_owners_to_see_to() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    let rival = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let sketch = plan.vendor.plan(&rival).light().with_target(custom("demos", "1200"));
    sketch.active().await;
    let off_team =
        app.invited(&plan.vendor.admin, "off-team", "Northwind", "CHANNEL_ACCOUNT_MANAGER").await;
    move_to(&app, "2026-01-24").await;
    let both = ["FEED_SILENT", "TARGET_BEHIND"];
    let mut vendors = inbox(&plan.vendor.manager, "").await;
    vendors.sort();
    assert_eq!(vendors, ["FEED_SILENT", "FEED_SILENT", "TARGET_BEHIND", "TARGET_BEHIND"]);
    assert_eq!(unread(&plan.vendor.admin).await, 4);
    let only = format!("partnerId: \"{}\"", rival.id);
    assert_eq!(inbox(&plan.vendor.manager, &only).await.len(), 2);
    for member in [&plan.partner.manager, &plan.partner.admin, &rival.manager] {
        let mut found = inbox(member, "").await;
        found.sort();
        assert_eq!(found, both);
    }
    // Those who neither work on the plan nor sponsor it have nothing to see to.
    for other in [&off_team, &plan.vendor.viewer, &plan.partner.viewer, &plan.vendor.executive] {
        assert_eq!(inbox(other, "").await, Vec::<String>::new());
        assert_eq!(unread(other).await, 0);
    }
    for (filter, expected) in [
        ("severities: [CRITICAL]", vec!["TARGET_BEHIND"]),
        ("rules: [FEED_SILENT]", vec!["FEED_SILENT"]),
        ("states: [SNOOZED]", vec![]),
        ("states: [RESOLVED]", vec![]),
        ("isRead: true", vec![]),
    ] {
        assert_eq!(inbox(&plan.partner.manager, filter).await, expected, "{filter}");
    }
    let of_plan = format!("planId: \"{}\"", plan.id);
    assert_eq!(inbox(&plan.vendor.manager, &of_plan).await.len(), 2);
    assert_eq!(inbox(&rival.manager, &of_plan).await.len(), 0);
}

#[tokio::test]
async fn what_one_has_read_the_other_has_not_and_what_asks_anew_is_unread() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-19").await;
    let (manager, admin) = (&plan.vendor.manager, &plan.vendor.admin);
    let own = id(&plan, manager, "TARGET_BEHIND").await;
    let theirs = id(&plan, &plan.partner.manager, "TARGET_BEHIND").await;
    let marked = manager.done(MARK, json!({ "ids": [own, theirs] })).await;
    assert_eq!(
        marked["results"],
        json!([
            { "index": 0, "alert": { "isRead": true }, "errors": [] },
            { "index": 1, "alert": null, "errors": [{ "code": "NOT_FOUND" }] },
        ])
    );
    assert_eq!((unread(manager).await, unread(admin).await), (json!(0), json!(1)));
    assert_eq!(inbox(manager, "isRead: true").await, ["TARGET_BEHIND read"]);
    assert_eq!(inbox(admin, "isRead: false").await, ["TARGET_BEHIND"]);
    assert_eq!(unread(&plan.partner.manager).await, 1);

    // Brought before the sponsor, and returned, it asks anew.
    move_to(&app, "2026-01-24").await;
    assert_eq!(inbox(manager, "rules: [TARGET_BEHIND], isRead: false").await, ["TARGET_BEHIND"]);
    manager.done(MARK, json!({ "ids": [own] })).await;
    assert_eq!(unread(manager).await, 1);
    for quantity in ["500", "-500"] {
        let fact = Fact::custom("demos", quantity, "2026-01-18").called(quantity);
        manager.recorded(&plan.partner.partnership, &[fact]).await;
    }
    assert_eq!(inbox(manager, "isRead: false").await, ["TARGET_BEHIND", "FEED_SILENT"]);
    assert_eq!(unread(manager).await, 2);

    // Given to somebody, it is news to that person; whoever takes note of it has read it.
    manager.done(MARK, json!({ "ids": [own] })).await;
    let assign =
        "mutation($id: ID!, $to: ID!) { assignAlert(input: { alertId: $id, assigneeId: $to }) {
        errors { code message path } } }";
    admin.done(assign, json!({ "id": own, "to": manager.user_id().await })).await;
    let mine = format!("assigneeId: \"{}\"", manager.user_id().await);
    assert_eq!(inbox(manager, &mine).await, ["TARGET_BEHIND"]);
    manager.done(super::ACKNOWLEDGE, json!({ "id": own })).await;
    assert_eq!(inbox(manager, &mine).await, ["TARGET_BEHIND read"]);
    assert_eq!(unread(manager).await, 1);

    let many = vec![&own; 101];
    assert_eq!(
        manager.refused(MARK, json!({ "ids": many })).await,
        "VALIDATION_FAILED at alertIds: alertIds: 101 are more than 100"
    );
}

#[tokio::test]
async fn an_inbox_is_paged_by_what_asked_last() {
    let app = TestApp::start().await;
    let plan = demos(&app, vec![]).await;
    move_to(&app, "2026-01-24").await;
    let query = "query($after: String) { viewer { inbox(first: 1, after: $after) {
        nodes { rule } pageInfo { endCursor hasNextPage }
    } } }";
    let mut after = Value::Null;
    let mut seen = Vec::new();
    loop {
        let page =
            plan.partner.manager.run(query, json!({ "after": after })).await["viewer"]["inbox"]
                .take();
        seen.push(page["nodes"][0]["rule"].as_str().unwrap().to_owned());
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    seen.sort();
    assert_eq!(seen, ["FEED_SILENT", "TARGET_BEHIND"]);
}

#[tokio::test]
async fn a_full_list_takes_no_more_statements_than_a_short_one() {
    let app = TestApp::start().await;
    let promise = |at: i32| {
        json!({
            "title": format!("hours {at}"), "owedBy": "VENDOR", "quantity": "10",
            "terms": { "vendorSupport": "CO_SELL_RESOURCE" },
            "startsOn": "2026-01-01", "dueOn": "2026-03-31",
        })
    };
    let plan = demos(&app, (0..8).map(promise).collect()).await;
    move_to(&app, "2026-04-01").await;
    let viewer = &plan.partner.viewer;
    // Apart: two parts of one request that look for the same plan at nearly the same time may each ask for it.
    let alerts = "query($first: Int!) { found: alerts(first: $first, filter: { rules: [COMMITMENT_OVERDUE, TARGET_BEHIND] }) {
        edges { node { isRead plan { name } subject { __typename
            ... on Target { name plan { name } } ... on VendorSupportCommitment { title plan { name } } } } } } }";
    let warnings = "query($first: Int!) { found: events(first: $first) { edges { node { __typename
        ... on AlertChanged { alert { plan { name } } } } } } }";
    let asked = async |query: &str, first: usize| {
        let (found, statements) = app.overhear(viewer.run(query, json!({ "first": first }))).await;
        (found["found"]["edges"].as_array().unwrap().len(), statements)
    };
    // Who signs in asks more, and who is the first to get a cursor.
    asked(alerts, 1).await;
    asked(warnings, 1).await;
    for (query, first, found, expected) in
        [(alerts, 2, 2, 5), (alerts, 100, 9, 5), (warnings, 100, 16, 5)]
    {
        let (n_found, statements) = asked(query, first).await;
        assert_eq!((n_found, statements.len()), (found, expected), "{statements:#?}");
    }
}
