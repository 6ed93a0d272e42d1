//! A load under way: what is gathered, what was recorded, and what is said of it.

use std::{collections::VecDeque, sync::Arc};

use axum::{
    body::{BodyDataStream, Bytes},
    http::StatusCode,
};
use futures_util::StreamExt;
use metrics::{counter, histogram};
use serde::Serialize;
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep, timeout, timeout_at},
};

use super::{
    Chunk, Content, Form, Loads, Opened, Recorder, Report, Row,
    inflate::{Inflate, Unpackable},
    rows::{Endless, LONGEST_ROW, Rows},
};
use crate::http::{
    answer::{Code, Refusal},
    meter::{Meter, Payer},
};

/// Bytes of rows in a chunk at most, so that long rows come in shorter chunks.
const LARGEST_CHUNK: usize = 1 << 20;

/// Bytes that are cut into rows at a time.
const PIECE: usize = 16 * 1024;

/// Bytes of a body that are let go by after the last line was said.
const MOST_UNHEARD: usize = 32 << 20;

/// How often a load waits until it may go on, before it gives way to whatever else its caller is doing.
const MOST_WAITS: u32 = 20;

/// Who pays, by which meter.
pub struct Paying {
    pub meter: Arc<Meter>,
    pub payer: Payer,
}

/// Rows and facts, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Rows that were read.
    read: u64,
    /// Facts that are new.
    recorded: u64,
    /// Facts that were known.
    duplicates: u64,
    /// Facts that took the place of others.
    superseded: u64,
    /// Facts that were not recorded, and rows that could not be read.
    rejected: u64,
    /// Rows that are legitimately no fact.
    skipped: u64,
}

/// The line after each chunk.
#[derive(Serialize)]
struct Progress {
    chunk: u64,
    #[serde(flatten)]
    counts: Counts,
}

/// The last line.
#[derive(Serialize)]
struct Summary<'a> {
    /// Whether the whole body was read and every chunk of it was recorded.
    complete: bool,
    chunks: u64,
    #[serde(flatten)]
    counts: Counts,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Failure<'a>>,
}

/// Why a load ended before its body did.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Failure<'a> {
    code: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl<'a> Failure<'a> {
    fn of(refusal: &'a Refusal, request_id: &'a str) -> Self {
        Self {
            code: refusal.code.as_str(),
            message: &refusal.message,
            retry_after_ms: refusal.after.map(|after| after.num_milliseconds()),
            request_id: (refusal.code == Code::InternalServerError).then_some(request_id),
        }
    }
}

/// The only line of a load that was refused before it began.
pub fn nothing(refusal: &Refusal, request_id: &str) -> Bytes {
    let mut lines = Vec::new();
    let error = Some(Failure::of(refusal, request_id));
    write(&mut lines, &Summary { complete: false, chunks: 0, counts: Counts::default(), error });
    lines.into()
}

/// What is remembered of a load: a line in the log when it is dropped, and the metrics.
pub struct Told {
    request_id: String,
    caller: String,
    form: &'static str,
    began: Instant,
    outcome: &'static str,
    counts: Counts,
}

impl Told {
    /// Begins to remember.
    pub fn begin(request_id: &str, caller: String, form: &'static str) -> Self {
        Self {
            request_id: request_id.to_owned(),
            caller,
            form,
            began: Instant::now(),
            outcome: "GIVEN_UP",
            counts: Counts::default(),
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        let Self { request_id, caller, form, outcome, counts, began } = self;
        let seconds = began.elapsed().as_secs_f64();
        tracing::info!(
            target: "access",
            request_id,
            door = "ingest",
            form,
            caller,
            outcome,
            read = counts.read,
            recorded = counts.recorded,
            rejected = counts.rejected,
            seconds,
        );
        counter!("jbp_loads_total", "form" => *form, "outcome" => *outcome).increment(1);
        counter!("jbp_loaded_rows_total", "form" => *form).increment(counts.read);
        histogram!("jbp_load_seconds", "form" => *form).record(seconds);
    }
}

/// A load under way.
pub struct Load {
    loads: Arc<Loads>,
    record: Recorder,
    rows_at_once: usize,
    paying: Option<Paying>,
    _place: OwnedSemaphorePermit,
    told: Told,
    report: Report,
    is_table: bool,
    body: BodyDataStream,
    inflate: Option<Inflate>,
    pieces: VecDeque<Bytes>,
    rows: Rows,
    header: Vec<String>,
    chunk: Vec<Row>,
    n_bytes: usize,
    n_chunks: u64,
    waiting_since: Instant,
    /// Nothing more will come of the body.
    is_read: bool,
    is_over: bool,
    status: StatusCode,
}

impl Load {
    /// Before its first byte.
    pub fn new(
        loads: Arc<Loads>,
        opened: Opened,
        paying: Option<Paying>,
        place: OwnedSemaphorePermit,
        told: Told,
        report: Report,
        form: Form,
        inflate: Option<Inflate>,
        body: BodyDataStream,
    ) -> Self {
        Self {
            loads,
            record: opened.record,
            rows_at_once: opened.rows_at_once.max(1),
            paying,
            _place: place,
            told,
            report,
            is_table: form != Form::Json,
            body,
            inflate,
            pieces: VecDeque::new(),
            rows: Rows::new(form),
            header: Vec::new(),
            chunk: Vec::new(),
            n_bytes: 0,
            n_chunks: 0,
            waiting_since: Instant::now(),
            is_read: false,
            is_over: false,
            status: StatusCode::OK,
        }
    }

