//! Integrations: who opens them, and what their tokens open.

use serde_json::{Value, json};

use crate::support::{Client, TestApp, given::id_of};

const CREATE: &str = "mutation($name: String!, $scopes: [Scope!]!) {
  createIntegration(input: { name: $name, scopes: $scopes }) {
    integration { id name scopes createdBy { email } revokedAt }
    token
    errors { code message path }
  }
}";

const ROTATE: &str = "mutation($id: ID!) {
  rotateIntegrationToken(input: { integrationId: $id }) { token errors { code message path } }
}";

const REVOKE: &str = "mutation($id: ID!) {
  revokeIntegration(input: { integrationId: $id }) {
    integration { revokedAt } errors { code message path }
  }
}";

const WHO: &str =
    "{ viewer { user { id } role scopes integration { name } organization { name } } }";

async fn create(admin: &Client, name: &str, scopes: Value) -> (String, String) {
    let payload = admin.done(CREATE, json!({ "name": name, "scopes": scopes })).await;
    (id_of(&payload["integration"]), payload["token"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_integration_acts_for_its_company() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let scopes = json!(["EVENTS_READ", "ACTIVITIES_WRITE", "EVENTS_READ"]);
    let payload = northwind.admin.done(CREATE, json!({ "name": " CRM ", "scopes": scopes })).await;
    assert_eq!(payload["integration"]["name"], "CRM");
    assert_eq!(payload["integration"]["scopes"], json!(["ACTIVITIES_WRITE", "EVENTS_READ"]));
    assert_eq!(payload["integration"]["createdBy"]["email"], "admin@northwind.example");
    let token = payload["token"].as_str().unwrap();
    assert!(token.starts_with("jbpi_") && token.len() == 48);

    let crm = app.as_bearer(token);
    assert_eq!(
        crm.run(WHO, json!({})).await["viewer"],
        json!({
            "user": null,
            "role": null,
            "scopes": ["ACTIVITIES_WRITE", "EVENTS_READ"],
            "integration": { "name": "CRM" },
            "organization": { "name": "Northwind" },
        })
    );
}

#[tokio::test]
async fn a_token_reads_people_only_with_its_scope() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let (_, writing) = create(&northwind.admin, "CRM", json!(["ACTIVITIES_WRITE"])).await;
    let (_, reading) = create(&northwind.admin, "BI", json!(["PLANS_READ"])).await;
    let (writing, reading) = (app.as_bearer(&writing), app.as_bearer(&reading));

    let partners = "{ partnerships { nodes { partner { name } riskRating } } }";
    for caller in [&writing, &reading] {
        let answer = caller.run(partners, json!({})).await;
        let expected = json!([{ "partner": { "name": "Acme" }, "riskRating": null }]);
        assert_eq!(answer["partnerships"]["nodes"], expected);
    }
    let team = "{ partnerships { nodes { team { user { name } } } } }";
    assert_eq!(
        writing.refused(team, json!({})).await,
        "FORBIDDEN: the token does not have the scope PLANS_READ"
    );
    let people = "{ viewer { organization { users { nodes { name } } } } }";
    assert_eq!(
        writing.refused(people, json!({})).await,
        "FORBIDDEN: the token does not have the scope PLANS_READ"
    );
    let person = json!({ "id": acme.admin.user_id().await });
    let node = "query($id: ID!) { node(id: $id) { id } }";
    assert_eq!(writing.run(node, person.clone()).await, json!({ "node": null }));
    assert_eq!(reading.run(node, person.clone()).await["node"], person);
    assert_eq!(
        reading.run(team, json!({})).await["partnerships"]["nodes"][0]["team"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn a_token_administers_nothing() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let all = json!(["ACTIVITIES_WRITE", "ACTIVITIES_READ", "PLANS_READ", "EVENTS_READ"]);
    let (id, token) = create(&northwind.admin, "CRM", all.clone()).await;
    let crm = app.as_bearer(&token);
    let refused = "FORBIDDEN: only an admin of the organisation may do this";
    assert_eq!(crm.refused(CREATE, json!({ "name": "Copy", "scopes": all })).await, refused);
    assert_eq!(crm.refused(ROTATE, json!({ "id": id })).await, refused);
    assert_eq!(crm.refused(REVOKE, json!({ "id": id })).await, refused);
}

#[tokio::test]
async fn a_new_token_ends_the_old_one_and_a_revoked_one_stays_ended() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let (id, first) = create(&northwind.admin, "CRM", json!(["EVENTS_READ"])).await;
    let first = app.as_bearer(&first);
    first.run(WHO, json!({})).await;

    let payload = northwind.admin.done(ROTATE, json!({ "id": id })).await;
    let second = app.as_bearer(payload["token"].as_str().unwrap());
    assert_eq!(first.refused(WHO, json!({})).await, "UNAUTHENTICATED: sign in first");
    second.run(WHO, json!({})).await;

    let payload = northwind.admin.done(REVOKE, json!({ "id": id })).await;
    assert_eq!(payload["integration"]["revokedAt"], "2026-06-30T12:00:00+00:00");
    assert_eq!(second.refused(WHO, json!({})).await, "UNAUTHENTICATED: sign in first");
    app.set_time("2026-07-01T12:00:00Z");
    let payload = northwind.admin.done(REVOKE, json!({ "id": id })).await;
    assert_eq!(payload["integration"]["revokedAt"], "2026-06-30T12:00:00+00:00");
    assert_eq!(
        northwind.admin.refused(ROTATE, json!({ "id": id })).await,
        format!("VALIDATION_FAILED at integrationId: integrationId: `{id}` has been revoked")
    );
}

#[tokio::test]
async fn only_admins_of_the_own_company_keep_integrations() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let (id, token) = create(&acme.admin, "CRM", json!(["ACTIVITIES_WRITE"])).await;
    for caller in [&acme.manager, &acme.executive, &acme.viewer] {
        let refused = caller.refused(REVOKE, json!({ "id": id })).await;
        assert_eq!(refused, "FORBIDDEN: only an admin of the organisation may do this");
    }
    assert_eq!(
        northwind.admin.refused(REVOKE, json!({ "id": id })).await,
        "NOT_FOUND: integration not found"
    );
    assert_eq!(
        app.as_stranger().refused(REVOKE, json!({ "id": id })).await,
        "UNAUTHENTICATED: sign in first"
    );
    app.as_bearer(&token).run(WHO, json!({})).await;

    let theirs =
        "query($id: ID!) { node(id: $id) { ... on Organization { integrations { totalCount } } } }";
    let seen = northwind.admin.run(theirs, json!({ "id": acme.id })).await;
    assert_eq!(seen["node"]["integrations"]["totalCount"], 0);
    assert_eq!(
        acme.admin.refused(CREATE, json!({ "name": "CRM", "scopes": [] })).await,
        "VALIDATION_FAILED at scopes: scopes: a token without a scope opens nothing"
    );
}
