//! Mail servers that are down, refuse, hang up or say nothing: mails come later, and none is lost.

use chrono::TimeDelta;
use jbp::entity::{mail, notification};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use super::{House, another_mailer, wants};
use crate::support::post_office::Fault;

/// What is in a mail, whenever it comes.
fn content(mails: &[crate::support::post_office::Mail]) -> Vec<(String, String, Vec<String>)> {
    mails.iter().map(|mail| (mail.id.clone(), mail.to.clone(), mail.events.clone())).collect()
}

#[tokio::test]
async fn a_server_that_is_down_for_a_day_delays_and_loses_nothing() {
    let mut house = House::start().await;
    house.office.goes_down().await;
    house.falls_behind().await;
    assert_eq!(house.mails().await, []);
    for _ in 0..24 {
        house.app.advance(TimeDelta::hours(1));
        house.app.settle().await;
        assert_eq!(house.mails().await, []);
    }
    // More happens meanwhile, and waits for what was first.
    house.reports("150", "2026-01-12", "up").await;
    house.reports("-150", "2026-01-13", "down").await;
    house.deliver().await;
    house.office.comes_up().await;
    house.app.advance(TimeDelta::minutes(70));
    house.deliver().await;
    let mails = house.office.takes();
    for who in ["manager@northwind.example", "manager@acme.example"] {
        let own: Vec<_> = mails.iter().filter(|mail| mail.to == who).collect();
        assert_eq!(own.len(), 2, "each once, in order: {own:?}");
        assert!(own[0].id < own[1].id && own[0].events < own[1].events);
    }
    assert_eq!(mails.len(), 4);
    house.app.advance(TimeDelta::days(2));
    assert_eq!(house.mails().await, []);
}

#[tokio::test]
async fn whatever_is_wrong_the_same_mail_comes_when_it_is_mended() {
    for fault in [
        Fault::Says(421),
        Fault::Says(451),
        Fault::Says(550),
        Fault::Says(554),
        Fault::DropsAtOnce,
        Fault::DropsWithinMail,
        Fault::IsSilent,
        Fault::Babbles,
    ] {
        let house = House::start().await;
        wants(&house.acme.manager, json!({ "delivery": "OFF" })).await;
        house.office.has(fault);
        house.falls_behind().await;
        assert_eq!(house.mails().await, [], "{fault:?}");
        house.office.has(Fault::None);
        assert_eq!(house.mails().await, [], "{fault:?}: not before its time");
        house.app.advance(TimeDelta::seconds(70));
        let mails = house.mails().await;
        assert_eq!(mails.len(), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn a_server_that_takes_a_mail_and_hangs_up_gets_it_again_under_the_same_id() {
    let house = House::start().await;
    house.office.has(Fault::DropsAfterTaking);
    house.falls_behind().await;
    let first = house.mails().await;
    assert_eq!(first.len(), 2, "it has taken them, and did not say so");
    house.office.has(Fault::None);
    house.app.advance(TimeDelta::seconds(70));
    let second = house.mails().await;
    assert_eq!(content(&first), content(&second));
    house.app.advance(TimeDelta::days(1));
    assert_eq!(house.mails().await, []);
}

#[tokio::test]
async fn after_three_days_a_mail_is_given_up_and_the_next_one_follows() {
    let mut house = House::start().await;
    wants(&house.acme.manager, json!({ "delivery": "OFF" })).await;
    house.office.goes_down().await;
    house.falls_behind().await;
    house.deliver().await;
    for _ in 0..73 {
        house.app.advance(TimeDelta::minutes(70));
        house.deliver().await;
    }
    let db = house.app.op.db.read();
    let dead = notification::Entity::find()
        .filter(notification::Column::State.eq(jbp::domain::notification::NotificationState::Dead));
    assert_eq!(dead.count(db).await.unwrap(), 1);
    let rows = mail::Entity::find().all(db).await.unwrap();
    let last = rows.iter().find(|row| row.n_failed > 0).unwrap();
    assert!((60..75).contains(&last.n_failed), "{last:?}");
    assert!(last.error.as_ref().unwrap().contains("onnection"), "{last:?}");

    house.office.comes_up().await;
    house.reports("150", "2026-01-12", "up").await;
    house.reports("-150", "2026-01-13", "down").await;
    let mails = house.mails().await;
    assert_eq!(mails.len(), 1);
}

#[tokio::test]
async fn two_processes_send_each_mail_once() {
    let house = House::start().await;
    let other = another_mailer(&house.app, &house.office).await;
    house.falls_behind().await;
    let mut n_sent = 2;
    for round in 0..5 {
        house.reports("150", "2026-01-12", &format!("up {round}")).await;
        house.reports("-150", "2026-01-13", &format!("down {round}")).await;
        let (one, two) = tokio::join!(house.mailer.round(), other.round());
        one.unwrap();
        two.unwrap();
        house.deliver().await;
        n_sent += 2;
    }
    let mails = house.office.takes();
    let mut ids: Vec<&str> = mails.iter().map(|mail| mail.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), mails.len(), "no mail twice");
    let mut events: Vec<(&str, &str)> = mails
        .iter()
        .flat_map(|mail| mail.events.iter().map(|event| (mail.to.as_str(), event.as_str())))
        .collect();
    let n_told = events.len();
    events.sort_unstable();
    events.dedup();
    assert_eq!((events.len(), n_told), (n_sent, n_sent), "everything once");
}

#[tokio::test]
async fn a_server_that_says_nothing_keeps_nobody_else_waiting() {
    let house = House::start().await;
    house.office.has(Fault::IsSilent);
    let doors = house
        .app
        .open_doors_with(|config| {
            config.smtp_url = house.office.url();
            config.metrics_bind = "127.0.0.1:0".to_owned();
        })
        .await;
    let mut socket = doors.socket(&house.acme.manager).await;
    let start = "{ events(first: 100) { pageInfo { endCursor } } }";
    let start = house.acme.manager.run(start, json!({})).await["events"]["pageInfo"].take();
    let asked = "subscription($after: String) { alertEvents(after: $after) {
        ... on AlertChanged { alert { rule } } } }";
    socket.follow("live", asked, json!({ "after": start["endCursor"] })).await;
    house.falls_behind().await;
    let within = std::time::Duration::from_mins(1);
    let is_it =
        |heard: &serde_json::Value| heard["alertEvents"]["alert"]["rule"] == "TARGET_BEHIND";
    socket.hears("live", within, is_it).await.unwrap();
    drop(socket);
    house.office.has(Fault::None);
    doors.close().await;
}
