//! An endpoint hears what its company may know, and nothing else, as that stands when it is told.

use jbp::{domain::id::PartnershipId, entity::partnership};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};

use super::{House, create, does, kinds, refused};
use crate::support::{planning::bare_mutation, receiver::Receiver};

#[tokio::test]
async fn rivals_and_other_vendors_hear_nothing() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let globex = house.app.partner(&house.vendor, "Globex", "STRATEGIC", "RESELLER").await;
    let contoso = house.app.vendor("Contoso").await;
    let (rivals, _) = create(&globex.admin, json!({ "url": receiver.url })).await;
    let (others, _) = create(&contoso.admin, json!({ "url": receiver.url })).await;
    let (own, _) = create(&house.acme.admin, json!({ "url": "https://crm.acme.example/" })).await;
    house.rename("First").await;
    house.plan.change(&house.vendor.manager, "proposePlan", json!({})).await;
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    for (admin, id) in [(&globex.admin, &rivals), (&contoso.admin, &others)] {
        assert_eq!(house.deliveries(admin, id, Value::Null).await, [Value::Null; 0]);
    }

    let told = house.deliveries(&house.acme.admin, &own, Value::Null).await;
    let node = "query($id: ID!) { node(id: $id) { id } }";
    let theirs = "query($id: ID!) { node(id: $id) { ... on Organization { webhookEndpoints { totalCount } } } }";
    for outsider in [&globex.admin, &contoso.admin, &house.vendor.admin] {
        for id in [&json!(own), &told[0]["id"]] {
            assert_eq!(outsider.run(node, json!({ "id": id })).await, json!({ "node": null }));
        }
        for name in [
            "deleteWebhookEndpoint",
            "rotateWebhookSecret",
            "sendTestWebhook",
            "updateWebhookEndpoint",
        ] {
            let refused = refused(outsider, name, json!({ "endpointId": own })).await;
            assert_eq!(refused, "NOT_FOUND: webhook endpoint not found");
        }
        let input = json!({ "endpointId": own, "after": "nonsense" });
        let hidden = refused(outsider, "redeliverWebhooks", input).await;
        assert_eq!(hidden, "NOT_FOUND: webhook endpoint not found");
        let hidden =
            refused(outsider, "redeliverWebhook", json!({ "deliveryId": told[0]["id"] })).await;
        assert_eq!(hidden, "NOT_FOUND: webhook delivery not found");
        let found = outsider.run(theirs, json!({ "id": house.acme.id })).await;
        let n_seen = &found["node"]["webhookEndpoints"]["totalCount"];
        assert!(n_seen.is_null() || *n_seen == 0, "{found}");
    }
    let input = json!({ "url": receiver.url, "filter": { "planIds": [house.plan.id] } });
    let hidden = refused(&globex.admin, "createWebhookEndpoint", input).await;
    assert_eq!(hidden, "NOT_FOUND: plan not found");
}

#[tokio::test]
async fn what_one_side_keeps_to_itself_goes_to_no_endpoint() {
    let house = House::start().await;
    let (vendors, partners) = (Receiver::start().await, Receiver::start().await);
    create(&house.vendor.admin, json!({ "url": vendors.url })).await;
    create(&house.acme.admin, json!({ "url": partners.url })).await;
    let said = |visibility: &str| json!({ "input": { "planId": house.plan.id, "body": "well", "visibility": visibility } });
    let comment = bare_mutation("addComment");
    house.vendor.manager.done(&comment, said("PRIVATE")).await;
    house.acme.manager.done(&comment, said("PRIVATE")).await;
    let draft = house.vendor.plan(&house.acme).named("Next").between("2027-01-01", "2027-12-31");
    draft.draft().await;
    house.vendor.manager.done(&comment, said("SHARED")).await;
    house.deliver().await;
    assert_eq!(kinds(&vendors), ["COMMENT_ADDED"]);
    assert_eq!(kinds(&partners), ["COMMENT_ADDED"]);
}

