//! Partnerships: begun, placed in the programme, staffed, framed, and who may do which.

use serde_json::{Value, json};

use crate::support::{
    Client, TestApp,
    given::{address, id_of},
};

const CREATE: &str =
    "mutation($input: CreatePartnershipInput!) { createPartnership(input: $input) {
  partnership { id revision } initialPassword errors { code message path }
} }";

const SET_TIER: &str = "mutation($input: SetTierInput!) { setTier(input: $input) {
  partnership { revision tier { code } }
  errors {
    code message path
    ... on RevisionConflict { expectedRevision currentRevision current { id ... on Partnership { revision } } }
  }
} }";

const SET_RISK: &str = "mutation($input: SetRiskRatingInput!) { setRiskRating(input: $input) {
  partnership { riskRating } errors { code message path }
} }";

const ADD: &str = "mutation($input: AddTeamMemberInput!) { addTeamMember(input: $input) {
  partnership { team { side user { name } } } errors { code message path }
} }";

const REMOVE: &str = "mutation($input: RemoveTeamMemberInput!) { removeTeamMember(input: $input) {
  partnership { team { side user { name } } } errors { code message path }
} }";

const CHANGE_ROLE: &str = "mutation($id: ID!, $role: Role!) {
  changeRole(input: { userId: $id, role: $role }) { user { role } errors { code message path } }
}";

const NODE: &str = "query($id: ID!) { node(id: $id) { __typename id } }";

/// Whether `caller` finds anything under `id`.
async fn sees(caller: &Client, id: &str) -> bool {
    let node = caller.run(NODE, json!({ "id": id })).await["node"].take();
    assert!(node.is_null() || node["id"] == id);
    !node.is_null()
}

fn place(partnership: &str, user: &str) -> Value {
    json!({ "input": { "partnershipId": partnership, "userId": user } })
}

#[tokio::test]
async fn admins_of_each_side_staff_the_team_with_their_own_people() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let globex = app.partner(&northwind, "Globex", "GOLD", "MSP").await;
    let viewer = acme.viewer.user_id().await;
    let payload = acme.admin.done(ADD, place(&acme.partnership, &viewer)).await;
    let vendors = json!({ "side": "VENDOR", "user": { "name": "Northwind manager" } });
    let partners = json!({ "side": "PARTNER", "user": { "name": "Acme manager" } });
    let added = json!({ "side": "PARTNER", "user": { "name": "Acme viewer" } });
    assert_eq!(payload["partnership"]["team"], json!([vendors, partners, added]));
    let again = acme.admin.done(ADD, place(&acme.partnership, &viewer)).await;
    assert_eq!(again["partnership"]["team"], json!([vendors, partners, added]));

    let forbidden = "FORBIDDEN: only an admin of the organisation may do this";
    for caller in [&northwind.admin, &northwind.manager, &acme.manager, &acme.viewer] {
        assert_eq!(caller.refused(REMOVE, place(&acme.partnership, &viewer)).await, forbidden);
    }
    let not_found = "NOT_FOUND: partnership not found";
    assert_eq!(globex.admin.refused(ADD, place(&acme.partnership, &viewer)).await, not_found);
    let stranger = globex.admin.user_id().await;
    let refused = acme.admin.refused(ADD, place(&acme.partnership, &stranger)).await;
    assert_eq!(refused, "NOT_FOUND: user not found");

    let payload = acme.admin.done(REMOVE, place(&acme.partnership, &viewer)).await;
    assert_eq!(payload["partnership"]["team"], json!([vendors, partners]));
}

#[tokio::test]
async fn work_begins_and_ends_with_a_place_on_the_team() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let can = async |caller: &Client| {
        let asked =
            "{ partnerships { nodes { viewerCanWork viewerCanManageTeam viewerCanSetTier } } }";
        caller.run(asked, json!({})).await["partnerships"]["nodes"][0].take()
    };
    let may = |work, team, tier| json!({ "viewerCanWork": work, "viewerCanManageTeam": team, "viewerCanSetTier": tier });
    assert_eq!(can(&northwind.admin).await, may(true, true, true));
    assert_eq!(can(&northwind.manager).await, may(true, false, false));
    assert_eq!(can(&northwind.executive).await, may(false, false, false));
    assert_eq!(can(&northwind.viewer).await, may(false, false, false));
    assert_eq!(can(&acme.admin).await, may(true, true, false));
    assert_eq!(can(&acme.manager).await, may(true, false, false));
    assert_eq!(can(&acme.executive).await, may(false, false, false));
    assert_eq!(can(&acme.viewer).await, may(false, false, false));

    let manager = acme.manager.user_id().await;
    acme.admin.done(REMOVE, place(&acme.partnership, &manager)).await;
    assert_eq!(can(&acme.manager).await, may(false, false, false));
    acme.admin.add_to_team(&acme.partnership, &manager).await;
    assert_eq!(can(&acme.manager).await, may(true, false, false));
    acme.admin.done(CHANGE_ROLE, json!({ "id": manager, "role": "PARTNER_VIEWER" })).await;
    assert_eq!(can(&acme.manager).await, may(false, false, false));
}

