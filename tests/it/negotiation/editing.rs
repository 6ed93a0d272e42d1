//! Many people editing one document: nothing is overwritten, nothing is lost.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::shared;
use crate::support::{Client, GivenPlan, TestApp};

const EDIT: &str = "mutation($input: EditPlanInput!) { editPlan(input: $input) {
    plan { revision }
    errors { code ... on RevisionConflict {
        expectedRevision currentRevision current { ... on Plan { revision name vision } }
    } }
} }";

async fn edit(client: &Client, plan: &GivenPlan, revision: &Value, mut fields: Value) -> Value {
    fields["planId"] = json!(plan.id);
    fields["expectedRevision"] = revision.clone();
    client.run(EDIT, json!({ "input": fields })).await["editPlan"].take()
}

#[tokio::test]
async fn the_second_of_two_gets_the_current_plan_merges_and_succeeds() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let (vendor, partner) = (&plan.vendor.manager, &plan.partner.manager);
    let seen = plan.revision().await;
    let next = |by: i64| seen.as_i64().unwrap() + by;
    let first = edit(vendor, &plan, &seen, json!({ "name": "Vendor's name" })).await;
    assert_eq!(first, json!({ "plan": { "revision": next(1) }, "errors": [] }));

    let own = json!({ "narrative": { "vision": "partner's vision" } });
    let second = edit(partner, &plan, &seen, own.clone()).await;
    let current = json!({ "revision": next(1), "name": "Vendor's name", "vision": null });
    assert_eq!(
        second,
        json!({ "plan": null, "errors": [{
            "code": "REVISION_CONFLICT", "expectedRevision": seen, "currentRevision": next(1), "current": current,
        }] })
    );
    let now = &second["errors"][0]["current"]["revision"];
    let merged = edit(partner, &plan, now, own).await;
    assert_eq!(merged["errors"], json!([]));
    let found = plan.read(vendor, "revision").await;
    assert_eq!(found, next(2));
    assert_eq!(plan.read(vendor, "name").await, "Vendor's name");
    assert_eq!(plan.read(vendor, "vision").await, "partner's vision");
}

/// Editors of both sides who each add their own line, again and again, merging whenever somebody was faster.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_editors_every_change_is_kept_once() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let before = plan.revision().await.as_i64().unwrap();
    let editors = [
        plan.vendor.admin.clone(),
        plan.vendor.manager.clone(),
        plan.partner.admin.clone(),
        plan.partner.manager.clone(),
    ];
    let rounds = 5;
    let work = editors.iter().enumerate().map(|(who, client)| {
        let plan = &plan;
        async move {
            let mut n_conflicts = 0;
            for round in 0..rounds {
                loop {
                    let seen = client
                        .run(
                            "query($id: ID!) { plan(id: $id) { revision successFactors } }",
                            json!({ "id": plan.id }),
                        )
                        .await["plan"]
                        .take();
                    let mut lines = seen["successFactors"].as_array().unwrap().clone();
                    lines.push(json!(format!("line {who}.{round}")));
                    tokio::task::yield_now().await;
                    let narrative = json!({ "narrative": { "successFactors": lines } });
                    let done = edit(client, plan, &seen["revision"], narrative).await;
                    if done["errors"] == json!([]) {
                        break;
                    }
                    assert_eq!(done["errors"][0]["code"], "REVISION_CONFLICT");
                    n_conflicts += 1;
                }
            }
            n_conflicts
        }
    });
    let conflicts: usize = join_all(work).await.into_iter().sum();
    let n_changes = editors.len() * rounds;
    let expected: BTreeSet<String> = (0..editors.len())
        .flat_map(|who| (0..rounds).map(move |round| format!("line {who}.{round}")))
        .collect();
    let lines = plan.read(&plan.vendor.viewer, "successFactors").await;
    let lines: Vec<&str> =
        lines.as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    assert_eq!(lines.len(), n_changes, "after {conflicts} conflicts");
    assert_eq!(lines.iter().map(|line| (*line).to_owned()).collect::<BTreeSet<_>>(), expected);
    assert_eq!(plan.revision().await, before + i64::try_from(n_changes).unwrap());

    // The history has each change once, in the order in which it was made.
    let field = "history(filter: { actions: [\"editPlan\"] }, first: 100) { nodes { after } }";
    let history = plan.read(&plan.partner.viewer, field).await;
    let mut kept: Vec<String> = history["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            let after: Value = serde_json::from_str(entry["after"].as_str().unwrap()).unwrap();
            let lines = after["content"]["success_factors"].as_array().unwrap().clone();
            lines.last().unwrap().as_str().unwrap().to_owned()
        })
        .collect();
    kept.reverse();
    assert_eq!(kept, lines);
}
