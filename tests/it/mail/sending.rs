//! What comes at once, to whom, and how it reads.

use jbp::{
    entity::{mail, notification},
    worker::forget,
};
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use super::{House, PUBLIC, pair, wants};
use crate::support::{given::id_of, planning::bare_mutation};

const BEHIND: &str = "Target behind: Plan 2026, with Acme";
const VENDORS: &str = "manager@northwind.example";
const PARTNERS: &str = "manager@acme.example";

#[tokio::test]
async fn a_warning_goes_to_those_of_each_side_who_work_on_the_plan() {
    let house = House::start().await;
    house.falls_behind().await;
    let mails = house.mails().await;
    let told: Vec<(&str, &str)> =
        mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
    let theirs = "Target behind: Plan 2026, with Northwind";
    assert_eq!(told, [(PARTNERS, theirs), (VENDORS, BEHIND)]);

    let alert = "{ alerts(filter: { rules: [TARGET_BEHIND] }) { nodes { id message } } }";
    let alert = house.vendor.viewer.run(alert, json!({})).await["alerts"]["nodes"][0].take();
    let message = alert["message"].as_str().unwrap();
    let mail = &mails[1];
    let link = format!("{PUBLIC}/plans/{}?alert={}", house.plan.id, id_of(&alert));
    assert_eq!(
        mail.text,
        format!(
            "Hello Northwind manager,\n\nTarget behind (needs action now)\n{message}\n\
             Plan 2026, with Acme · 15 January 2026, 00:00 (UTC)\n{link}\n\
             You are told because you are on the team of this partnership.\n\n-- \n\
             You are told as it happens. Your notification preferences make it once a day, once a week or never.\n\
             No more mails: {}\n",
            mail.unsubscribe
        )
    );
    assert!(mail.html.contains(&format!("<a href=\"{link}\">Target behind</a>")), "{}", mail.html);
    assert_eq!(mail.from, "\"Joint business plans\" <plans@northwind.example>");
    assert!(mail.id.starts_with("mail_") && mail.id.ends_with("@northwind.example"), "{}", mail.id);
    for header in [
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "Content-Type: multipart/alternative;",
    ] {
        assert!(mail.raw.contains(header), "{header} in {}", mail.raw);
    }

    let events = "{ events(first: 100) { edges { node { ... on Event { id kind } } } } }";
    let found = house.vendor.viewer.run(events, json!({})).await["events"]["edges"].take();
    let last = &found.as_array().unwrap().last().unwrap()["node"];
    assert_eq!(last["kind"], "ALERT_OPENED");
    assert_eq!(mail.events, [id_of(last)]);
    assert_eq!(house.told().await, [], "once");
}

#[tokio::test]
async fn what_happens_together_comes_in_one_mail() {
    let house = House::start().await;
    house.day("2026-12-31").await;
    house.day("2027-01-01").await;
    let mails = house.mails().await;
    assert_eq!(mails.len(), 2, "one for each");
    for mail in &mails {
        assert!(mail.events.len() > 2, "{:?}", mail.events);
        let n_said = mail.text.matches("You are told because").count();
        assert_eq!(n_said, mail.events.len());
        assert!(mail.subject.starts_with(&format!("{n_said} things to know: Plan 2026")));
        assert!(mail.text.contains("\nOver by now: Target behind\n"), "{}", mail.text);
        assert!(mail.text.contains("\nTarget missed (needs action now)\n"), "{}", mail.text);
    }
}

#[tokio::test]
async fn a_warning_that_returns_is_told_again() {
    let house = House::start().await;
    house.falls_behind().await;
    let first = house.mails().await;
    house.reports("150", "2026-01-12", "up").await;
    assert_eq!(house.told().await, []);
    house.reports("-150", "2026-01-13", "down").await;
    let second = house.mails().await;
    assert_eq!(second.len(), 2);
    for (one, other) in first.iter().zip(&second) {
        assert_eq!((&one.to, &one.subject), (&other.to, &other.subject));
        assert!(one.id != other.id && one.events != other.events);
    }
}

#[tokio::test]
async fn a_side_without_a_team_is_told_through_its_admins() {
    let house = House::start().await;
    let input = json!({ "partnershipId": house.acme.partnership, "userId": house.acme.manager.user_id().await });
    house.acme.admin.done(&bare_mutation("removeTeamMember"), json!({ "input": input })).await;
    house.falls_behind().await;
    let mails = house.mails().await;
    let told: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(told, ["admin@acme.example", VENDORS]);
    let why = "You are told because you run your company here, and nobody of it is on the team of this partnership.";
    assert!(mails[0].text.contains(why), "{}", mails[0].text);
}

#[tokio::test]
async fn whose_it_is_to_do_is_told_too() {
    let house = House::start().await;
    let item = json!({ "title": "call", "ownerId": house.acme.executive.user_id().await, "dueOn": "2026-01-12" });
    let input = json!({ "planId": house.plan.id, "action": item });
    house.vendor.manager.done(&bare_mutation("addActionItem"), json!({ "input": input })).await;
    house.deliver().await;
    house.office.takes();
    house.day("2026-01-13").await;
    let mails = house.mails().await;
    let told: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(told, ["executive@acme.example", PARTNERS, VENDORS]);
    assert!(mails[0].subject.starts_with("Action item overdue: "), "{}", mails[0].subject);
    let why = "You are told because what it is about is yours to do.";
    assert!(mails[0].text.contains(why), "{}", mails[0].text);
}

