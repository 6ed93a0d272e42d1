//! The words of a mail: what happened, why it comes, where to look, and how to have fewer of them.
//!
//! The same in plain text and as HTML. Names and messages were typed by people, so nothing of them is markup, and none breaks a line.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use sea_orm::ActiveEnum;

use super::{NotificationDelivery, NotificationReason};
use crate::domain::alert::{AlertRule, Severity};

/// Characters of a subject at most.
const LONGEST_SUBJECT: usize = 120;

/// Something that a mail tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub what: What,
    /// Why the reader is told.
    pub reason: NotificationReason,
    /// The plan's name.
    pub plan: String,
    /// Whom the reader's company plans with.
    pub counterpart: String,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Where to look.
    pub url: String,
}

/// What there is to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A warning was raised.
    Alert {
        /// What it warns of.
        rule: AlertRule,
        /// How much it matters.
        severity: Severity,
        /// What is wrong.
        message: String,
        /// Whether it has ended meanwhile.
        is_over: bool,
    },
    /// Somebody has mentioned the reader in a comment, which the mail does not repeat.
    Mention {
        /// Who.
        author: String,
    },
}

/// A mail, before it is put in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// What its reader is called.
    pub name: String,
    /// Where the reader's clock is.
    pub zone: Tz,
    /// How soon the reader is told, unless rules say otherwise.
    pub delivery: NotificationDelivery,
    /// What it tells, the oldest first; not nothing.
    pub items: Vec<Item>,
    /// Where the reader stops further mails.
    pub unsubscribe_url: String,
}

/// A mail in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What it is about, in a line.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As a page of HTML, which loads nothing.
    pub html: String,
}

/// Puts a mail in words.
pub fn write(letter: &Letter) -> Words {
    Words { subject: subject(letter), text: text(letter), html: html(letter) }
}

impl Item {
    /// What it is, in a few words.
    fn title(&self) -> String {
        match &self.what {
            What::Alert { rule, is_over: false, .. } => title(*rule),
            What::Alert { rule, is_over: true, .. } => format!("Over by now: {}", title(*rule)),
            What::Mention { author } => format!("{} mentioned you", line(author)),
        }
    }

    /// What is to be said about it.
    fn message(&self) -> String {
        match &self.what {
            What::Alert { message, .. } => line(message),
            What::Mention { .. } => "The comment is beside the plan.".to_owned(),
        }
    }

    /// How much it matters, where that is known.
    fn weight(&self) -> Option<&'static str> {
        match &self.what {
            What::Alert { severity, is_over: false, .. } => Some(match severity {
                Severity::Info => "good to know",
                Severity::Warning => "needs attention",
                Severity::Critical => "needs action now",
            }),
            What::Alert { is_over: true, .. } | What::Mention { .. } => None,
        }
    }

    /// Why the reader is told.
    fn because(&self) -> &'static str {
        match self.reason {
            NotificationReason::Team => "you are on the team of this partnership",
            NotificationReason::Admin => {
                "you run your company here, and nobody of it is on the team of this partnership"
            }
            NotificationReason::Owner => "what it is about is yours to do",
            NotificationReason::Assignee => "it was given to you",
            NotificationReason::Sponsor => {
                "nobody has taken note of it for days, and you sponsor this plan for your company"
            }
            NotificationReason::Mention => "somebody has mentioned you",
        }
    }

    /// Plan and counterpart.
    fn place(&self) -> String {
        format!("{}, with {}", line(&self.plan), line(&self.counterpart))
    }
}

fn subject(letter: &Letter) -> String {
    let subject = match letter.items.as_slice() {
        [item] => format!("{}: {}", item.title(), item.place()),
        items => {
            let mut places: Vec<String> = items.iter().map(Item::place).collect();
            places.sort_unstable();
            places.dedup();
            match places.as_slice() {
                [place] => format!("{} things to know: {place}", items.len()),
                places => format!("{} things to know about {} plans", items.len(), places.len()),
            }
        }
    };
    if subject.chars().count() <= LONGEST_SUBJECT {
        return subject;
    }
    let cut: String = subject.chars().take(LONGEST_SUBJECT - 1).collect();
    format!("{}…", cut.trim_end())
}

