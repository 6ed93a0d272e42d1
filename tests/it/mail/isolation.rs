//! A mail tells its reader what the reader may see when it is sent, and nothing else.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{House, pair, preferences, wants};
use crate::support::{
    Client,
    planning::{bare_mutation, custom},
    post_office::Fault,
};

const VENDORS: &str = "manager@northwind.example";
const PARTNERS: &str = "manager@acme.example";

async fn alert_ids(who: &Client) -> Vec<String> {
    let found = who.run("{ alerts(first: 100) { nodes { id } } }", json!({})).await;
    let nodes = found["alerts"]["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_side_is_told_its_own_warnings_and_rivals_and_other_vendors_nothing() {
    let house = House::start().await;
    let globex = house.app.partner(&house.vendor, "Globex", "GOLD", "RESELLER").await;
    let contoso = house.app.vendor("Contoso").await;
    house.app.partner(&contoso, "Initech", "GOLD", "RESELLER").await;
    house.falls_behind().await;
    let mails = house.mails().await;
    let told: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(told, [PARTNERS, VENDORS]);
    let (partners, vendors) =
        (alert_ids(&house.acme.viewer).await, alert_ids(&house.vendor.viewer).await);
    for (mail, own, other) in [(&mails[0], &partners, &vendors), (&mails[1], &vendors, &partners)] {
        assert!(own.iter().any(|id| mail.raw.contains(id.as_str())));
        assert!(!other.iter().any(|id| mail.raw.contains(id.as_str())), "{}", mail.raw);
    }
    // A rival's own trouble is the rival's and the vendor's.
    let theirs = house.vendor.plan(&globex).light().with_target(custom("demos", "1200"));
    theirs.active().await;
    let mails = house.mails().await;
    assert!(mails.iter().all(|mail| mail.to != PARTNERS && !mail.to.contains("acme")), "{mails:?}");
}

#[tokio::test]
async fn who_has_left_gets_nothing_not_even_what_waited() {
    for leave in ["deactivated", "taken off the team"] {
        let house = House::start().await;
        let successor =
            house.app.invited(&house.acme.admin, "successor", "Acme", "PARTNER_MANAGER").await;
        house.acme.admin.add_to_team(&house.acme.partnership, &successor.user_id().await).await;
        house.office.has(Fault::Says(451));
        house.falls_behind().await;
        assert_eq!(house.told().await, []);
        let user = house.acme.manager.user_id().await;
        if leave == "deactivated" {
            let input = json!({ "userId": user });
            house
                .acme
                .admin
                .done(&bare_mutation("deactivateUser"), json!({ "input": input }))
                .await;
        } else {
            let input = json!({ "partnershipId": house.acme.partnership, "userId": user });
            house
                .acme
                .admin
                .done(&bare_mutation("removeTeamMember"), json!({ "input": input }))
                .await;
        }
        house.office.has(Fault::None);
        house.app.advance(TimeDelta::seconds(70));
        let theirs = "Target behind: Plan 2026, with Northwind";
        let expected = [
            pair(VENDORS, "Target behind: Plan 2026, with Acme"),
            pair("successor@acme.example", theirs),
        ];
        assert_eq!(house.told().await, expected, "{leave}");
        house.reports("150", "2026-01-12", "up").await;
        house.reports("-150", "2026-01-13", "down").await;
        assert_eq!(house.told().await, expected, "{leave}");
    }
}

#[tokio::test]
async fn a_comment_that_was_taken_back_is_not_told() {
    let house = House::start().await;
    house.office.has(Fault::Says(451));
    let asked = "mutation($input: AddCommentInput!) { addComment(input: $input) {
        comment { id } errors { code message path } } }";
    let partner = house.acme.manager.user_id().await;
    let input = json!({ "planId": house.plan.id, "body": "well", "visibility": "SHARED", "mentionIds": [partner] });
    let made = house.vendor.manager.done(asked, json!({ "input": input })).await;
    house.deliver().await;
    let input = json!({ "commentId": made["comment"]["id"] });
    house.vendor.manager.done(&bare_mutation("retractComment"), json!({ "input": input })).await;
    house.office.has(Fault::None);
    house.app.advance(TimeDelta::seconds(70));
    assert_eq!(house.told().await, []);
}

/// A time zone tells where somebody lives, and what they want is theirs to know.
#[tokio::test]
async fn what_somebody_wants_is_theirs_alone() {
    let house = House::start().await;
    wants(&house.vendor.manager, json!({ "delivery": "WEEKLY", "timeZone": "Asia/Tokyo" })).await;
    for other in [&house.vendor.admin, &house.vendor.executive, &house.acme.manager] {
        let own = preferences(other).await;
        assert_eq!((&own["delivery"], &own["timeZone"]), (&json!("AT_ONCE"), &json!("UTC")));
    }
    let stranger = house.app.as_stranger();
    let asked = "{ viewer { notificationPreferences { delivery } } }";
    let answer = stranger.try_run(asked, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");

    let create = "mutation { createIntegration(input: { name: \"ERP\", scopes: [EVENTS_READ, PLANS_READ] }) { token errors { message } } }";
    let token = house.vendor.admin.done(create, json!({})).await["token"].take();
    let integration = house.app.as_bearer(token.as_str().unwrap());
    assert_eq!(preferences(&integration).await, Value::Null);
    let edit = bare_mutation("editNotificationPreferences");
    let input = json!({ "input": { "expectedRevision": 0, "delivery": "OFF" } });
    assert_eq!(integration.refused(&edit, input).await, "FORBIDDEN: only a person gets mails");
}
