//! Loads joined to what reads and records them: a row is read as `recordActivities` reads its input, and recorded by the same function.

use std::{collections::BTreeMap, sync::Arc};

use async_graphql::Value;
use csv::ByteRecord;

use crate::{
    domain::{actor::Scope, actor::Who, id::IntegrationId, recording::NewActivity},
    error::Error,
    graphql::activity,
    http::{
        answer::{Code, Refusal},
        guard::{outline::Outline, variables},
        ingest::{Asked, Chunk, Content, Landed, Mode, Opened, Opener, Opening, Recorder, Wrong},
    },
    import::{
        Mapping,
        load::{self, Became, Given, LoadError, Manner, Refused},
    },
    op::Op,
    service::{
        access,
        activities::{RecordingMode, RowErrorCode, RowOutcome},
        integrations,
        rejections::{self, Rejection},
        sessions,
    },
};

/// Rows of a chunk whose rows are a fact each.
const ROWS_AT_ONCE: usize = 1_000;

/// Characters of a value that an answer repeats.
const LONGEST_VALUE: usize = 64;

/// Begins loads in the house.
pub fn opener(op: Op, outline: Arc<Outline>) -> Opener {
    Arc::new(move |opening| {
        let (op, outline) = (op.clone(), Arc::clone(&outline));
        Box::pin(async move { open(op, outline, opening).await })
    })
}

async fn open(house: Op, outline: Arc<Outline>, opening: Opening) -> Result<Opened, Refusal> {
    let Opening { token, asked, is_table } = opening;
    let op = enter(&house, &token).await?;
    let mapping = mapping(&op, &asked, is_table).await?.map(Arc::new);
    let manner = Manner {
        mode: match asked.mode {
            Mode::PerItem => RecordingMode::PerItem,
            Mode::AllOrNothing => RecordingMode::AllOrNothing,
        },
        is_dry_run: asked.dry_run,
    };
    let table = mapping.as_ref().and_then(|mapping| mapping.only_table());
    let delimiter = table.map_or(b',', |table| table.delimiter.byte());
    // A row may report as many facts as its mapping has events; they are recorded together.
    let rows_at_once = ROWS_AT_ONCE / table.map_or(1, |table| table.events.len().max(1));
    let record: Recorder = Arc::new(move |chunk| {
        let (house, outline) = (house.clone(), Arc::clone(&outline));
        let (token, mapping) = (token.clone(), mapping.clone());
        Box::pin(async move {
            let op = enter(&house, &token).await?;
            record(&op, &outline, mapping.as_deref(), manner, chunk).await
        })
    });
    Ok(Opened { delimiter, rows_at_once, record })
}

/// Whoever the token stands for now, if they may record at all.
async fn enter(house: &Op, token: &str) -> Result<Op, Refusal> {
    let found = sessions::authenticate(house, token).await.map_err(refusal)?;
    let op = house.acting_as(found.actor);
    access::scope(&op, Scope::ActivitiesWrite).map_err(refusal)?;
    Ok(op)
}

/// The mapping that gives a table's columns their meaning; none where they are named as the fields of a fact are.
async fn mapping(op: &Op, asked: &Asked, is_table: bool) -> Result<Option<Mapping>, Refusal> {
    let bad = |message: String| Code::BadUserInput.refuse(format!("mapping: {message}"));
    let id: IntegrationId = match asked.mapping.as_deref() {
        Some("none") => return Ok(None),
        Some(_) if !is_table => return Err(bad("only a table needs one".to_owned())),
        Some(named) => named
            .parse()
            .map_err(|_not_an_id| bad("must be the id of an integration, or `none`".to_owned()))?,
        None => match op.actor.member().map(|member| &member.who) {
            Some(Who::Integration { id, .. }) if is_table => *id,
            _ => return Ok(None),
        },
    };
    let found = integrations::by_ids(op, &[id]).await.map_err(refusal)?.pop();
    let stored = found.and_then(|integration| integration.mapping);
    match stored {
        Some(text) => Mapping::of_one_table(&text).map(Some).map_err(bad),
        None if asked.mapping.is_none() => Ok(None),
        None => Err(bad(format!("`{id}` not found, or it has none"))),
    }
}

async fn record(
    op: &Op,
    outline: &Outline,
    mapping: Option<&Mapping>,
    manner: Manner,
    chunk: Chunk,
) -> Result<Vec<Landed>, Refusal> {
    let mut raw: BTreeMap<u64, Value> = BTreeMap::new();
    let given = if let Some(mapping) = mapping {
        let rows = chunk.rows.into_iter().map(|row| (row.line, cells(row.content)));
        let read = load::read_table(op, mapping, &chunk.header, rows.collect()).await;
        read.map_err(|error| match error {
            LoadError::House(error) => refusal(error),
            error @ (LoadError::Import(_) | LoadError::Vendors(_)) => {
                Code::BadUserInput.refuse(error.to_string())
            }
        })?
    } else {
        let rows = chunk.rows.into_iter().map(|row| {
            let value = value(&chunk.header, row.content);
            let fact = value.and_then(|value| {
                raw.insert(row.line, value.clone());
                read(outline, value)
            });
            Given { line: row.line, facts: vec![fact], skipped: None }
        });
        rows.collect()
    };
    let became = load::record(op, manner, given).await.map_err(refusal)?;
    if !manner.is_dry_run {
        let rejected = became.iter().filter_map(|became| rejection(became, &raw)).collect();
        rejections::keep(op, rejected).await.map_err(refusal)?;
    }
    Ok(became.into_iter().map(|became| landed(became, &raw)).collect())
}