#[tokio::test]
async fn each_side_hears_its_own_warnings() {
    let house = House::start().await;
    house.plan.change(&house.vendor.manager, "proposePlan", json!({})).await;
    house.plan.sign(&house.vendor.executive).await;
    let (vendors, partners) = (Receiver::start().await, Receiver::start().await);
    create(&house.vendor.admin, json!({ "url": vendors.url })).await;
    create(&house.acme.admin, json!({ "url": partners.url })).await;
    house.plan.sign(&house.acme.executive).await;
    house.app.set_time("2026-09-20T12:00:00Z");
    house.app.settle().await;
    house.deliver().await;
    let alerts = "{ alerts(first: 100) { nodes { id } } }";
    for (receiver, own, other) in [
        (&vendors, &house.vendor.viewer, &house.acme.viewer),
        (&partners, &house.acme.viewer, &house.vendor.viewer),
    ] {
        let own = own.run(alerts, json!({})).await.to_string();
        let other = other.run(alerts, json!({})).await.to_string();
        let heard: Vec<String> = receiver
            .takes()
            .iter()
            .filter_map(|taken| taken.json()["data"]["alert"]["id"].as_str().map(str::to_owned))
            .collect();
        assert!(!heard.is_empty());
        assert!(heard.iter().all(|id| own.contains(id) && !other.contains(id)));
    }
}

#[tokio::test]
async fn what_is_not_the_companys_to_see_any_more_is_not_told() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let contoso = house.app.vendor("Contoso").await;
    let globex = house.app.partner(&contoso, "Globex", "STRATEGIC", "RESELLER").await;
    let (id, _) = create(&house.acme.admin, json!({ "url": receiver.url })).await;
    receiver.answers(500);
    house.rename("First").await;
    house.deliver().await;
    assert_eq!(receiver.takes().len(), 1);

    // The partnership is handed to another company, which no door of the house does yet.
    let other: jbp::domain::id::OrganizationId = globex.id.parse().unwrap();
    partnership::Entity::update_many()
        .col_expr(partnership::Column::PartnerId, Expr::value(other))
        .filter(
            partnership::Column::Id.eq(house.acme.partnership.parse::<PartnershipId>().unwrap()),
        )
        .exec(house.app.op.db.admin())
        .await
        .unwrap();
    receiver.answers(200);
    house.app.advance(chrono::TimeDelta::minutes(1));
    house.deliver().await;
    assert_eq!(receiver.takes(), []);
    let told = house.deliveries(&house.acme.admin, &id, Value::Null).await;
    assert_eq!((told.len(), &told[0]["status"]), (1, &json!("WITHDRAWN")));
}

#[tokio::test]
async fn an_endpoint_is_its_companys_and_stays_when_its_maker_leaves() {
    let house = House::start().await;
    let receiver = Receiver::start().await;
    let successor =
        house.app.invited(&house.acme.admin, "successor", "Acme", "PARTNER_ADMIN").await;
    let (id, first) = create(&house.acme.admin, json!({ "url": receiver.url })).await;
    let user = house.acme.admin.user_id().await;
    does(&successor, "deactivateUser", "", json!({ "userId": user })).await;
    let rotate = json!({ "endpointId": id });
    assert_eq!(
        refused(&house.acme.admin, "rotateWebhookSecret", rotate.clone()).await,
        "UNAUTHENTICATED: sign in first"
    );
    house.rename("First").await;
    house.deliver().await;
    assert_eq!(kinds(&receiver), ["PLAN_EDITED"]);
    assert_eq!(house.endpoint(&successor, &id).await["createdBy"]["email"], "admin@acme.example");
    // Whoever left may have kept the secret: the company changes it, and after a day the old one signs nothing.
    does(&successor, "rotateWebhookSecret", "secret", rotate).await;
    house.app.advance(chrono::TimeDelta::days(1));
    house.rename("Second").await;
    house.deliver().await;
    assert!(!receiver.takes()[0].is_signed_with(&first));
}

#[tokio::test]
async fn an_integration_keeps_no_endpoints() {
    let house = House::start().await;
    let made = "mutation { createIntegration(input: { name: \"CRM\", scopes: [EVENTS_READ, PLANS_READ] }) {
        token errors { code message path } } }";
    let made = house.acme.admin.done(made, json!({})).await;
    let crm = house.app.as_bearer(made["token"].as_str().unwrap());
    let input = json!({ "url": "https://crm.acme.example/" });
    let forbidden = "FORBIDDEN: only an admin of the organisation may do this";
    assert_eq!(refused(&crm, "createWebhookEndpoint", input.clone()).await, forbidden);
    let stranger = house.app.as_stranger();
    let unknown = "UNAUTHENTICATED: sign in first";
    assert_eq!(refused(&stranger, "createWebhookEndpoint", input).await, unknown);
    let (id, _) = create(&house.acme.admin, json!({ "url": "https://crm.acme.example/" })).await;
    for name in
        ["deleteWebhookEndpoint", "updateWebhookEndpoint", "sendTestWebhook", "rotateWebhookSecret"]
    {
        assert_eq!(refused(&stranger, name, json!({ "endpointId": id })).await, unknown);
    }
}
