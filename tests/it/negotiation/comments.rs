//! What people say about a plan and its parts.

use insta::assert_snapshot;
use jbp::{
    domain::{actor::Side, comment::Visibility, id::CommentId},
    entity::comment,
};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};

use super::{ADD_COMMENT, comment, heard, leave_team, propose, say, shared};
use crate::support::{Client, TestApp, given::id_of};

const RETRACT: &str = "mutation($id: ID!) { retractComment(input: { commentId: $id }) {
    comment { body retractedAt mentions { email } } errors { code message path }
} }";

#[tokio::test]
async fn what_is_shared_both_hear_and_what_is_private_the_own_side() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let private = json!({ "visibility": "PRIVATE" });
    say(&plan.vendor.executive, &plan, "good start", json!({})).await;
    say(&plan.vendor.manager, &plan, "they will take less", private.clone()).await;
    say(&plan.partner.executive, &plan, "we agree", json!({})).await;
    say(&plan.partner.manager, &plan, "walk away at 30 %", private).await;
    let shared = ["we agree", "good start"];
    for client in [&plan.vendor.admin, &plan.vendor.manager, &plan.vendor.executive] {
        let all = ["we agree", "they will take less", "good start"];
        assert_eq!(heard(client, &plan, "").await, all, "{}", client.email());
        assert_eq!(heard(client, &plan, "visibility: PRIVATE").await, ["they will take less"]);
    }
    for client in [&plan.partner.admin, &plan.partner.executive] {
        let all = ["walk away at 30 %", "we agree", "good start"];
        assert_eq!(heard(client, &plan, "").await, all, "{}", client.email());
    }
    for client in [&plan.vendor.viewer, &plan.partner.viewer] {
        assert_eq!(heard(client, &plan, "").await, shared, "{}", client.email());
        assert_eq!(heard(client, &plan, "visibility: PRIVATE").await, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_private_comment_leaves_no_trace_for_anybody_else() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let mention = plan.vendor.executive.user_id().await;
    let query = "query($id: ID!) {
        plan(id: $id) {
            revision updatedAt history(first: 100) { totalCount nodes { action } }
            changesSinceVisit(first: 100) { totalCount nodes { action } }
            comments { totalCount nodes { id } privates: replyCount }
        }
        events(first: 100) { edges { cursor } pageInfo { endCursor } }
        viewer { mentions { totalCount } unreadAlertCount }
    }"
    .replace(" privates: replyCount", "");
    let trace = async |client: &Client| client.run(&query, json!({ "id": plan.id })).await;
    let others = [&plan.partner.admin, &plan.partner.executive, &plan.vendor.viewer];
    let mut before = Vec::new();
    for client in others {
        before.push(trace(client).await);
    }
    app.set_time("2026-06-30T13:00:00Z");
    let more = json!({ "visibility": "PRIVATE", "mentionIds": [mention] });
    let id = say(&plan.vendor.manager, &plan, "they will take less", more).await;
    let reply = json!({ "visibility": "PRIVATE", "replyTo": id });
    say(&plan.vendor.executive, &plan, "good", reply).await;
    let gone = say(&plan.vendor.manager, &plan, "oops", json!({ "visibility": "PRIVATE" })).await;
    plan.vendor.manager.done(RETRACT, json!({ "id": gone })).await;
    for (client, before) in others.into_iter().zip(before) {
        assert_eq!(trace(client).await, before, "{}", client.email());
        let node =
            client.run("query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(node["node"], Value::Null);
    }
    let own = trace(&plan.vendor.executive).await;
    assert_eq!(own["viewer"]["mentions"]["totalCount"], 1);
    assert_eq!(own["plan"]["comments"]["totalCount"], 3);

    // Neither is it a comment to reply to, nor one to take back.
    let absent = "cmnt_00000000000000000000000001";
    for client in [&plan.partner.manager, &plan.partner.executive] {
        let mut told = Vec::new();
        for id in [id.as_str(), absent] {
            let reply = comment(&plan, "hm", json!({ "replyTo": id }));
            let replied = client.refused(ADD_COMMENT, reply).await.replace(id, "ID");
            told.push([replied, client.refused(RETRACT, json!({ "id": id })).await]);
        }
        assert_eq!(told[0], told[1]);
        assert_eq!(
            told[0],
            [
                "NOT_FOUND at replyTo: replyTo: `ID` is no comment on this plan",
                "NOT_FOUND: comment not found",
            ]
        );
    }
}

#[tokio::test]
async fn a_comment_is_about_the_plan_or_a_part_of_it_and_a_reply_about_the_same() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    plan.change(&plan.vendor.manager, "proposePlan", json!({})).await;
    let version = id_of(&plan.read(&plan.vendor.admin, "versions { id }").await[0]);
    plan.change(&plan.partner.manager, "rejectPlan", json!({ "reason": "not yet" })).await;
    let proposal = propose(&plan.partner.manager, &plan, json!({ "plan": { "name": "x" } })).await;
    let target = plan.target("Revenue").await;
    let parts = [&target, &plan.commitment("Webinars").await, &version, &proposal, &plan.id];
    for (at, part) in parts.into_iter().enumerate() {
        let more = json!({ "subjectId": part });
        say(&plan.vendor.manager, &plan, &format!("about {at}"), more).await;
        assert_eq!(
            heard(&plan.partner.admin, &plan, &format!("subjectId: {part:?}")).await,
            [format!("about {at}")]
        );
    }
    let first = say(&plan.vendor.manager, &plan, "too much", json!({ "subjectId": target })).await;
    let reply = say(&plan.partner.manager, &plan, "not at all", json!({ "replyTo": first })).await;
    say(&plan.vendor.executive, &plan, "well", json!({ "replyTo": first })).await;
    say(&plan.partner.manager, &plan, "hm", json!({ "replyTo": first, "visibility": "PRIVATE" }))
        .await;
    let query = "query($id: ID!) { node(id: $id) { ... on Comment {
        subjectId replies(first: 2) { totalCount nodes { body subjectId replyTo { body } plan { name } } }
    } } }";
    let found = plan.vendor.viewer.run(query, json!({ "id": first })).await;
    let answered = |body: &str| json!({ "body": body, "subjectId": target, "replyTo": { "body": "too much" }, "plan": { "name": "Plan 2026" } });
    assert_eq!(
        found["node"],
        json!({ "subjectId": target, "replies": { "totalCount": 2, "nodes": [answered("not at all"), answered("well")] } })
    );
    let own = plan.partner.executive.run(query, json!({ "id": first })).await;
    assert_eq!(own["node"]["replies"]["totalCount"], 3);

    let there = app.vendor("Contoso").await;
    let hooli = app.partner(&there, "Hooli", "STRATEGIC", "RESELLER").await;
    let other = there.plan(&hooli).full().shared().await;
    let private = say(&plan.vendor.manager, &plan, "x", json!({ "visibility": "PRIVATE" })).await;
    let manager = &plan.vendor.manager;
    let mut told = Vec::new();
    for (of, more) in [
        (other.id.clone(), json!({ "subjectId": other.id })),
        (other.id.clone(), json!({ "subjectId": other.target("Revenue").await })),
        (String::new(), json!({ "subjectId": "trgt_00000000000000000000000001" })),
        (String::new(), json!({ "subjectId": "a\0b" })),
        (String::new(), json!({ "replyTo": reply, "subjectId": plan.id })),
        (String::new(), json!({ "replyTo": private })),
    ] {
        let refused = manager.refused(ADD_COMMENT, comment(&plan, "hm", more.clone())).await;
        assert!(of.is_empty() || refused.contains("is no part of this plan"), "{refused}");
        if of.is_empty() {
            told.push(refused.replace(&target, "TARGET"));
        }
    }
    assert_snapshot!(told.join("\n"), @"
    NOT_FOUND at subjectId: subjectId: `trgt_00000000000000000000000001` is no part of this plan
    NOT_FOUND at subjectId: subjectId: `ab` is no part of this plan
    VALIDATION_FAILED at subjectId: subjectId: a reply is about `TARGET`, as what it replies to
    VALIDATION_FAILED at visibility: visibility: a reply to a private comment is private
    ");
}

