//! Mails: people are told what concerns them, when they want it, and nothing that is not theirs to know.

mod digests;
mod failing;
mod isolation;
mod kills;
mod preferences;
mod sending;
mod unsubscribing;

use std::time::Duration;

use jbp::{config::MailSettings, smtp, worker::mail::Mailer};
use serde_json::{Value, json};

use crate::support::{
    Client, Fact, GivenPlan, Partner, TestApp, Vendor,
    planning::{bare_mutation, custom},
    post_office::{Mail, PostOffice},
};

/// Where links lead.
const PUBLIC: &str = "https://plans.example";

/// A house with a vendor and a partner whose plan asks for 1,200 demos, 100 a month, and a mail server. On 15 January it is behind.
struct House {
    app: TestApp,
    vendor: Vendor,
    acme: Partner,
    plan: GivenPlan,
    office: PostOffice,
    mailer: Mailer,
}

impl House {
    /// On 10 January 2026, at noon.
    async fn start() -> Self {
        Box::pin(Self::founded()).await
    }

    async fn founded() -> Self {
        let app = TestApp::start().await;
        app.set_time("2026-01-10T12:00:00Z");
        let vendor = app.vendor("Northwind").await;
        let acme = app.partner(&vendor, "Acme", "GOLD", "RESELLER").await;
        let plan = vendor.plan(&acme).light().with_target(custom("demos", "1200")).active().await;
        let office = PostOffice::start().await;
        let mailer = another_mailer(&app, &office).await;
        let house = Self { app, vendor, acme, plan, office, mailer };
        house.deliver().await;
        house.office.takes();
        house
    }

    /// Tells everybody what they are to be told now.
    async fn deliver(&self) {
        while self.mailer.round().await.unwrap() {}
    }

    /// Tells everybody what they are to be told now; gives what has come, ordered by whom it came to.
    async fn mails(&self) -> Vec<Mail> {
        self.deliver().await;
        let mut mails = self.office.takes();
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        mails
    }

    /// Who has got which subject now.
    async fn told(&self) -> Vec<(String, String)> {
        self.mails().await.into_iter().map(|mail| (mail.to, mail.subject)).collect()
    }

    /// A day begins.
    async fn day(&self, day: &str) {
        self.at(&format!("{day}T00:00:00Z")).await;
    }

    /// It is that late, and the watch has looked.
    async fn at(&self, instant: &str) {
        self.app.set_time(instant);
        self.app.settle().await;
    }

    /// So many demos are reported, or fewer than were.
    async fn reports(&self, demos: &str, day: &str, reference: &str) {
        let fact = Fact::custom("demos", demos, day).called(reference);
        self.vendor.manager.recorded(&self.acme.partnership, &[fact]).await;
    }

    /// The plan is behind, as both sides are told.
    async fn falls_behind(&self) {
        self.day("2026-01-15").await;
    }
}

/// A mailer as another process of the house would have one.
async fn another_mailer(app: &TestApp, office: &PostOffice) -> Mailer {
    let settings = MailSettings {
        smtp_url: office.url(),
        from: "Joint business plans <plans@northwind.example>".parse().unwrap(),
        public_url: PUBLIC.to_owned(),
    };
    let patience =
        smtp::Patience { answer: Duration::from_millis(300), end: Duration::from_secs(5) };
    let post = smtp::post(&settings, patience).unwrap();
    Mailer::start(app.op.clone(), post, PUBLIC).await.unwrap()
}

/// What somebody has said about mails.
async fn preferences(who: &Client) -> Value {
    let asked = "{ viewer { notificationPreferences {
        revision delivery rules { rule delivery } quietHours { from to } timeZone digestHour digestWeekday } } }";
    who.run(asked, json!({})).await["viewer"]["notificationPreferences"].take()
}

/// Somebody wants to be told otherwise.
async fn wants(who: &Client, mut change: Value) {
    change["expectedRevision"] = preferences(who).await["revision"].take();
    who.done(&bare_mutation("editNotificationPreferences"), json!({ "input": change })).await;
}

/// Whom a mail went to, and what it was about.
fn pair(to: &str, subject: &str) -> (String, String) {
    (to.to_owned(), subject.to_owned())
}