fn text(letter: &Letter) -> String {
    let mut text = format!("Hello {},\n", line(&letter.name));
    for item in &letter.items {
        text += &item_text(item, letter.zone);
    }
    let (manner, url) = (manner(letter.delivery), &letter.unsubscribe_url);
    text + "\n-- \n" + manner + "\nNo more mails: " + url + "\n"
}

fn item_text(item: &Item, zone: Tz) -> String {
    let weight = item.weight().map(|weight| format!(" ({weight})")).unwrap_or_default();
    format!(
        "\n{}{weight}\n{}\n{} · {}\n{}\nYou are told because {}.\n",
        item.title(),
        item.message(),
        item.place(),
        shown(item.at, zone),
        item.url,
        item.because(),
    )
}

fn html(letter: &Letter) -> String {
    let mut items = String::new();
    for item in &letter.items {
        items += &item_html(item, letter.zone);
    }
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n\
         <style>body{{font:16px/1.5 system-ui,sans-serif;max-width:38em;margin:0 auto;padding:1em}}\
         h2{{font-size:1.1em;margin:1.5em 0 .2em}}p{{margin:.2em 0}}.aside{{opacity:.75;font-size:.9em}}</style>\n\
         </head>\n<body>\n<p>Hello {},</p>\n{items}<hr>\n<p class=\"aside\">{}<br>\n\
         <a href=\"{}\">No more mails</a></p>\n</body>\n</html>\n",
        escaped(&subject(letter)),
        escaped(&line(&letter.name)),
        manner(letter.delivery),
        escaped(&letter.unsubscribe_url),
    )
}

fn item_html(item: &Item, zone: Tz) -> String {
    let weight =
        item.weight().map(|weight| format!(" <small>({weight})</small>")).unwrap_or_default();
    format!(
        "<h2><a href=\"{}\">{}</a>{weight}</h2>\n<p>{}</p>\n\
         <p class=\"aside\">{} · {}<br>You are told because {}.</p>\n",
        escaped(&item.url),
        escaped(&item.title()),
        escaped(&item.message()),
        escaped(&item.place()),
        escaped(&shown(item.at, zone)),
        item.because(),
    )
}

/// How the reader is told, and that this can be changed.
fn manner(delivery: NotificationDelivery) -> &'static str {
    match delivery {
        NotificationDelivery::AtOnce => {
            "You are told as it happens. Your notification preferences make it once a day, once a week or never."
        }
        NotificationDelivery::Daily => {
            "You are told once a day. Your notification preferences make it at once, once a week or never."
        }
        NotificationDelivery::Weekly => {
            "You are told once a week. Your notification preferences make it at once, once a day or never."
        }
        NotificationDelivery::Off => "Your notification preferences say how you are told.",
    }
}

/// What a rule warns of, in words: `Target behind`.
fn title(rule: AlertRule) -> String {
    let words = rule.to_value().replace('_', " ");
    match words.strip_prefix("mdf ") {
        Some(rest) => format!("MDF {rest}"),
        None => words[..1].to_uppercase() + &words[1..],
    }
}

/// An instant where the reader's clock is.
fn shown(at: DateTime<Utc>, zone: Tz) -> String {
    format!("{} ({})", at.with_timezone(&zone).format("%-d %B %Y, %H:%M"), zone.name())
}

