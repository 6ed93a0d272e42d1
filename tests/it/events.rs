//! One order of events per vendor, whatever is written at the same time.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use jbp::{
    domain::{actor::Actor, event::EventKind, id::PlanId},
    service::{
        cursors,
        events::{self, Interest, NewEvent},
    },
};
use serde_json::json;

use crate::support::{Partner, TestApp, Vendor};

async fn draft(vendor: &Vendor, partner: &Partner) -> PlanId {
    let created = vendor
        .manager
        .done(
            "mutation($input: CreatePlanInput!) { createPlan(input: $input) { plan { id } errors { code message } } }",
            json!({ "input": { "partnershipId": partner.partnership, "name": "2026", "periodKind": "FISCAL_YEAR",
                "startsOn": "2026-01-01" } }),
        )
        .await;
    created["plan"]["id"].as_str().unwrap().parse().unwrap()
}

fn event(plan: PlanId, partner: &Partner) -> NewEvent {
    NewEvent {
        kind: EventKind::PlanEdited,
        plan,
        partnership: partner.partnership.parse().unwrap(),
        subject: plan.0,
        seen_by: None,
        body: jbp::domain::event::EventBody::Plain,
    }
}

/// Writers that each hold their transaction open for a while; a reader that always continues after the last it saw must see every
/// position, once, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_skips_no_late_committer() {
    let app = TestApp::start().await;
    let vendor = app.vendor("Northwind").await;
    let acme = app.partner(&vendor, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = draft(&vendor, &acme).await;
    let id = vendor.id.parse().unwrap();
    let first = events::head(app.op.db.read(), id).await.unwrap();

    let (n_writers, rounds) = (8, 20);
    let writers = (0..n_writers).map(|writer| {
        let (op, acme) = (app.op.acting_as(Actor::System), acme.clone());
        async move {
            for round in 0..rounds {
                let tx = op.db.write().await.unwrap();
                // Another number of events each time, and yields in between, so that the writers overlap in every way.
                let n_events = 1 + (writer + round) % 3;
                tokio::task::yield_now().await;
                let told = (0..n_events).map(|_| event(plan, &acme)).collect();
                events::record(&tx, &op, id, told).await.unwrap();
                tokio::task::yield_now().await;
                // One in five is undone: its positions are given again.
                if (writer + round) % 5 != 0 {
                    tx.commit().await.unwrap();
                }
            }
        }
    });
    let reader = {
        let op = app.op.clone();
        async move {
            let (mut seen, mut positions) = (BTreeMap::from([(id, first)]), Vec::new());
            let mut n_idle = 0;
            while n_idle < 50 {
                let found = events::all_after(&op, &seen, 7).await.unwrap();
                n_idle = if found.is_empty() { n_idle + 1 } else { 0 };
                for event in found {
                    seen.insert(id, event.position);
                    positions.push(event.position);
                }
                tokio::task::yield_now().await;
            }
            positions
        }
    };
    let (_, during) = tokio::join!(join_all(writers), reader);
    let head = events::head(app.op.db.read(), id).await.unwrap();
    let mut seen = during;
    let from = seen.last().copied().unwrap_or(first);
    let rest = events::all_after(&app.op, &BTreeMap::from([(id, from)]), 10_000).await.unwrap();
    seen.extend(rest.into_iter().map(|event| event.position));
    assert_eq!(seen, (first + 1..=head).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_partner_of_two_vendors_follows_both_in_one_stream_and_continues_in_it() {
    let app = TestApp::start().await;
    let (northwind, contoso) = (app.vendor("Northwind").await, app.vendor("Contoso").await);
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let other =
        Partner { partnership: app.link(&contoso, &acme, "STRATEGIC").await, ..acme.clone() };
    let mut plans = Vec::new();
    for (vendor, partner) in [(&northwind, &acme), (&contoso, &other)] {
        contoso.admin.add_to_team(&other.partnership, &contoso.manager.user_id().await).await;
        let plan = draft(vendor, partner).await;
        let share = json!({ "input": { "planId": plan.to_string(), "expectedRevision": 1 } });
        let query =
            "mutation($input: SharePlanInput!) { sharePlan(input: $input) { errors { code } } }";
        vendor.manager.done(query, share).await;
        plans.push(plan);
    }

    let query = "query($after: String) { events(after: $after, first: 1) {
        edges { cursor node { ... on PlanChanged { kind plan { vendor { name } } } } }
        pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut heard) = (json!(null), Vec::new());
    loop {
        let page = acme.manager.run(query, json!({ "after": after })).await["events"].take();
        for edge in page["edges"].as_array().unwrap() {
            let node = &edge["node"];
            let vendor = node["plan"]["vendor"]["name"].as_str().unwrap();
            heard.push(format!("{vendor} {}", node["kind"].as_str().unwrap()));
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    heard.sort();
    // What happened while they were drafts stays with those who drafted.
    assert_eq!(heard, ["Contoso PLAN_SHARED", "Northwind PLAN_SHARED"]);

    let op = acme.manager.op().await.unwrap();
    let cursor = cursors::sealer(&op).await.unwrap().open(after.as_str().unwrap()).unwrap();
    assert!(events::after(&op, &cursor, &Interest::default(), 100).await.unwrap().is_empty());
}