#[tokio::test]
async fn an_author_takes_a_comment_back_and_its_place_stays() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let manager = &plan.vendor.manager;
    let mention = json!({ "mentionIds": [plan.partner.manager.user_id().await] });
    let id = say(manager, &plan, "hasty words", mention).await;
    say(&plan.partner.manager, &plan, "pardon?", json!({ "replyTo": id })).await;
    for client in [&plan.vendor.admin, &plan.partner.manager] {
        let told = client.refused(RETRACT, json!({ "id": id })).await;
        assert_eq!(told, "FORBIDDEN: only its author takes a comment back");
    }
    app.set_time("2026-06-30T13:00:00Z");
    let done = manager.done(RETRACT, json!({ "id": id })).await;
    assert_eq!(
        done["comment"],
        json!({ "body": null, "retractedAt": "2026-06-30T13:00:00+00:00", "mentions": [] })
    );
    let again = manager.refused(RETRACT, json!({ "id": id })).await;
    assert_eq!(
        again.replace(&id, "ID"),
        "VALIDATION_FAILED at commentId: commentId: `ID` has been taken back"
    );
    assert_eq!(heard(&plan.partner.manager, &plan, "").await, ["pardon?", "–"]);
    let query = "{ viewer { mentions { totalCount } } }";
    let found = plan.partner.manager.run(query, json!({})).await;
    assert_eq!(found["viewer"]["mentions"]["totalCount"], 0);
    // Its words are nowhere: not in the history, not in an event.
    let everything = plan
        .partner
        .admin
        .run(
            "query($id: ID!) { plan(id: $id) { history(first: 100) { nodes { action before after } } }
                events(first: 100) { edges { node { ... on CommentChanged { kind comment { body } } } } } }",
            json!({ "id": plan.id }),
        )
        .await
        .to_string();
    assert!(everything.contains("retractComment") && everything.contains("COMMENT_RETRACTED"));
    assert!(!everything.contains("hasty"), "{everything}");
}

