//! Handing mails to a server by SMTP, in bounded time.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::extension::ClientId,
};
use url::Url;

use crate::{config::MailSettings, service::notifications::sending::Outgoing, worker::mail::Post};

/// How long a mail server may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// Until it has answered one thing.
    pub answer: Duration,
    /// Until it has taken a mail.
    pub end: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { answer: Duration::from_secs(10), end: Duration::from_mins(1) }
    }
}

/// A post that hands each mail over on a connection of its own.
///
/// Kept connections would save little: what is due for somebody goes out as one mail.
pub fn post(settings: &MailSettings, patience: Patience) -> anyhow::Result<Post> {
    let from = settings.from.clone();
    let host: Arc<str> = from.email.domain().into();
    let mut server = AsyncSmtpTransport::<Tokio1Executor>::from_url(&settings.smtp_url)
        .context("cannot use `smtp_url`")?
        .timeout(Some(patience.answer));
    let url = Url::parse(&settings.smtp_url).context("cannot read `smtp_url`")?;
    let says_its_name = url.path().len() > 1;
    if !says_its_name {
        server = server.hello_name(ClientId::Domain(host.as_ref().to_owned()));
    }
    let server = server.build();
    Ok(Arc::new(move |mail| {
        let (server, written) = (server.clone(), write(&from, &host, mail));
        Box::pin(async move {
            let sending = server.send(written?);
            match tokio::time::timeout(patience.end, sending).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(in_words(&error)),
                Err(_) => Err("no answer in time".to_owned()),
            }
        })
    }))
}

/// The mail as it goes over the line: the same at each try, but for its date.
fn write(from: &Mailbox, host: &str, mail: Outgoing) -> Result<Message, String> {
    let Outgoing { id, name, email, words, events, unsubscribe_url } = mail;
    let address = email.parse::<Address>().map_err(|error| in_words(&error))?;
    let events: Vec<String> = events.iter().map(ToString::to_string).collect();
    let plain = |name: &'static str, value: String| {
        HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
    };
    let parts = MultiPart::alternative()
        .boundary(format!("{id}-parts"))
        .singlepart(SinglePart::plain(words.text))
        .singlepart(SinglePart::html(words.html));
    Message::builder()
        .from(from.clone())
        .to(Mailbox::new(Some(name), address))
        .subject(words.subject)
        .message_id(Some(format!("<{id}@{host}>")))
        .raw_header(plain("List-Unsubscribe", format!("<{unsubscribe_url}>")))
        .raw_header(plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()))
        // So that nobody's holiday answers it.
        .raw_header(plain("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(plain("X-JBP-Events", events.join(" ")))
        .multipart(parts)
        .map_err(|error| in_words(&error))
}

/// What went wrong, down to its cause.
fn in_words(error: &(dyn std::error::Error + 'static)) -> String {
    let (mut words, mut cause) = (error.to_string(), error);
    while let Some(deeper) = cause.source() {
        cause = deeper;
        words = format!("{words}: {cause}");
    }
    words
}