#[tokio::test]
async fn whom_a_warning_is_given_to_is_told() {
    let house = House::start().await;
    house.falls_behind().await;
    house.deliver().await;
    house.office.takes();
    let alert = "{ alerts(filter: { rules: [TARGET_BEHIND] }) { nodes { id } } }";
    let alert = house.acme.viewer.run(alert, json!({})).await["alerts"]["nodes"][0].take();
    let to = house.acme.manager.user_id().await;
    let input = json!({ "input": { "alertId": id_of(&alert), "assigneeId": to } });
    house.acme.admin.done(&bare_mutation("assignAlert"), input).await;
    let mails = house.mails().await;
    let told: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(told, [PARTNERS]);
    let why = "You are told because it was given to you.";
    assert!(mails[0].text.contains(why), "{}", mails[0].text);
}

#[tokio::test]
async fn what_waited_too_long_is_told_to_the_sponsors_of_each_side() {
    let house = House::start().await;
    house.falls_behind().await;
    house.deliver().await;
    house.office.takes();
    house.day("2026-01-19").await;
    assert_eq!(house.told().await, []);
    house.day("2026-01-20").await;
    let mails = house.mails().await;
    let told: Vec<(&str, &str)> =
        mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            ("executive@acme.example", "Target behind: Plan 2026, with Northwind"),
            ("executive@northwind.example", BEHIND),
        ]
    );
    let why = "You are told because nobody has taken note of it for days, and you sponsor this plan for your company.";
    assert!(mails.iter().all(|mail| mail.text.contains(why)), "{}", mails[0].text);
}

#[tokio::test]
async fn a_mention_is_told_without_what_was_said() {
    let house = House::start().await;
    let said = |visibility: &str, whom: &str| {
        json!({ "input": { "planId": house.plan.id, "body": "the secret plan",
        "visibility": visibility, "mentionIds": [whom] } })
    };
    let comment = bare_mutation("addComment");
    let (executive, partner) =
        (house.vendor.executive.user_id().await, house.acme.manager.user_id().await);
    house.vendor.manager.done(&comment, said("PRIVATE", &executive)).await;
    house.vendor.manager.done(&comment, said("SHARED", &partner)).await;
    let mails = house.mails().await;
    let told: Vec<(&str, &str)> =
        mails.iter().map(|mail| (mail.to.as_str(), mail.subject.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "executive@northwind.example",
                "Northwind manager mentioned you: Plan 2026, with Acme"
            ),
            (PARTNERS, "Northwind manager mentioned you: Plan 2026, with Northwind"),
        ]
    );
    assert!(mails.iter().all(|mail| !mail.raw.contains("secret")));
}

#[tokio::test]
async fn a_rule_that_is_off_is_not_told_and_the_others_are() {
    let house = House::start().await;
    let rules = json!([{ "rule": "TARGET_BEHIND", "delivery": "OFF" }]);
    wants(&house.vendor.manager, json!({ "rules": rules })).await;
    wants(&house.acme.manager, json!({ "delivery": "OFF" })).await;
    house.falls_behind().await;
    assert_eq!(house.told().await, []);
    house.day("2027-01-01").await;
    let told = house.mails().await;
    assert_eq!(told.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [VENDORS]);
    assert!(!told[0].text.contains("Target behind"), "{}", told[0].text);
}

#[tokio::test]
async fn nothing_comes_in_quiet_hours_of_the_readers_clock() {
    let house = House::start().await;
    let quiet =
        json!({ "quietHours": { "from": "22:00", "to": "07:00" }, "timeZone": "Europe/Berlin" });
    wants(&house.vendor.manager, quiet).await;
    // It is one o'clock in Berlin.
    house.falls_behind().await;
    assert_eq!(house.told().await, [pair(PARTNERS, "Target behind: Plan 2026, with Northwind")]);
    house.at("2026-01-15T05:59:59Z").await;
    assert_eq!(house.told().await, []);
    house.at("2026-01-15T06:00:00Z").await;
    assert_eq!(house.told().await, [pair(VENDORS, BEHIND)]);
}

#[tokio::test]
async fn what_has_happened_before_there_were_mails_is_not_told() {
    let house = House::start().await;
    house.falls_behind().await;
    house.app.advance(chrono::TimeDelta::days(8));
    assert_eq!(house.told().await, []);
}

#[tokio::test]
async fn what_was_told_is_kept_for_ninety_days() {
    let house = House::start().await;
    house.falls_behind().await;
    house.deliver().await;
    let db = house.app.op.db.read();
    for (days, n_kept) in [(89, 2), (2, 0)] {
        house.app.advance(chrono::TimeDelta::days(days));
        while forget::step(&house.app.op, None).await.unwrap() {}
        assert_eq!(mail::Entity::find().count(db).await.unwrap(), n_kept);
        assert_eq!(notification::Entity::find().count(db).await.unwrap(), n_kept);
    }
}
