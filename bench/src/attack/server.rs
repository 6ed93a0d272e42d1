//! The server under attack: started on a demo of its own, or found running; and what the system says of its process.

use std::{fs, net::SocketAddr, path::Path, process::Stdio, time::Duration};

use anyhow::Context;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdout, Command},
};

/// Ticks of the processor's time in a second, as Linux counts for everybody.
const TICKS: f64 = 100.0;

/// A server, and somebody who may ask it.
pub struct Server {
    pub address: SocketAddr,
    pub token: String,
    pid: u32,
    // Ended and removed with it.
    _own: Option<(Child, ChildStdout, TempDir)>,
}

impl Server {
    /// A server that runs already.
    pub fn running(address: SocketAddr, pid: u32, token: String) -> Self {
        Self { address, token, pid, _own: None }
    }

    /// Serves a database that somebody else has filled, for whoever has the token; `home` is removed with it.
    pub async fn serve(
        jbp: &Path,
        database_url: &str,
        token: String,
        home: TempDir,
    ) -> anyhow::Result<Self> {
        let (child, (out, line)) =
            spawn(serving(jbp, database_url, home.path()), "GraphQL").await?;
        Self::of(child, out, &line, token, home)
    }

    fn of(
        child: Child,
        out: ChildStdout,
        line: &str,
        token: String,
        home: TempDir,
    ) -> anyhow::Result<Self> {
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.context("no address")?.parse()?;
        let pid = child.id().context("the server has ended")?;
        Ok(Self { address, token, pid, _own: Some((child, out, home)) })
    }

    /// Makes the demo's data, and serves them as a server with its defaults would; only the allowance is larger, so that the limits
    /// are measured and not the meter before them.
    pub async fn start(jbp: &Path) -> anyhow::Result<Self> {
        let home = tempfile::tempdir()?;
        let (mut demo, out) = spawn(command(jbp, "demo", home.path()), "The demo is ready").await?;
        demo.kill().await?;
        drop(out);
        let users = Command::new(jbp).args(["demo", "--print-users"]).output().await?;
        let users: Value = serde_json::from_slice(&users.stdout)?;
        let email = users[0]["email"].as_str().context("no demo user")?;
        let token = command(jbp, "token", home.path()).arg(email).output().await?;
        let token = String::from_utf8(token.stdout)?.trim().to_owned();
        let (child, (out, line)) = spawn(command(jbp, "serve", home.path()), "GraphQL").await?;
        Self::of(child, out, &line, token, home)
    }

    /// Seconds that the process has worked, on all processors.
    pub fn worked(&self) -> anyhow::Result<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid))?;
        // The name, in brackets, may hold spaces.
        let (_, rest) = stat.rsplit_once(')').context("an unknown stat")?;
        let times = rest.split_whitespace().skip(11).take(2);
        let ticks: f64 = times.filter_map(|ticks| ticks.parse::<f64>().ok()).sum();
        Ok(ticks / TICKS)
    }

    /// Megabytes that the process keeps in memory.
    pub fn resident(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB"));
        Ok(kilobytes.context("an unknown status")?.trim().parse::<f64>()? / 1024.0)
    }
}

fn command(jbp: &Path, verb: &str, home: &Path) -> Command {
    let url = format!("sqlite://{}?mode=rwc", home.join("attacked.db").display());
    let mut command = Command::new(jbp);
    command.arg(verb);
    at_home(command, &url, home)
}

fn serving(jbp: &Path, database_url: &str, home: &Path) -> Command {
    let mut command = Command::new(jbp);
    command.arg("serve");
    at_home(command, database_url, home)
}

fn at_home(mut command: Command, database_url: &str, home: &Path) -> Command {
    command
        .args(["--bind", "127.0.0.1:0", "--database-url", database_url])
        .env("JBP_RATE_LIMIT", "1000000000")
        .env("JBP_RATE_RESTORE", "1000000")
        .current_dir(home)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Starts a command that goes on; gives it with the line in which it says so.
async fn spawn(
    mut command: Command,
    ready: &str,
) -> anyhow::Result<(Child, (ChildStdout, String))> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let waiting = async {
        while let Some(line) = lines.next_line().await? {
            if line.contains(ready) {
                return Ok(line);
            }
        }
        anyhow::bail!("the server ended before it was ready")
    };
    let line = tokio::time::timeout(Duration::from_mins(5), waiting).await??;
    Ok((child, (lines.into_inner().into_inner(), line)))
}