#[tokio::test]
async fn a_risk_rating_is_the_vendors_secret() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let rate = |rating: &str, revision: i32| {
        json!({ "input": {
        "partnershipId": acme.partnership, "expectedRevision": revision, "riskRating": rating,
    } })
    };
    let payload = northwind.manager.done(SET_RISK, rate("HIGH", 1)).await;
    assert_eq!(payload["partnership"]["riskRating"], "HIGH");
    assert_eq!(
        acme.admin.refused(SET_RISK, rate("LOW", 2)).await,
        "FORBIDDEN: only the vendor may do this"
    );
    for caller in [&northwind.executive, &northwind.viewer] {
        assert_eq!(
            caller.refused(SET_RISK, rate("LOW", 2)).await,
            "FORBIDDEN: only an admin, or a manager on the partnership's team, may do this"
        );
    }
    let asked = "{ partnerships { nodes { riskRating riskRevision revision } } }";
    let rated = json!({ "riskRating": "HIGH", "riskRevision": 2, "revision": 1 });
    let unknown = json!({ "riskRating": null, "riskRevision": null, "revision": 1 });
    for (caller, seen) in [
        (&northwind.admin, &rated),
        (&northwind.executive, &rated),
        (&northwind.viewer, &unknown),
        (&acme.admin, &unknown),
        (&acme.executive, &unknown),
    ] {
        let answer = caller.run(asked, json!({})).await;
        assert_eq!(answer["partnerships"]["nodes"][0], *seen);
    }
    let stale = northwind.admin.refused(SET_RISK, rate("LOW", 1)).await;
    assert!(stale.starts_with("REVISION_CONFLICT"), "{stale}");
}

#[tokio::test]
async fn a_stale_edit_is_told_what_is_there_now() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let (strategic, gold) = (northwind.tier("STRATEGIC").await, northwind.tier("GOLD").await);
    let to = |tier: &str, revision: i32| {
        json!({ "input": {
        "partnershipId": acme.partnership, "expectedRevision": revision, "tierId": tier,
    } })
    };
    let payload = northwind.admin.done(SET_TIER, to(&strategic, 1)).await;
    assert_eq!(payload["partnership"], json!({ "revision": 2, "tier": { "code": "STRATEGIC" } }));

    let answer = northwind.admin.run(SET_TIER, to(&gold, 1)).await;
    assert_eq!(
        answer["setTier"],
        json!({ "partnership": null, "errors": [{
            "code": "REVISION_CONFLICT",
            "message": "the partnership is at revision 2, not 1",
            "path": ["expectedRevision"],
            "expectedRevision": 1,
            "currentRevision": 2,
            "current": { "id": acme.partnership, "revision": 2 },
        }] })
    );
    let forbidden = "FORBIDDEN: only an admin of the vendor may do this";
    assert_eq!(northwind.manager.refused(SET_TIER, to(&gold, 2)).await, forbidden);
    assert_eq!(acme.admin.refused(SET_TIER, to(&gold, 2)).await, forbidden);
    let contoso = app.vendor("Contoso").await;
    let refused = contoso.admin.refused(SET_TIER, to(&gold, 2)).await;
    assert_eq!(refused, "NOT_FOUND: partnership not found");
    let foreign = contoso.tier("GOLD").await;
    assert_eq!(
        northwind.admin.refused(SET_TIER, to(&foreign, 2)).await,
        "NOT_FOUND: tier not found"
    );
}

