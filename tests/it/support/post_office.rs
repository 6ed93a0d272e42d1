//! A mail server of its own on a port of its own: real SMTP (the `mailin` crate) over TCP, with the faults that mail servers have.

use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use mail_parser::MessageParser;
use mailin::{Action, Handler, Response, SessionBuilder, response};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// A mail that has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// `Message-ID`, without brackets.
    pub id: String,
    /// Whom the envelope names.
    pub to: String,
    /// `From`.
    pub from: String,
    /// `Subject`.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// As HTML.
    pub html: String,
    /// The events that it tells of.
    pub events: Vec<String>,
    /// `List-Unsubscribe`, without brackets.
    pub unsubscribe: String,
    /// All of it, as it came.
    pub raw: String,
}

impl Mail {
    fn read(to: &str, raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).unwrap();
        let line = |name: &'static str| {
            let value = message.header_raw(name).unwrap_or_default();
            value.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        let lines = |text: Option<std::borrow::Cow<'_, str>>| text.unwrap().replace("\r\n", "\n");
        Self {
            id: message.message_id().unwrap().to_owned(),
            to: to.to_owned(),
            from: line("From"),
            subject: message.subject().unwrap().to_owned(),
            text: lines(message.body_text(0)),
            html: lines(message.body_html(0)),
            events: line("X-JBP-Events").split(' ').map(str::to_owned).collect(),
            unsubscribe: line("List-Unsubscribe").trim_matches(['<', '>']).to_owned(),
            raw: String::from_utf8(raw.to_vec()).unwrap(),
        }
    }
}

/// What is wrong with a mail server.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// It refuses each mail with this code, once it has read it.
    Says(u16),
    /// It takes a mail, and hangs up before it says so.
    DropsAfterTaking,
    /// It hangs up in the middle of a mail.
    DropsWithinMail,
    /// It hangs up on whoever connects.
    DropsAtOnce,
    /// It answers nothing.
    IsSilent,
    /// It says what is no SMTP.
    Babbles,
}

/// A mail server that is up until it is dropped or told to go down.
pub struct PostOffice {
    address: SocketAddr,
    shelf: Arc<Shelf>,
    up: Option<(CancellationToken, TaskTracker)>,
}

#[derive(Default)]
struct Shelf {
    received: Mutex<Vec<Mail>>,
    fault: Mutex<Fault>,
    arrived: Notify,
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        if let Some((stop, _)) = self.up.take() {
            stop.cancel();
        }
    }
}

impl PostOffice {
    /// A server that takes everything.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut office = Self { address, shelf: Arc::default(), up: None };
        office.serve(listener);
        office
    }

    fn serve(&mut self, listener: TcpListener) {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let (letters, open) = (Arc::clone(&self.shelf), (stop.clone(), tasks.clone()));
        tasks.spawn(async move {
            let (stop, tasks) = open;
            while let Some(Ok((stream, from))) = stop.run_until_cancelled(listener.accept()).await {
                let (letters, stop) = (Arc::clone(&letters), stop.clone());
                tasks.spawn(async move {
                    stop.run_until_cancelled(attend(stream, from, letters)).await
                });
            }
        });
        self.up = Some((stop, tasks));
    }

    /// Where it is, as settings say it.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// From now on something is wrong with it, or nothing.
    pub fn has(&self, fault: Fault) {
        *self.shelf.fault.lock().unwrap() = fault;
    }

    /// Nobody listens any more.
    pub async fn goes_down(&mut self) {
        if let Some((stop, tasks)) = self.up.take() {
            stop.cancel();
            tasks.close();
            tasks.wait().await;
        }
    }

    /// Somebody listens again.
    pub async fn comes_up(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.serve(listener);
    }

    /// What has come since it was last looked.
    pub fn takes(&self) -> Vec<Mail> {
        std::mem::take(&mut *self.shelf.received.lock().unwrap())
    }

    /// All that has come.
    pub fn received(&self) -> Vec<Mail> {
        self.shelf.received.lock().unwrap().clone()
    }

    /// Waits until what has come in all is enough.
    pub async fn has_received(&self, is_enough: impl Fn(&[Mail]) -> bool) {
        loop {
            let arrived = self.shelf.arrived.notified();
            if is_enough(&self.shelf.received.lock().unwrap()) {
                return;
            }
            arrived.await;
        }
    }
}

/// Somebody who hands mails over.
struct Visitor {
    shelf: Arc<Shelf>,
    to: String,
    data: Vec<u8>,
}

impl Handler for &mut Visitor {
    fn rcpt(&mut self, to: &str) -> Response {
        to.clone_into(&mut self.to);
        response::OK
    }

    fn data(&mut self, line: &[u8]) -> io::Result<()> {
        self.data.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let data = std::mem::take(&mut self.data);
        if let Fault::Says(code) = *self.shelf.fault.lock().unwrap() {
            return Response::custom(code, "not today".to_owned());
        }
        self.shelf.received.lock().unwrap().push(Mail::read(&self.to, &data));
        self.shelf.arrived.notify_waiters();
        response::OK
    }
}

async fn attend(mut stream: TcpStream, from: SocketAddr, shelf: Arc<Shelf>) -> io::Result<()> {
    let fault = *shelf.fault.lock().unwrap();
    match fault {
        Fault::DropsAtOnce => return Ok(()),
        Fault::IsSilent => return std::future::pending().await,
        Fault::Babbles => return stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await,
        _ => {}
    }
    let mut visitor = Visitor { shelf, to: String::new(), data: Vec::new() };
    let mut session = SessionBuilder::new("mail.example").build(from.ip(), &mut visitor);
    let (reading, mut writing) = stream.split();
    let mut reading = BufReader::new(reading);
    say(&mut writing, &session.greeting()).await?;
    let mut is_within_mail = false;
    loop {
        let mut line = Vec::new();
        if reading.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let answer = session.process(&line);
        is_within_mail |= answer.code == 354;
        let is_over = is_within_mail && line == b".\r\n";
        match fault {
            Fault::DropsWithinMail if is_within_mail => return Ok(()),
            Fault::DropsAfterTaking if is_over => return Ok(()),
            _ => {}
        }
        is_within_mail &= !is_over;
        if answer.action != Action::NoReply {
            say(&mut writing, &answer).await?;
        }
        if answer.action == Action::Close {
            return Ok(());
        }
    }
}

async fn say(to: &mut (impl AsyncWriteExt + Unpin), answer: &Response) -> io::Result<()> {
    let mut bytes = Vec::new();
    answer.write_to(&mut bytes)?;
    to.write_all(&bytes).await
}