    /// What the answer's status is: that of what ended the load, if nothing was recorded before.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Lets the sender finish, within reason: who is still sending when the connection ends may never read why it did.
    async fn hear_out(&mut self) {
        let hearing = async {
            let mut n_heard = 0;
            while !self.is_read && n_heard < MOST_UNHEARD {
                match self.body.next().await {
                    Some(Ok(bytes)) => n_heard += bytes.len(),
                    Some(Err(_)) | None => self.is_read = true,
                }
            }
        };
        if timeout(self.loads.pace.row, hearing).await.is_err() {
            tracing::debug!("the rest of a load was not waited for");
        }
    }

    /// Goes on by a chunk; the lines that tell of it. Nothing once the load is over.
    pub async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            self.hear_out().await;
            return None;
        }
        let mut lines = Vec::new();
        match self.go_on(&mut lines).await {
            Ok(false) => {}
            Ok(true) => self.finish(&mut lines, None),
            Err(refusal) => self.finish(&mut lines, Some(&refusal)),
        }
        Some(lines.into())
    }

    fn finish(&mut self, lines: &mut Vec<u8>, refusal: Option<&Refusal>) {
        self.is_over = true;
        self.told.outcome = refusal.map_or("OK", |refusal| refusal.code.as_str());
        if let Some(refusal) = refusal.filter(|_| self.n_chunks == 0) {
            self.status = refusal.code.status();
        }
        let error = refusal.map(|refusal| Failure::of(refusal, &self.told.request_id));
        let (chunks, counts) = (self.n_chunks, self.told.counts);
        write(lines, &Summary { complete: refusal.is_none(), chunks, counts, error });
    }

    /// Gathers and records a chunk; whether it was the last.
    async fn go_on(&mut self, lines: &mut Vec<u8>) -> Result<bool, Refusal> {
        let is_last = self.gather().await?;
        if !self.chunk.is_empty() {
            self.settle(lines).await?;
        }
        Ok(is_last)
    }

    /// Reads until a chunk is full or the body is over; whether it is.
    async fn gather(&mut self) -> Result<bool, Refusal> {
        let mut is_ended = false;
        self.waiting_since = Instant::now();
        loop {
            while let Some(row) = self.rows.next_row().map_err(endless)? {
                self.waiting_since = Instant::now();
                self.take(row)?;
                if self.chunk.len() >= self.rows_at_once || self.n_bytes >= LARGEST_CHUNK {
                    return Ok(false);
                }
            }
            if is_ended {
                return Ok(true);
            }
            if let Some(bytes) = self.read().await? {
                self.rows.hear(&bytes);
            } else {
                self.rows.end();
                is_ended = true;
            }
        }
    }

    /// The next piece of the body, unpacked; nothing at its end.
    async fn read(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            if let Some(piece) = self.pieces.front_mut() {
                let bytes = match &mut self.inflate {
                    None => piece.split_to(piece.len().min(PIECE)),
                    Some(inflate) => {
                        let mut left: &[u8] = piece;
                        let bytes = inflate.bite(&mut left).map_err(unpackable)?;
                        let n_eaten = piece.len() - left.len();
                        drop(piece.split_to(n_eaten));
                        bytes.into()
                    }
                };
                if piece.is_empty() {
                    self.pieces.pop_front();
                }
                return Ok(Some(bytes));
            }
            if self.is_read {
                let Some(mut inflate) = self.inflate.take() else { return Ok(None) };
                return Ok(Some(inflate.finish().map_err(unpackable)?.into()));
            }
            let late = || Code::Timeout.refuse("the next row took too long to come");
            let patience = self.waiting_since + self.loads.pace.row;
            // A body that never lets us wait may still have no rows in it.
            if Instant::now() > patience {
                return Err(late());
            }
            match timeout_at(patience, self.body.next()).await {
                Err(_elapsed) => return Err(late()),
                Ok(Some(Ok(bytes))) if bytes.is_empty() => {}
                Ok(Some(Ok(bytes))) => self.pieces.push_back(bytes),
                Ok(Some(Err(_cut_off))) => {
                    self.is_read = true;
                    return Err(Code::BadUserInput.refuse("the body broke off before its end"));
                }
                Ok(None) => self.is_read = true,
            }
        }
    }

    /// Takes a row in; the first of a table names its columns.
    fn take(&mut self, row: Row) -> Result<(), Refusal> {
        if self.is_table && self.header.is_empty() {
            self.header = header(&row)?;
            return Ok(());
        }
        self.n_bytes += match &row.content {
            Content::Text(text) => text.len(),
            Content::Cells(cells) => cells.iter().map(Vec::len).sum(),
            Content::TooLong => 0,
        };
        self.chunk.push(row);
        Ok(())
    }

    /// Has the chunk paid for and recorded, and tells of it.
    async fn settle(&mut self, lines: &mut Vec<u8>) -> Result<(), Refusal> {
        if self.loads.shutdown.is_cancelled() {
            return Err(Code::Timeout.refuse("the server is going down; send it again"));
        }
        if self.told.began.elapsed() > self.loads.pace.load {
            return Err(Code::Timeout.refuse("the load took too long; send what is left"));
        }
        let rows = std::mem::take(&mut self.chunk);
        self.n_bytes = 0;
        let n_rows = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if let Some(paying) = &self.paying {
            paying.pay(n_rows, &self.loads).await?;
        }
        let recording = (self.record)(Chunk { header: self.header.clone(), rows });
        let landed = timeout(self.loads.pace.chunk, recording)
            .await
            .map_err(|_elapsed| Code::Timeout.refuse("a chunk took too long to record"))??;

        self.n_chunks += 1;
        let counts = &mut self.told.counts;
        counts.read += n_rows;
        for fact in landed {
            let (count, is_told) = match fact.outcome {
                "RECORDED" => (&mut counts.recorded, false),
                "DUPLICATE" => (&mut counts.duplicates, self.report == Report::All),
                "SUPERSEDED" => (&mut counts.superseded, self.report == Report::All),
                "SKIPPED" => (&mut counts.skipped, self.report == Report::All),
                _ => (&mut counts.rejected, true),
            };
            *count += 1;
            if is_told {
                write(lines, &fact);
            }
        }
        write(lines, &Progress { chunk: self.n_chunks, counts: *counts });
        Ok(())
    }
}

