//! Who sees whom: companies, their people, and what rivals never find.

use serde_json::json;

use crate::support::{Client, TestApp};

const CREATE: &str =
    "mutation($input: CreatePartnershipInput!) { createPartnership(input: $input) {
  partnership { id revision } initialPassword errors { code message path }
} }";

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } }";

/// Whether `caller` finds anything under `id`.
async fn sees(caller: &Client, id: &str) -> bool {
    let node = caller.run(NODE, json!({ "id": id })).await["node"].take();
    assert!(node.is_null() || node["id"] == id);
    !node.is_null()
}

#[tokio::test]
async fn rivals_do_not_find_each_other_by_any_id() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let globex = app.partner(&northwind, "Globex", "GOLD", "MSP").await;
    let contoso = app.vendor("Contoso").await;
    let ids = [
        acme.id.clone(),
        acme.partnership.clone(),
        acme.admin.user_id().await,
        acme.manager.user_id().await,
        acme.executive.user_id().await,
        acme.viewer.user_id().await,
    ];
    for id in &ids {
        assert!(sees(&northwind.viewer, id).await, "{id}");
        assert!(sees(&acme.viewer, id).await, "{id}");
        assert!(!sees(&globex.admin, id).await, "{id}");
        assert!(!sees(&contoso.admin, id).await, "{id}");
    }
    let asked = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let nodes = globex.admin.run(asked, json!({ "ids": ids })).await;
    assert_eq!(nodes, json!({ "nodes": [null, null, null, null, null, null] }));

    let listed = "{ partnerships { totalCount nodes { id } } }";
    assert_eq!(
        globex.executive.run(listed, json!({})).await["partnerships"],
        json!({ "totalCount": 1, "nodes": [{ "id": globex.partnership }] })
    );
    let none = json!({ "totalCount": 0, "nodes": [] });
    assert_eq!(contoso.admin.run(listed, json!({})).await["partnerships"], none);
    let stranger = app.as_stranger();
    for query in
        [listed, "{ viewer { role } }", "{ node(id: \"x\") { id } }", "{ nodes(ids: []) { id } }"]
    {
        assert_eq!(stranger.refused(query, json!({})).await, "UNAUTHENTICATED: sign in first");
    }
}

#[tokio::test]
async fn a_partner_knows_a_vendors_executives_and_its_own_team_there() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let globex = app.partner(&northwind, "Globex", "GOLD", "MSP").await;
    let second =
        app.invited(&northwind.admin, "second", "Northwind", "CHANNEL_ACCOUNT_MANAGER").await;
    northwind.admin.add_to_team(&globex.partnership, &second.user_id().await).await;

    assert_eq!(
        acme.viewer.people_of(&northwind.id).await,
        ["Northwind manager", "Northwind executive"]
    );
    assert_eq!(
        globex.viewer.people_of(&northwind.id).await,
        ["Northwind manager", "Northwind executive", "Northwind second"]
    );
    assert!(!sees(&acme.admin, &second.user_id().await).await);
    assert_eq!(
        northwind.viewer.people_of(&acme.id).await,
        ["Acme admin", "Acme manager", "Acme executive", "Acme viewer"]
    );
    assert_eq!(acme.viewer.people_of(&acme.id).await.len(), 4);
}

#[tokio::test]
async fn a_partner_of_two_vendors_sees_both_and_they_not_each_other() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let contoso = app.vendor("Contoso").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let linked = app.link(&contoso, &acme, "STRATEGIC").await;
    let asked =
        "{ partnerships { nodes { vendor { name } tier { code } team { user { name } } } } }";
    let team = json!([{ "user": { "name": "Northwind manager" } }, { "user": { "name": "Acme manager" } }]);
    let of_northwind =
        json!({ "vendor": { "name": "Northwind" }, "tier": { "code": "GOLD" }, "team": team });
    let of_contoso =
        json!({ "vendor": { "name": "Contoso" }, "tier": { "code": "STRATEGIC" }, "team": [] });
    let nodes =
        async |caller: &Client| caller.run(asked, json!({})).await["partnerships"]["nodes"].take();
    assert_eq!(nodes(&acme.viewer).await, json!([of_northwind, of_contoso]));
    assert_eq!(nodes(&northwind.viewer).await, json!([of_northwind]));
    assert_eq!(nodes(&contoso.viewer).await, json!([of_contoso]));
    assert!(sees(&contoso.viewer, &acme.id).await);
    assert!(!sees(&contoso.viewer, &northwind.id).await);
    assert!(!sees(&northwind.viewer, &linked).await);

    let input = json!({ "partner": { "organizationId": acme.id }, "tierId": contoso.tier("GOLD").await, "partnerType": "ISV" });
    assert_eq!(
        contoso.admin.refused(CREATE, json!({ "input": input })).await,
        "VALIDATION_FAILED at partner.organizationId: partner.organizationId: Acme is a partner already"
    );
    let globex = app.partner(&northwind, "Globex", "GOLD", "MSP").await;
    let input = json!({ "partner": { "organizationId": globex.id }, "tierId": contoso.tier("GOLD").await, "partnerType": "ISV" });
    let refused = contoso.admin.refused(CREATE, json!({ "input": input })).await;
    assert_eq!(refused, "NOT_FOUND: organization not found");
    let input = json!({ "partner": { "organizationId": acme.id }, "tierId": northwind.tier("GOLD").await, "partnerType": "ISV" });
    let refused = contoso.admin.refused(CREATE, json!({ "input": input })).await;
    assert_eq!(refused, "NOT_FOUND: tier not found");
}

#[tokio::test]
async fn an_id_that_is_none_is_bad_input_and_an_unknown_one_is_null() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let unknown = "user_01j0000000e008000000000001";
    assert_eq!(northwind.admin.run(NODE, json!({ "id": unknown })).await, json!({ "node": null }));
    for id in [
        "nothing",
        "",
        "user_",
        "team_01j0000000e008000000000001",
        "user_01j0000000e00800000000000!",
    ] {
        assert_eq!(
            northwind.admin.refused(NODE, json!({ "id": id })).await,
            format!("BAD_USER_INPUT: `{id}` is not an id of anything that can be looked up")
        );
    }
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    assert_eq!(
        northwind.admin.refused(nodes, json!({ "ids": vec![unknown; 101] })).await,
        "BAD_USER_INPUT: ids: 101 ids are more than 100"
    );
    let own = northwind.admin.user_id().await;
    assert_eq!(
        northwind.admin.run(nodes, json!({ "ids": [unknown, own, unknown, own] })).await["nodes"],
        json!([null, { "id": own }, null, { "id": own }])
    );
}
