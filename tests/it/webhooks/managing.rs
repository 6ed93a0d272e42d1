//! Who keeps endpoints, and what may be said of them.

use serde_json::{Value, json};

use super::{ANYWHERE, House, create, does, mutation, refused};
use crate::support::given::id_of;

#[tokio::test]
async fn an_admin_keeps_the_companys_endpoints() {
    let house = House::with_reach(jbp::domain::webhook::address::Reach::default()).await;
    let admin = &house.acme.admin;
    let filter = json!({ "kinds": ["PLAN_SIGNED", "ALERT_OPENED", "PLAN_SIGNED"] });
    let input = json!({ "url": "https://crm.acme.example/hooks", "filter": filter });
    let (id, _) = create(admin, input).await;
    let endpoint = house.endpoint(admin, &id).await;
    assert_eq!(
        endpoint,
        json!({
            "id": id, "url": "https://crm.acme.example/hooks", "kinds": ["PLAN_SIGNED", "ALERT_OPENED"], "plans": null,
            "state": "ENABLED", "disabledAt": null, "firstFailedAt": null, "lastDeliveredAt": null,
            "cursor": endpoint["cursor"], "previousSecretEndsAt": null,
            "createdBy": { "email": "admin@acme.example" }, "viewerCanAdminister": true,
        })
    );
    let asked = "{ viewer { organization { webhookEndpoints { totalCount nodes { id } } } } }";
    let found = admin.run(asked, json!({})).await;
    let listed = &found["viewer"]["organization"]["webhookEndpoints"];
    assert_eq!(*listed, json!({ "totalCount": 1, "nodes": [{ "id": id }] }));
}

#[tokio::test]
async fn colleagues_see_that_there_is_one_and_not_where() {
    let house = House::start().await;
    let admin = &house.acme.admin;
    let (id, _) = create(admin, json!({ "url": "https://crm.acme.example/hooks?key=1" })).await;
    house.rename("First").await;
    house.deliver().await;
    let told = house.deliveries(admin, &id, Value::Null).await;
    let node = "query($id: ID!) { node(id: $id) { id } }";
    for colleague in [&house.acme.manager, &house.acme.executive, &house.acme.viewer] {
        let seen = house.endpoint(colleague, &id).await;
        let expected = (&json!(id), &Value::Null, &json!(false));
        assert_eq!((&seen["id"], &seen["url"], &seen["viewerCanAdminister"]), expected);
        assert_eq!(house.deliveries(colleague, &id, Value::Null).await, [Value::Null; 0]);
        let delivery = json!({ "id": told[0]["id"] });
        assert_eq!(colleague.run(node, delivery).await, json!({ "node": null }));
        let forbidden = "FORBIDDEN: only an admin of the organisation may do this";
        for name in [
            "deleteWebhookEndpoint",
            "rotateWebhookSecret",
            "sendTestWebhook",
            "updateWebhookEndpoint",
        ] {
            assert_eq!(refused(colleague, name, json!({ "endpointId": id })).await, forbidden);
        }
        let input = json!({ "url": "https://crm.acme.example/" });
        assert_eq!(refused(colleague, "createWebhookEndpoint", input).await, forbidden);
        let hidden = refused(colleague, "redeliverWebhook", json!({ "deliveryId": told[0]["id"] }));
        assert_eq!(hidden.await, "NOT_FOUND: webhook delivery not found");
    }
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused() {
    let house = House::with_reach(jbp::domain::webhook::address::Reach::default()).await;
    let admin = &house.acme.admin;
    for (input, expected) in [
        (
            json!({ "url": "http://crm.acme.example/" }),
            "VALIDATION_FAILED at url: url: the address must begin with https://",
        ),
        (
            json!({ "url": "https://10.0.0.1/" }),
            "VALIDATION_FAILED at url: url: 10.0.0.1 is not a public address",
        ),
        (
            json!({ "url": "https://[::ffff:127.0.0.1]/" }),
            "VALIDATION_FAILED at url: url: ::ffff:127.0.0.1 is not a public address",
        ),
        (
            json!({ "url": "https://crm.acme.example/", "filter": { "kinds": [] } }),
            "VALIDATION_FAILED at filter: filter: an empty list lets nothing through",
        ),
        (
            json!({ "url": "https://crm.acme.example/", "after": "nonsense" }),
            "VALIDATION_FAILED at after: after: not a cursor of events",
        ),
        (
            json!({ "url": "https://crm.acme.example/", "filter": { "planIds": ["plan_00000000000000000000000001"] } }),
            "NOT_FOUND: plan not found",
        ),
    ] {
        assert_eq!(refused(admin, "createWebhookEndpoint", input).await, expected);
    }
    let ids: Vec<String> = (0..101).map(|n| format!("plan_{n:026}")).collect();
    let input = json!({ "url": "https://crm.acme.example/", "filter": { "planIds": ids } });
    let message = "VALIDATION_FAILED at filter.planIds: filter.planIds: 101 plans; 100 is the most";
    assert_eq!(refused(admin, "createWebhookEndpoint", input).await, message);

    for n in 0..20 {
        create(admin, json!({ "url": format!("https://crm.acme.example/{n}") })).await;
    }
    let one_more = json!({ "url": "https://crm.acme.example/20" });
    assert_eq!(
        refused(admin, "createWebhookEndpoint", one_more).await,
        "VALIDATION_FAILED at url: url: a company has at most 20 endpoints"
    );
    create(&house.vendor.admin, json!({ "url": "https://crm.northwind.example/" })).await;
}

#[tokio::test]
async fn a_secret_is_shown_once_and_not_stored_as_it_is() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    use jbp::entity::webhook_endpoint;
    use sea_orm::EntityTrait;

    let house = House::start().await;
    let admin = &house.acme.admin;
    let (id, secret) = create(admin, json!({ "url": "https://crm.acme.example/" })).await;
    let bytes = BASE64_STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let row = webhook_endpoint::Entity::find_by_id(
        id.parse::<jbp::domain::id::WebhookEndpointId>().unwrap(),
    );
    let row = row.one(house.app.op.db.read()).await.unwrap().unwrap();
    assert!(!row.secret.windows(32).any(|window| window == bytes));
    let rotated = does(admin, "rotateWebhookSecret", "secret", json!({ "endpointId": id })).await;
    assert_ne!(rotated["secret"], json!(secret));
}

#[tokio::test]
async fn a_dead_letter_that_is_being_tried_is_not_sent_twice() {
    let house = House::start().await;
    let admin = &house.acme.admin;
    let query = mutation("createWebhookEndpoint", "endpoint { id }");
    let made = admin.done(&query, json!({ "input": { "url": "http://127.0.0.1:9/" } })).await;
    house.rename("First").await;
    house.deliver().await;
    let told = house.deliveries(admin, &id_of(&made["endpoint"]), Value::Null).await;
    let id = told[0]["id"].as_str().unwrap();
    assert_eq!(
        refused(admin, "redeliverWebhook", json!({ "deliveryId": id })).await,
        format!("VALIDATION_FAILED at deliveryId: deliveryId: `{id}` is being tried already")
    );
    assert_eq!(house.app.op.reach, ANYWHERE);
}
