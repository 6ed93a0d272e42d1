//! Whom a comment is meant to reach.

use serde_json::json;

use super::{ADD_COMMENT, comment, heard, say, shared};
use crate::support::{Client, TestApp};

#[tokio::test]
async fn a_mention_reaches_whoever_hears_the_comment_and_tells_nothing_of_anybody_else() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let (vendor, partner) = (&plan.vendor, &plan.partner);
    let gone = app.invited(&partner.admin, "gone", "Acme", "PARTNER_MANAGER").await;
    let gone_id = gone.user_id().await;
    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { errors { code message path } } }";
    partner.admin.done(deactivate, json!({ "id": gone_id })).await;

    let people = [&vendor.executive, &partner.manager, &partner.viewer];
    let mut ids = Vec::new();
    for person in people {
        ids.push(person.user_id().await);
    }
    let said = vendor
        .manager
        .done(ADD_COMMENT, comment(&plan, "please look", json!({ "mentionIds": ids })));
    let mut mentioned: Vec<String> = said.await["comment"]["mentions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["email"].as_str().unwrap().to_owned())
        .collect();
    mentioned.sort();
    let expected = ["executive@northwind.example", "manager@acme.example", "viewer@acme.example"];
    assert_eq!(mentioned, expected);
    let more = json!({ "visibility": "PRIVATE", "mentionIds": [vendor.executive.user_id().await] });
    say(&vendor.manager, &plan, "between us", more).await;
    let mentions = async |client: &Client| {
        let query = "{ viewer { mentions { totalCount nodes { body plan { name } } } } }";
        client.run(query, json!({})).await["viewer"]["mentions"].take()
    };
    let one = |body: &str| json!({ "body": body, "plan": { "name": "Plan 2026" } });
    assert_eq!(
        mentions(&vendor.executive).await,
        json!({ "totalCount": 2, "nodes": [one("between us"), one("please look")] })
    );
    assert_eq!(
        mentions(&partner.viewer).await,
        json!({ "totalCount": 1, "nodes": [one("please look")] })
    );
    assert_eq!(mentions(&partner.admin).await["totalCount"], 0);
    assert_eq!(heard(&vendor.executive, &plan, "mentionsViewer: true").await.len(), 2);
    assert_eq!(heard(&vendor.admin, &plan, "mentionsViewer: true").await.len(), 0);

    // A rival's people, those who left, and those who would not hear it are refused like nobody.
    let nobody = "user_00000000000000000000000001".to_owned();
    let (rival, viewer) = (globex.admin.user_id().await, vendor.viewer.user_id().await);
    let (theirs, unknown) = (partner.manager.user_id().await, vendor.admin.user_id().await);
    for (client, id, visibility) in [
        (&vendor.manager, &nobody, "SHARED"),
        (&vendor.manager, &rival, "SHARED"),
        (&vendor.manager, &gone_id, "SHARED"),
        (&vendor.manager, &theirs, "PRIVATE"),
        (&vendor.manager, &viewer, "PRIVATE"),
        (&partner.manager, &rival, "SHARED"),
        // A partner does not know of the vendor's people outside of the team.
        (&partner.manager, &unknown, "SHARED"),
    ] {
        let more = json!({ "visibility": visibility, "mentionIds": [id] });
        let told = client.refused(ADD_COMMENT, comment(&plan, "psst", more)).await;
        let expected =
            format!("NOT_FOUND at mentionIds: mentionIds: `{id}` is nobody who would hear this");
        assert_eq!(told, expected);
    }
    let crowd: Vec<String> =
        (1..=21).map(|n| format!("user_000000000000000000000000{n:02}")).collect();
    let told = vendor
        .manager
        .refused(ADD_COMMENT, comment(&plan, "all", json!({ "mentionIds": crowd })))
        .await;
    assert_eq!(told, "VALIDATION_FAILED at mentionIds: mentionIds: 21 people; 20 is the most");
    assert_eq!(heard(&vendor.manager, &plan, "").await, ["between us", "please look"]);
}