#[tokio::test]
async fn agreements_are_recorded_by_those_who_work_on_the_partnership() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let globex = app.partner(&northwind, "Globex", "GOLD", "MSP").await;
    let record = "mutation($input: RecordAgreementInput!) { recordAgreement(input: $input) {
        agreement { id reference signedOn effectiveOn expiresOn partnership { id } } errors { code message path }
    } }";
    let input = |reference: &str, expires: Option<&str>| {
        json!({ "input": {
        "partnershipId": acme.partnership, "reference": reference,
        "signedOn": "2025-12-15", "effectiveOn": "2026-01-01", "expiresOn": expires,
    } })
    };
    let payload = northwind.manager.done(record, input("PA-7", Some("2027-12-31"))).await;
    let agreement = id_of(&payload["agreement"]);
    assert_eq!(
        payload["agreement"],
        json!({
            "id": agreement, "reference": "PA-7", "signedOn": "2025-12-15", "effectiveOn": "2026-01-01",
            "expiresOn": "2027-12-31", "partnership": { "id": acme.partnership },
        })
    );
    acme.manager.done(record, input("PA-8", None)).await;
    for caller in [&northwind.viewer, &acme.executive] {
        assert_eq!(
            caller.refused(record, input("PA-9", None)).await,
            "FORBIDDEN: only an admin, or a manager on the partnership's team, may do this"
        );
    }
    let refused = globex.admin.refused(record, input("PA-9", None)).await;
    assert_eq!(refused, "NOT_FOUND: partnership not found");
    assert_eq!(
        acme.admin.refused(record, input("PA-9", Some("2025-12-31"))).await,
        "VALIDATION_FAILED at expiresOn: expiresOn: 2025-12-31 is before 2026-01-01, when it begins"
    );
    let asked = "{ partnerships { nodes { agreements { reference } } } }";
    assert_eq!(
        acme.viewer.run(asked, json!({})).await["partnerships"]["nodes"],
        json!([{ "agreements": [{ "reference": "PA-7" }, { "reference": "PA-8" }] }])
    );
    assert!(sees(&acme.viewer, &agreement).await);
    assert!(!sees(&globex.viewer, &agreement).await);
}

#[tokio::test]
async fn a_partnership_begins_whole_or_not_at_all() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let gold = northwind.tier("GOLD").await;
    let input = |name: &str, email: &str| {
        json!({ "input": {
        "partner": { "organization": { "name": name, "admin": { "name": "Gus", "email": email } } },
        "tierId": gold, "partnerType": "ISV",
    } })
    };
    assert_eq!(
        northwind.admin.refused(CREATE, input("Globex", &address("admin", "Acme"))).await,
        "VALIDATION_FAILED at partner.organization.admin.email: partner.organization.admin.email: `admin@acme.example` cannot be invited"
    );
    assert_eq!(
        northwind.admin.refused(CREATE, input("", "gus@globex.example")).await,
        "VALIDATION_FAILED at partner.organization.name: partner.organization.name: must not be empty"
    );
    for caller in [&northwind.manager, &northwind.executive, &acme.admin] {
        assert_eq!(
            caller.refused(CREATE, input("Globex", "gus@globex.example")).await,
            "FORBIDDEN: only an admin of the vendor may do this"
        );
    }
    let listed = "{ partnerships { totalCount } }";
    assert_eq!(northwind.viewer.run(listed, json!({})).await["partnerships"]["totalCount"], 1);

    let payload = northwind.admin.done(CREATE, input("Globex", "gus@globex.example")).await;
    assert_eq!(payload["partnership"]["revision"], 1);
    let sign_in = "mutation($input: SignInInput!) { signIn(input: $input) { viewer { role } errors { code } } }";
    let input = json!({ "email": "gus@globex.example", "password": payload["initialPassword"] });
    let payload = app.as_stranger().done(sign_in, json!({ "input": input })).await;
    assert_eq!(payload["viewer"]["role"], "PARTNER_ADMIN");
}

#[tokio::test]
async fn partnerships_are_paged_both_ways() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let names = ["Acme", "Globex", "Initech"];
    for name in names {
        app.partner(&northwind, name, "GOLD", "RESELLER").await;
    }
    let asked = "query($first: Int, $after: String, $last: Int, $before: String) {
        partnerships(first: $first, after: $after, last: $last, before: $before) {
            totalCount nodes { partner { name } }
            pageInfo { hasPreviousPage hasNextPage startCursor endCursor }
        }
    }";
    let page = async |variables: Value| {
        northwind.viewer.run(asked, variables).await["partnerships"].take()
    };
    let seen = |page: &Value| -> Vec<String> {
        let nodes = page["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["partner"]["name"].as_str().unwrap().to_owned()).collect()
    };
    let first = page(json!({ "first": 2 })).await;
    assert_eq!(
        (seen(&first).as_slice(), &first["totalCount"]),
        (&["Acme".into(), "Globex".into()][..], &json!(3))
    );
    assert_eq!(
        (&first["pageInfo"]["hasPreviousPage"], &first["pageInfo"]["hasNextPage"]),
        (&json!(false), &json!(true))
    );
    let second = page(json!({ "first": 2, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(seen(&second), ["Initech"]);
    let back = page(json!({ "last": 1, "before": second["pageInfo"]["startCursor"] })).await;
    assert_eq!(seen(&back), ["Globex"]);

    assert_eq!(
        northwind.viewer.refused(asked, json!({ "first": 101 })).await,
        "BAD_USER_INPUT: first: 101 is not between 1 and 100"
    );
    let users = "query($after: String) { viewer { organization { users(after: $after) { nodes { id } } } } }";
    assert_eq!(
        northwind.viewer.refused(users, json!({ "after": first["pageInfo"]["endCursor"] })).await,
        "INVALID_CURSOR: after: not a cursor of this list"
    );
}