/// What somebody has typed, in one line.
fn line(text: &str) -> String {
    text.split(|character: char| character.is_whitespace() || character.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// A text as HTML shows it, in an attribute too.
fn escaped(text: &str) -> String {
    text.chars().fold(String::new(), |mut escaped, character| {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use sea_orm::Iterable;

    use super::*;

    fn behind(plan: &str, is_over: bool) -> Item {
        let what = What::Alert {
            rule: AlertRule::TargetBehind,
            severity: Severity::Critical,
            message: "Revenue: 10.00 of 50.00".to_owned(),
            is_over,
        };
        Item {
            what,
            reason: NotificationReason::Team,
            plan: plan.to_owned(),
            counterpart: "Acme".to_owned(),
            at: "2026-06-30T22:30:00Z".parse().unwrap(),
            url: "https://jbp.example/plans/plan_1?alert=alrt_1".to_owned(),
        }
    }

    fn letter(items: Vec<Item>) -> Letter {
        Letter {
            name: "Ada".to_owned(),
            zone: "Europe/Berlin".parse().unwrap(),
            delivery: NotificationDelivery::AtOnce,
            items,
            unsubscribe_url: "https://jbp.example/unsubscribe/abc".to_owned(),
        }
    }

    #[test]
    fn a_mail_says_what_why_and_where() {
        let words = write(&letter(vec![behind("Plan 2026", false)]));
        assert_eq!(words.subject, "Target behind: Plan 2026, with Acme");
        assert_eq!(
            words.text,
            "Hello Ada,\n\nTarget behind (needs action now)\nRevenue: 10.00 of 50.00\n\
             Plan 2026, with Acme · 1 July 2026, 00:30 (Europe/Berlin)\n\
             https://jbp.example/plans/plan_1?alert=alrt_1\n\
             You are told because you are on the team of this partnership.\n\n-- \n\
             You are told as it happens. Your notification preferences make it once a day, once a week or never.\n\
             No more mails: https://jbp.example/unsubscribe/abc\n"
        );
        for expected in [
            "<a href=\"https://jbp.example/plans/plan_1?alert=alrt_1\">Target behind</a>",
            "<p>Revenue: 10.00 of 50.00</p>",
            "<a href=\"https://jbp.example/unsubscribe/abc\">No more mails</a>",
        ] {
            assert!(words.html.contains(expected), "{expected} in {}", words.html);
        }
    }

    #[test]
    fn a_subject_sums_up() {
        let long = "x".repeat(200);
        for (items, expected) in [
            (vec![behind("A", true)], "Over by now: Target behind: A, with Acme".to_owned()),
            (
                vec![behind("A", true), behind("A", false)],
                "2 things to know: A, with Acme".to_owned(),
            ),
            (
                vec![behind("A", false), behind("B", false), behind("A", true)],
                "3 things to know about 2 plans".to_owned(),
            ),
            (vec![behind(&long, false)], format!("Target behind: {}…", &long[..104])),
        ] {
            assert_eq!(subject(&letter(items)), expected);
        }
    }

    #[test]
    fn what_people_type_is_neither_markup_nor_another_line() {
        let mut item = behind("<b>\r\nBcc: all@acme.example\u{0}</b>", false);
        item.counterpart = "\"A\" & 'B'".to_owned();
        item.url = "https://jbp.example/?a=1&b=\"".to_owned();
        let mut typed = letter(vec![item]);
        typed.name = "Ada\n\n<script>".to_owned();
        let words = write(&typed);
        assert_eq!(
            words.subject,
            "Target behind: <b> Bcc: all@acme.example </b>, with \"A\" & 'B'"
        );
        assert!(words.text.starts_with("Hello Ada <script>,\n"));
        assert!(!words.html.contains("<b>") && !words.html.contains("<script>"), "{}", words.html);
        let expected =
            "&lt;b&gt; Bcc: all@acme.example &lt;/b&gt;, with &quot;A&quot; &amp; &#39;B&#39;";
        assert!(words.html.contains(expected), "{}", words.html);
        assert!(words.html.contains("?a=1&amp;b=&quot;\""), "{}", words.html);
    }

    #[test]
    fn a_mention_does_not_repeat_the_comment() {
        let mut item = behind("Plan 2026", false);
        item.what = What::Mention { author: "Grace".to_owned() };
        item.reason = NotificationReason::Mention;
        let words = write(&letter(vec![item]));
        assert_eq!(words.subject, "Grace mentioned you: Plan 2026, with Acme");
        assert!(words.text.contains("\nGrace mentioned you\nThe comment is beside the plan.\n"));
    }

    #[test]
    fn every_rule_has_words() {
        for rule in AlertRule::iter() {
            let title = title(rule);
            assert!(title.starts_with(char::is_uppercase) && !title.contains('_'), "{title}");
        }
        assert_eq!(title(AlertRule::MdfOverspent), "MDF overspent");
    }
}