/// A row as a value.
fn value(header: &[String], content: Content) -> Result<Value, Refused> {
    match content {
        Content::Text(text) => serde_json::from_slice(&text)
            .map_err(|error| Refused::new("row", None, format!("is no JSON: {error}"))),
        Content::TooLong => Err(too_long()),
        Content::Cells(cells) => nested(header, &cells),
    }
}

fn cells(content: Content) -> Result<ByteRecord, Refused> {
    match content {
        Content::Cells(cells) => Ok(ByteRecord::from(cells)),
        Content::Text(_) | Content::TooLong => Err(too_long()),
    }
}

fn too_long() -> Refused {
    Refused::new("row", None, "is longer than 64 KB")
}

/// The cells as the fields that their columns name: `details.deal.amount.currency`. An empty cell is an absent field.
fn nested(header: &[String], cells: &[Vec<u8>]) -> Result<Value, Refused> {
    if cells.len() != header.len() {
        let message = format!("has {} cells instead of {}", cells.len(), header.len());
        return Err(Refused::new("row", None, message));
    }
    let mut row = serde_json::Map::new();
    for (path, cell) in header.iter().zip(cells) {
        let text = std::str::from_utf8(cell)
            .map_err(|_not_utf8| Refused::new(path, None, "is not UTF-8"))?
            .trim();
        if text.is_empty() {
            continue;
        }
        let (fields, last) = path.rsplit_once('.').unwrap_or(("", path));
        let mut at = &mut row;
        for field in fields.split('.').filter(|field| !field.is_empty()) {
            let next = at.entry(field).or_insert_with(|| serde_json::Map::new().into());
            let serde_json::Value::Object(next) = next else {
                return Err(Refused::new(path, None, "is a part of what is no object"));
            };
            at = next;
        }
        // The only fields that are no texts.
        let value = match last {
            "leads" => text.parse::<i32>().map_or_else(|_| text.into(), Into::into),
            "adjustment" => text.parse::<bool>().map_or_else(|_| text.into(), Into::into),
            _ => text.into(),
        };
        at.insert(last.to_owned(), value);
    }
    Value::from_json(row.into())
        .map_err(|error| Refused::new("row", None, format!("is no fact: {error}")))
}

/// A fact, as `recordActivities` reads it.
fn read(outline: &Outline, value: Value) -> Result<NewActivity, Refused> {
    if let Some((path, reason)) = variables::misfit(outline, activity::INPUT, &value) {
        let field = if path.is_empty() { "row" } else { path.as_str() };
        return Err(Refused::new(field, found(&value, &path), reason));
    }
    let stated = value.clone();
    activity::read(value)
        .map_err(|fault| Refused::new(fault.field, found_as(&stated, fault.field), fault.message))
}

/// What stands at a path, shortened, if it is no object.
fn found(value: &Value, path: &str) -> Option<String> {
    let mut at = value;
    for field in path.split('.').filter(|field| !field.is_empty()) {
        let Value::Object(fields) = at else { return None };
        at = fields.get(field)?;
    }
    let text = match at {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Boolean(_) => at.to_string(),
        _ => return None,
    };
    Some(text.chars().take(LONGEST_VALUE).collect())
}

/// What stands in a field as errors name it: `deal.amount` is in the details.
fn found_as(value: &Value, field: &str) -> Option<String> {
    found(value, field)
        .or_else(|| found(value, &format!("details.{field}")))
        .or_else(|| found(value, &format!("details.{field}.amount")))
}

/// What is kept of a row that was not recorded.
fn rejection(became: &Became, raw: &BTreeMap<u64, Value>) -> Option<Rejection> {
    let is_rejected = became.outcome == Some(RowOutcome::Rejected);
    let Refused { error, value } = became.refused.clone().filter(|_| is_rejected)?;
    let found = || found_as(raw.get(&became.line)?, &error.field);
    Some(Rejection {
        line: became.line,
        external_id: became.external_id.clone(),
        code: error.code,
        value: value.or_else(found),
        field: error.field,
        message: error.message,
    })
}

fn landed(became: Became, raw: &BTreeMap<u64, Value>) -> Landed {
    let Became { line, external_id, outcome, activity, refused } = became;
    let errors = refused.into_iter().map(|Refused { error, value }| Wrong {
        code: match error.code {
            RowErrorCode::ValidationFailed => "VALIDATION_FAILED",
            RowErrorCode::NotFound => "NOT_FOUND",
            RowErrorCode::Forbidden => "FORBIDDEN",
            RowErrorCode::ActivityConflict => "ACTIVITY_CONFLICT",
            RowErrorCode::SnapshotOutdated => "SNAPSHOT_OUTDATED",
            RowErrorCode::BatchRefused => "BATCH_REFUSED",
        },
        value: value.or_else(|| found_as(raw.get(&line)?, &error.field)),
        field: Some(error.field),
        message: error.message,
        existing_id: error.existing.map(|id| id.to_string()),
    });
    Landed {
        line,
        outcome: match outcome {
            Some(RowOutcome::Recorded) => "RECORDED",
            Some(RowOutcome::Duplicate) => "DUPLICATE",
            Some(RowOutcome::Superseded) => "SUPERSEDED",
            Some(RowOutcome::Rejected) => "REJECTED",
            None => "SKIPPED",
        },
        external_id,
        activity_id: activity.map(|id| id.to_string()),
        errors: errors.collect(),
    }
}

/// The error as those outside may see it.
fn refusal(error: Error) -> Refusal {
    match error {
        Error::Unauthenticated => Code::Unauthenticated.refuse("the token is not valid any more"),
        Error::Forbidden(message) => Code::Forbidden.refuse(message),
        Error::Db(_) | Error::Entropy(_) | Error::Inconsistent(_) => {
            tracing::error!(?error, "a load failed");
            Code::InternalServerError.refuse("internal error")
        }
        error => Code::BadUserInput.refuse(error.to_string()),
    }
}
