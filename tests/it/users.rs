//! People: invited, given a role, and sent away again.

use jbp::{domain::actor::Role, service::users};
use serde_json::json;

use crate::support::TestApp;

const CHANGE_ROLE: &str = "mutation($id: ID!, $role: Role!) {
  changeRole(input: { userId: $id, role: $role }) { user { role } errors { code message path } }
}";

const INVITE: &str = "mutation($input: InviteUserInput!) { inviteUser(input: $input) {
  user { role isActive organization { name } } initialPassword errors { code message path }
} }";

#[tokio::test]
async fn admins_invite_people_of_their_own_side() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let person = |email: &str, name: &str, role: &str| json!({ "input": { "email": email, "name": name, "role": role } });
    let payload =
        acme.admin.done(INVITE, person("Zoe@Acme.Example", "Zoe", "PARTNER_MANAGER")).await;
    assert_eq!(
        payload["user"],
        json!({ "role": "PARTNER_MANAGER", "isActive": true, "organization": { "name": "Acme" } })
    );
    assert_eq!(payload["initialPassword"].as_str().unwrap().len(), 20);

    let long = "a".repeat(2_000_000);
    for (email, name, role, refused) in [
        (
            "zoe@acme.example",
            "Zoe",
            "PARTNER_VIEWER",
            "email: `zoe@acme.example` cannot be invited",
        ),
        (
            "admin@northwind.example",
            "Zoe",
            "PARTNER_VIEWER",
            "email: `admin@northwind.example` cannot be invited",
        ),
        ("zoe", "Zoe", "PARTNER_VIEWER", "email: `zoe` is not an e-mail address"),
        ("y@acme.example", " ", "PARTNER_VIEWER", "name: must not be empty"),
        ("y@acme.example", "Z\u{0}", "PARTNER_VIEWER", "name: has the control character U+0000"),
        (
            "y@acme.example",
            &long,
            "PARTNER_VIEWER",
            "name: has 2000000 characters; 200 is the most",
        ),
        ("y@acme.example", "Zoe", "VENDOR_ADMIN", "role: `VENDOR_ADMIN` is not a role of Acme"),
    ] {
        let field = refused.split(':').next().unwrap();
        assert_eq!(
            acme.admin.refused(INVITE, person(email, name, role)).await,
            format!("VALIDATION_FAILED at {field}: {refused}")
        );
    }
    for caller in [&acme.manager, &acme.executive, &acme.viewer, &northwind.manager] {
        assert_eq!(
            caller.refused(INVITE, person("y@acme.example", "Y", "PARTNER_VIEWER")).await,
            "FORBIDDEN: only an admin of the organisation may do this"
        );
    }
    assert_eq!(acme.admin.people_of(&acme.id).await.len(), 5);
}

#[tokio::test]
async fn a_company_keeps_an_admin() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let (admin, manager) = (acme.admin.user_id().await, acme.manager.user_id().await);
    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { errors { code message path } } }";
    assert_eq!(
        acme.admin.refused(deactivate, json!({ "id": admin })).await,
        "VALIDATION_FAILED at userId: userId: the organisation would be left without an active admin"
    );
    assert_eq!(
        acme.admin.refused(CHANGE_ROLE, json!({ "id": admin, "role": "PARTNER_VIEWER" })).await,
        "VALIDATION_FAILED at role: role: the organisation would be left without an active admin"
    );
    let refused = northwind
        .admin
        .refused(CHANGE_ROLE, json!({ "id": admin, "role": "PARTNER_VIEWER" }))
        .await;
    assert_eq!(refused, "FORBIDDEN: only an admin of the organisation may do this");

    acme.admin.done(CHANGE_ROLE, json!({ "id": manager, "role": "PARTNER_ADMIN" })).await;
    acme.manager.done(deactivate, json!({ "id": admin })).await;
    assert_eq!(
        acme.admin.refused(CHANGE_ROLE, json!({ "id": manager, "role": "PARTNER_VIEWER" })).await,
        "UNAUTHENTICATED: sign in first"
    );
}

#[tokio::test]
async fn admins_who_demote_each_other_at_once_leave_one() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let (admin, manager) = (northwind.admin.user_id().await, northwind.manager.user_id().await);
    let promote = json!({ "id": manager, "role": "VENDOR_ADMIN" });
    northwind.admin.done(CHANGE_ROLE, promote).await;
    let (one, other) = (northwind.admin.op().await.unwrap(), northwind.manager.op().await.unwrap());
    let (one, other) = tokio::join!(
        users::change_role(&one, manager.parse().unwrap(), Role::VendorViewer),
        users::change_role(&other, admin.parse().unwrap(), Role::VendorViewer)
    );
    assert_ne!(one.is_ok(), other.is_ok());
    let refused = one.and(other).unwrap_err().to_string();
    assert_eq!(refused, "role: the organisation would be left without an active admin");
}