impl Paying {
    /// Takes a point for each row, and waits for those that are not there yet: that is what slows a load down.
    async fn pay(&self, n_rows: u64, loads: &Loads) -> Result<(), Refusal> {
        let mut n_waits = 0;
        loop {
            let refusal = match self.meter.take(&self.payer, n_rows) {
                Ok(_standing) => return Ok(()),
                Err(refusal) => refusal,
            };
            let wait = refusal.after.and_then(|after| after.to_std().ok());
            let Some(wait) = wait.filter(|wait| n_waits < MOST_WAITS && *wait < loads.pace.chunk)
            else {
                return Err(refusal);
            };
            n_waits += 1;
            tokio::select! {
                () = sleep(wait) => {}
                () = loads.shutdown.cancelled() => return Err(refusal),
            }
        }
    }
}

/// The names of the columns.
fn header(row: &Row) -> Result<Vec<String>, Refusal> {
    let refused = || Code::BadUserInput.refuse("the first row must name the columns, in UTF-8");
    let Content::Cells(cells) = &row.content else { return Err(refused()) };
    let names = cells.iter().map(|cell| {
        let name = std::str::from_utf8(cell).map_err(|_not_utf8| refused())?;
        Ok(name.trim().to_owned())
    });
    names.collect()
}

fn endless(Endless { line }: Endless) -> Refusal {
    let most = LONGEST_ROW / 1024;
    Code::PayloadTooLarge.refuse(format!(
        "line {line}: the row is longer than {most} KB and does not end; is a quotation mark left open?"
    ))
}

fn unpackable(unpackable: Unpackable) -> Refusal {
    match unpackable {
        Unpackable::Broken => {
            Code::BadUserInput.refuse("the body is no gzip, or damaged, or cut off")
        }
        Unpackable::Bomb => Code::PayloadTooLarge.refuse("the body unpacks to implausibly much"),
    }
}

/// Writes a line; one that could not be written would be our fault like any other.
fn write(lines: &mut Vec<u8>, line: &impl Serialize) {
    if let Err(cause) = serde_json::to_writer(&mut *lines, line) {
        tracing::error!(%cause, "a line of a load's answer could not be written");
    }
    lines.push(b'\n');
}
