//! Links in mails stop further ones, by one click, and tell nobody anything.

use reqwest::{StatusCode, header::HeaderMap};
use serde_json::json;

use super::{House, PUBLIC, preferences, wants};
use crate::support::house;

/// What the doors answer to a link of a mail.
async fn follow(doors: &house::House, url: &str, is_post: bool) -> (StatusCode, HeaderMap, String) {
    let url = url.replace(PUBLIC, &format!("http://{}", doors.address));
    let client = reqwest::Client::new();
    let request = if is_post {
        let form = "application/x-www-form-urlencoded";
        client.post(url).header("content-type", form).body("List-Unsubscribe=One-Click")
    } else {
        client.get(url)
    };
    let answer = request.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    (status, headers, answer.text().await.unwrap())
}

#[tokio::test]
async fn one_click_stops_all_mails_of_one_person() {
    let house = House::start().await;
    let who = &house.vendor.manager;
    let rules = json!([{ "rule": "TARGET_MISSED", "delivery": "AT_ONCE" }]);
    wants(who, json!({ "rules": rules })).await;
    house.falls_behind().await;
    let mails = house.mails().await;
    let mail = &mails[1];
    assert!(mail.text.contains(&mail.unsubscribe) && mail.html.contains(&mail.unsubscribe));
    assert_ne!(mail.unsubscribe, mails[0].unsubscribe);

    let doors = house.app.open_doors().await;
    let (status, headers, page) = follow(&doors, &mail.unsubscribe, false).await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("<form method=\"post\"><button>No more mails</button></form>"), "{page}");
    assert!(!page.contains("northwind") && !page.contains("//"), "{page}");
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'; \
             frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("x-frame-options", "DENY"),
    ] {
        assert_eq!(headers[name], value, "{name}");
    }
    assert_eq!(preferences(who).await["delivery"], "AT_ONCE", "looking changes nothing");

    for _ in 0..2 {
        let (status, _, page) = follow(&doors, &mail.unsubscribe, true).await;
        assert_eq!(status, StatusCode::OK);
        assert!(page.contains("<h1>You get no more mails</h1>"), "{page}");
        let said = preferences(who).await;
        assert_eq!((&said["delivery"], &said["revision"]), (&json!("OFF"), &json!(2)));
        assert_eq!(said["rules"], rules, "what was wanted is not forgotten");
    }
    doors.close().await;
    house.day("2027-01-01").await;
    let told = house.told().await;
    assert!(
        !told.is_empty() && told.iter().all(|(to, _)| to == "manager@acme.example"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_link_that_the_house_has_not_written_tells_nothing() {
    let house = House::start().await;
    house.falls_behind().await;
    let link = house.mails().await[0].unsubscribe.clone();
    let doors = house.app.open_doors().await;
    let mut answers = Vec::new();
    let token = link.rsplit('/').next().unwrap();
    let flipped: String = token.chars().rev().collect();
    for wrong in ["x", "AAAA", "%00", &token[1..], &token[..42], &flipped, "../graphiql"] {
        for is_post in [false, true] {
            let url = format!("{PUBLIC}/unsubscribe/{}", wrong.replace('/', "%2F"));
            let (status, headers, page) = follow(&doors, &url, is_post).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{wrong}");
            assert_eq!(headers["cache-control"], "no-store");
            answers.push(page);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "they are all alike");
    assert_eq!(preferences(&house.acme.manager).await["delivery"], "AT_ONCE");
    doors.close().await;
}

#[tokio::test]
async fn a_link_of_somebody_who_has_left_is_answered_as_any() {
    let house = House::start().await;
    house.falls_behind().await;
    let link = house.mails().await[0].unsubscribe.clone();
    let input = json!({ "userId": house.acme.manager.user_id().await });
    let deactivate = crate::support::planning::bare_mutation("deactivateUser");
    house.acme.admin.done(&deactivate, json!({ "input": input })).await;
    let doors = house.app.open_doors().await;
    assert_eq!(follow(&doors, &link, false).await.0, StatusCode::OK);
    assert_eq!(follow(&doors, &link, true).await.0, StatusCode::OK);
    doors.close().await;
}
