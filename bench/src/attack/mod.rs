//! Attacks on a server from outside: what a refusal costs it, what it keeps of it, and what everybody else notices.

mod caller;
mod crowds;
mod documents;
mod report;
pub mod server;
mod wire;

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

use self::{
    crowds::Fate,
    documents::Hostile,
    report::{Limits, Report},
    server::Server,
    wire::Wire,
};

/// Attacks a server, prints what that costs as Markdown, and fails when it is more than may be.
#[derive(Debug, Args)]
pub struct Attack {
    /// The `jbp` to attack, which is started on a demo of its own
    #[arg(long, required_unless_present = "address")]
    jbp: Option<PathBuf>,
    /// Where a server runs already, on this machine; it needs a large `rate_limit`
    #[arg(long, requires_all = ["pid", "token"])]
    address: Option<SocketAddr>,
    /// Its process
    #[arg(long)]
    pid: Option<u32>,
    /// The token of somebody there who sees plans in force and comments on them
    #[arg(long)]
    token: Option<String>,
    /// How often all is tried
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Hostile requests a second, while somebody else asks too
    #[arg(long, default_value_t = 100)]
    flood: u32,
    /// Questions a second of somebody else
    #[arg(long, default_value_t = 50)]
    calm: u32,
    /// One short round, with limits that allow for a debug build on a busy machine: a mended leak or bomb shows, a percentage does not
    #[arg(long)]
    quick: bool,
}

/// How long things are watched.
#[derive(Clone, Copy)]
struct Pace {
    rounds: usize,
    /// A kind of request by itself.
    alone: Duration,
    /// Somebody else.
    window: Duration,
    flood: u32,
    calm: u32,
}

impl Attack {
    /// Attacks.
    pub async fn run(self) -> anyhow::Result<()> {
        let (pace, limits) = if self.quick {
            let (alone, window) = (Duration::from_millis(400), Duration::from_secs(5));
            (Pace { rounds: 1, alone, window, flood: 10, calm: 10 }, Limits::QUICK)
        } else {
            let (alone, window) = (Duration::from_secs(2), Duration::from_secs(20));
            let Self { rounds, flood, calm, .. } = self;
            (Pace { rounds, alone, window, flood, calm }, Limits::FULL)
        };
        let server = match (self.jbp, self.address, self.pid, self.token) {
            (Some(jbp), ..) => Server::start(&jbp.canonicalize()?).await?,
            (None, Some(address), Some(pid), Some(token)) => Server::running(address, pid, token),
            _ => anyhow::bail!("a `--jbp` to start, or `--address`, `--pid` and `--token`"),
        };
        let hostile = documents::hostile();
        let steps = (hostile.len() + 4) * pace.rounds + hostile.len();
        let bar = ProgressBar::new(u64::try_from(steps)?);
        bar.set_style(ProgressStyle::with_template(
            "attacks [{bar:40}] {pos}/{len} {elapsed} {wide_msg}",
        )?);
        // What is kept once, such as parsed documents, is kept before it is measured.
        caller::ask(&server, pace.calm, pace.window / 4).await?;
        for kind in &hostile {
            bar.set_message(kind.name);
            alone(&server, kind, pace.alone / 4).await?;
            bar.inc(1);
        }
        let mut report = Report::new(limits, server.resident()?);
        for _ in 0..pace.rounds {
            for kind in &hostile {
                bar.set_message(kind.name);
                let cost = alone(&server, kind, pace.alone).await?;
                report.cost(kind.name, kind.body(0).len(), kind.refusal, cost);
                bar.inc(1);
            }
            let n = if pace.rounds == 1 { 300 } else { 1_000 };
            let mut crowds = Crowds { server: &server, pace, report: &mut report, bar: &bar };
            let all = "all of these, in turn";
            crowds.come(all, |server| flood(server, &hostile, pace)).await?;
            let silent = "sockets that never say whose they are";
            crowds.come(silent, |server| crowds::silent(server, n)).await?;
            let slow = "bodies that come a byte a second";
            crowds.come(slow, |server| crowds::dripping(server, n / 5)).await?;
            let deaf = "readers that do not read";
            crowds.come(deaf, |server| crowds::deaf(server, n / 100)).await?;
            report.round(server.resident()?);
        }
        bar.finish_and_clear();
        report.print()
    }
}

/// Milliseconds that the server works for one such request, sent one after the other for so long.
async fn alone(server: &Server, kind: &Hostile, during: Duration) -> anyhow::Result<f64> {
    let mut wire = Wire::open(server.address).await?;
    let (until, before) = (Instant::now() + during, server.worked()?);
    let mut n_sent = 0_u32;
    while Instant::now() < until || n_sent < 10 {
        refused(server, &mut wire, kind, usize::try_from(n_sent)?).await?;
        n_sent += 1;
    }
    Ok((server.worked()? - before) * 1e3 / f64::from(n_sent))
}

/// Sends a request, which must be refused; what is too long may be refused before it has come to its end.
async fn refused(
    server: &Server,
    wire: &mut Wire,
    kind: &Hostile,
    number: usize,
) -> anyhow::Result<()> {
    let body = kind.body(number);
    match wire.ask(kind.headers, &body).await {
        Ok(answer) => {
            let is_refused =
                [kind.refusal, "RATE_LIMITED"].iter().any(|code| answer.body.contains(code));
            anyhow::ensure!(is_refused, "{}: {} {:.300}", kind.name, answer.status, answer.body);
            if answer.status == 413 {
                *wire = Wire::open(server.address).await?;
            }
        }
        Err(_) if body.len() > 256 * 1024 => *wire = Wire::open(server.address).await?,
        Err(error) => return Err(error.context(kind.name)),
    }
    Ok(())
}

/// All kinds in turn, so many a second.
async fn flood(server: &Server, hostile: &[Hostile], pace: Pace) -> anyhow::Result<Fate> {
    let mut wires = Vec::new();
    for _ in 0..4 {
        wires.push(Wire::open(server.address).await?);
    }
    let mut clock = interval(Duration::from_secs(1) / pace.flood);
    clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let until = Instant::now() + pace.window;
    let (mut size, mut resident) = (0, 0.0_f64);
    while Instant::now() < until {
        clock.tick().await;
        let kind = &hostile[size % hostile.len()];
        let wire = &mut wires[size % 4];
        refused(server, wire, kind, size).await?;
        resident = resident.max(server.resident()?);
        size += 1;
    }
    Ok(Fate { size, ended: size, resident })
}

/// Crowds that come to a server one after the other.
struct Crowds<'a> {
    server: &'a Server,
    pace: Pace,
    report: &'a mut Report,
    bar: &'a ProgressBar,
}

impl<'a> Crowds<'a> {
    /// What somebody else notices of a crowd: before, meanwhile and afterwards.
    async fn come<F: Future<Output = anyhow::Result<Fate>>>(
        &mut self,
        name: &'static str,
        attack: impl FnOnce(&'a Server) -> F,
    ) -> anyhow::Result<()> {
        let Self { server, pace: Pace { calm, window, .. }, .. } = *self;
        self.bar.set_message(name);
        let before = caller::ask(server, calm, window).await?;
        let worked = server.worked()?;
        let (fate, during) = tokio::join!(attack(server), caller::ask(server, calm, window));
        let (fate, during) = (fate?, during?);
        let worked = server.worked()? - worked;
        sleep(Duration::from_secs(1)).await;
        let after = caller::ask(server, calm, window).await?;
        let waited = [before.p99(), during.p99(), after.p99()];
        self.report.crowd(name, &fate, worked, waited, server.resident()?);
        self.bar.inc(1);
        Ok(())
    }
}
