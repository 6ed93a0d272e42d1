//! The process is killed while it sends mails, again and again; what was begun is finished by the next one.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::{Child, Command, Stdio},
    time::Duration,
};

use chrono::{DateTime, Utc};
use jbp::{
    clock::Clock,
    domain::{
        actor::Side,
        event::{EventBody, EventKind},
        id::AlertId,
    },
    entity::{event, mail},
    service::events::{self, NewEvent},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::House;
use crate::support::post_office::Mail;

/// People of the vendor's team, each of whom gets every mail.
const READERS: usize = 6;

/// How many lives end early; `JBP_TEST_KILLS` says otherwise.
fn n_kills() -> usize {
    std::env::var("JBP_TEST_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(20)
}

/// A server, as an operator starts it, on the house's database.
struct Server(Child);

impl Server {
    fn start(house: &House) -> Self {
        let server = Command::new(env!("CARGO_BIN_EXE_jbp"))
            .args(["--database-url", house.app.database_url(), "serve", "--bind", "127.0.0.1:0"])
            .env("JBP_SMTP_URL", house.office.url())
            .env("JBP_MAIL_FROM", "plans@northwind.example")
            .env("JBP_EVENT_RETENTION_DAYS", "0")
            .env("JBP_DATABASE_CONNECTIONS", "4")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(server.unwrap())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// The vendor's warnings that its team is told of anew.
struct Trouble {
    alert: AlertId,
    told: Vec<String>,
}

impl Trouble {
    /// It is told anew, in a transaction of its own.
    async fn returns(&mut self, house: &House) {
        let op = &house.app.op;
        let news = NewEvent {
            kind: EventKind::AlertOpened,
            plan: house.plan.id.parse().unwrap(),
            partnership: house.acme.partnership.parse().unwrap(),
            subject: self.alert.0,
            seen_by: Some(Side::Vendor),
            body: EventBody::Alert { alert: self.alert, people: Vec::new(), until: None },
        };
        let vendor = house.vendor.id.parse().unwrap();
        let tx = op.db.write().await.unwrap();
        events::record(&tx, op, vendor, vec![news]).await.unwrap();
        let position = events::head(&*tx, vendor).await.unwrap();
        tx.commit().await.unwrap();
        let told = event::Entity::find()
            .filter(event::Column::VendorId.eq(vendor))
            .filter(event::Column::Position.eq(position))
            .one(op.db.read())
            .await
            .unwrap();
        self.told.push(told.unwrap().id.to_string());
    }
}

/// Whoever was killed had mails on lease; another process would wait until that is over.
async fn end_of_leases(house: &House) {
    mail::Entity::update_many()
        .col_expr(mail::Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .exec(house.app.op.db.admin())
        .await
        .unwrap();
}

/// How often each person was told each event.
fn told(mails: &[Mail]) -> BTreeMap<(&str, &str), BTreeSet<&str>> {
    let mut told: BTreeMap<(&str, &str), BTreeSet<&str>> = BTreeMap::new();
    for mail in mails {
        for event in &mail.events {
            told.entry((&mail.to, event)).or_default().insert(&mail.id);
        }
    }
    told
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_dies_while_sending_everybody_is_told_everything() {
    let house = House::start().await;
    for reader in 0..READERS {
        let role = "CHANNEL_ACCOUNT_MANAGER";
        let name = format!("reader{reader}");
        let reader = house.app.invited(&house.vendor.admin, &name, "Northwind", role).await;
        house.vendor.admin.add_to_team(&house.acme.partnership, &reader.user_id().await).await;
    }
    house.falls_behind().await;
    let asked = "{ alerts(filter: { rules: [TARGET_BEHIND] }) { nodes { id } } }";
    let alert = house.vendor.viewer.run(asked, json!({})).await["alerts"]["nodes"][0]["id"].take();
    let mut trouble = Trouble { alert: alert.as_str().unwrap().parse().unwrap(), told: Vec::new() };
    house.deliver().await;
    house.office.takes();
    // The processes have no clock but the machine's.
    house.app.clock.set(Clock::System.now());

    let within = Duration::from_mins(1);
    let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
    for life in 0..n_kills() {
        for _ in 0..2 {
            trouble.returns(&house).await;
        }
        let n_before = house.office.received().len();
        let server = Server::start(&house);
        dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let n_more = 1 + usize::try_from(dice >> 40).unwrap() % READERS;
        let n_turns = (dice >> 20) % 500;
        let arrives = house.office.has_received(|all| all.len() >= n_before + n_more);
        tokio::time::timeout(within, arrives).await.unwrap();
        for _ in 0..n_turns {
            tokio::task::yield_now().await;
        }
        drop(server);
        end_of_leases(&house).await;
        assert!(house.office.received().len() > n_before, "life {life}");
    }

    let readers: Vec<String> = (0..READERS)
        .map(|reader| format!("reader{reader}@northwind.example"))
        .chain([house.vendor.manager.email().to_owned()])
        .collect();
    let server = Server::start(&house);
    let is_all = |all: &[Mail]| {
        let told = told(all);
        let is_told = |reader: &String| {
            trouble.told.iter().all(|event| told.contains_key(&(reader.as_str(), event.as_str())))
        };
        readers.iter().all(is_told)
    };
    let arrives = house.office.has_received(is_all);
    tokio::time::timeout(Duration::from_mins(3), arrives).await.unwrap();
    drop(server);

    let mails = house.office.received();
    let mut first: BTreeMap<&str, &Mail> = BTreeMap::new();
    for mail in &mails {
        let first = first.entry(&mail.id).or_insert(mail);
        let (again, once) = ((&mail.to, &mail.events), (&first.to, &first.events));
        assert_eq!(again, once, "what comes again comes under its id");
    }
    for ((to, event), ids) in told(&mails) {
        assert_eq!(ids.len(), 1, "{event} came to {to} in {ids:?}");
    }
    let rivals = mails.iter().filter(|mail| {
        mail.to.ends_with("@acme.example")
            && mail.events.iter().any(|event| trouble.told.contains(event))
    });
    assert_eq!(rivals.count(), 0, "the vendor's warnings are the vendor's");
}