#[tokio::test]
async fn a_comment_says_something_and_is_made_by_those_who_may() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let globex = app.partner(&plan.vendor, "Globex", "GOLD", "RESELLER").await;
    let create = "mutation { createIntegration(input: { name: \"CRM\", scopes: [PLANS_READ, EVENTS_READ] }) {
        token errors { code message path }
    } }";
    let made = plan.vendor.admin.done(create, json!({})).await;
    let crm = app.as_bearer(made["token"].as_str().unwrap());
    leave_team(&plan, &plan.partner.admin, &plan.partner.manager).await;
    let mut told = Vec::new();
    for (client, body) in [
        (&plan.vendor.manager, " \n"),
        (&plan.vendor.manager, "a\0b"),
        (&plan.vendor.manager, &"y".repeat(2_000_000)),
        (&plan.vendor.viewer, "hm"),
        (&plan.partner.viewer, "hm"),
        (&plan.partner.manager, "hm"),
        (&crm, "hm"),
        (&globex.admin, "hm"),
        (&app.as_stranger(), "hm"),
    ] {
        told.push(client.refused(ADD_COMMENT, comment(&plan, body, json!({}))).await);
    }
    assert_snapshot!(told.join("\n"), @"
    VALIDATION_FAILED at body: body: must not be empty
    VALIDATION_FAILED at body: body: has the control character U+0000
    VALIDATION_FAILED at body: body: has 2000000 characters; 10000 is the most
    FORBIDDEN: commenting is not for your role
    FORBIDDEN: commenting is not for your role
    FORBIDDEN: commenting is not for your role
    FORBIDDEN: commenting is not for your role
    NOT_FOUND: plan not found
    UNAUTHENTICATED: sign in first
    ");
    say(&plan.vendor.manager, &plan, "shared", json!({})).await;
    say(&plan.vendor.manager, &plan, "private", json!({ "visibility": "PRIVATE" })).await;
    // A token that reads plans reads what is shared.
    assert_eq!(heard(&crm, &plan, "").await, ["shared"]);
    let own = crm.run("{ viewer { mentions { totalCount } } }", json!({})).await;
    assert_eq!(own["viewer"]["mentions"]["totalCount"], 0);
}

#[tokio::test]
async fn what_is_said_on_a_draft_stays_with_it() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "STRATEGIC", "RESELLER").await;
    let plan = northwind.plan(&acme).full().draft().await;
    let id = say(&northwind.manager, &plan, "first thoughts", json!({})).await;
    let theirs = json!({ "mentionIds": [acme.manager.user_id().await] });
    let told = northwind.manager.refused(ADD_COMMENT, comment(&plan, "psst", theirs)).await;
    assert!(told.ends_with("is nobody who would hear this"), "{told}");
    let query = "query($id: ID!) { node(id: $id) { id } events(first: 100) { edges { cursor } } }";
    let none = json!({ "node": null, "events": { "edges": [] } });
    assert_eq!(acme.admin.run(query, json!({ "id": id })).await, none);
    assert_eq!(
        acme.admin.refused(ADD_COMMENT, comment(&plan, "hm", json!({}))).await,
        "NOT_FOUND: plan not found"
    );
    plan.change(&northwind.manager, "sharePlan", json!({})).await;
    assert_eq!(heard(&acme.admin, &plan, "").await, ["first thoughts"]);
}

#[tokio::test]
async fn comments_are_told_as_they_come_to_those_who_hear_them() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    say(&plan.vendor.manager, &plan, "shared", json!({})).await;
    say(&plan.vendor.manager, &plan, "private", json!({ "visibility": "PRIVATE" })).await;
    let query = "{ events(first: 100) { edges { node { ... on CommentChanged { kind comment { body } } } } } }";
    let told = async |client: &Client| {
        let found = client.run(query, json!({})).await;
        let edges = found["events"]["edges"].as_array().unwrap().clone();
        let bodies = edges.iter().filter_map(|edge| edge["node"]["comment"]["body"].as_str());
        bodies.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(told(&plan.vendor.executive).await, ["shared", "private"]);
    for client in [&plan.vendor.viewer, &plan.partner.admin, &plan.partner.viewer] {
        assert_eq!(told(client).await, ["shared"], "{}", client.email());
    }
}

/// Ten thousand comments, every tenth private to the vendor: each page costs the same, and the other side counts its own.
#[tokio::test]
async fn a_long_thread_is_read_page_by_page() {
    let app = TestApp::start().await;
    let plan = shared(&app).await;
    let target = plan.target("Revenue").await;
    let (plan_id, author) = (plan.id.parse().unwrap(), plan.vendor.manager.user_id().await);
    let rows = (0..10_000).map(|at| comment::ActiveModel {
        id: Set(app.op.mint::<CommentId>()),
        plan_id: Set(plan_id),
        subject: Set(target.clone()),
        reply_to: Set(None),
        side: Set(Side::Vendor),
        visibility: Set(if at % 10 == 0 { Visibility::Private } else { Visibility::Shared }),
        author_id: Set(Some(author.parse().unwrap())),
        body: Set(Some(at.to_string())),
        created_at: Set(app.op.now()),
        retracted_at: Set(None),
    });
    let tx = app.op.db.write().await.unwrap();
    for chunk in rows.collect::<Vec<_>>().chunks(1_000) {
        comment::Entity::insert_many(chunk.to_vec()).exec_without_returning(&*tx).await.unwrap();
    }
    tx.commit().await.unwrap();

    let query = "query($id: ID!, $of: ID!, $after: String) { plan(id: $id) {
        comments(filter: { subjectId: $of }, first: 100, after: $after) {
            nodes { body author { id } } pageInfo { hasNextPage endCursor }
        }
    } }";
    let (mut after, mut n_heard, mut last) = (Value::Null, 0, 10_000);
    loop {
        let variables = json!({ "id": plan.id, "of": target, "after": after });
        let page = plan.partner.admin.run(query, variables).await["plan"]["comments"].take();
        for node in page["nodes"].as_array().unwrap() {
            let at: i32 = node["body"].as_str().unwrap().parse().unwrap();
            assert!(at < last && at % 10 != 0, "{at} after {last}");
            (last, n_heard) = (at, n_heard + 1);
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!((n_heard, last), (9_000, 1));
    let total = plan.read(&plan.partner.admin, "comments { totalCount }").await;
    assert_eq!(total["totalCount"], 9_000);
    let total =
        plan.read(&plan.vendor.admin, "comments(last: 1) { totalCount nodes { body } }").await;
    assert_eq!(total, json!({ "totalCount": 10_000, "nodes": [{ "body": "0" }] }));
}
