//! Texts from outside, checked once where they come in.

use chrono_tz::Tz;

use crate::{
    domain::{
        recording,
        sign_in::{self, LONGEST_PASSWORD, SHORTEST_PASSWORD},
    },
    error::{Error, Result},
};

/// A short text that must be there, without space around it.
pub fn name(field: &str, value: &str) -> Result<String> {
    recording::name("", value).map_err(|fault| Error::invalid(field, fault.message))?;
    Ok(value.trim().to_owned())
}

/// A short text that must be there, kept as it is.
pub fn short(field: &'static str, value: &str) -> Result<()> {
    Ok(recording::name(field, value)?)
}

/// A text without NUL that is not longer than a text may be.
pub fn text(field: &'static str, value: &str) -> Result<()> {
    Ok(recording::text(field, value, recording::LONGEST_TEXT)?)
}

/// A text at a place in the input that only its order tells: `actions.0.expectedEffect`.
pub fn text_at(path: &str, value: &str) -> Result<()> {
    let fits = recording::text("", value, recording::LONGEST_TEXT);
    fits.map_err(|fault| Error::invalid(path, fault.message))
}

/// A text that says something.
pub fn said(field: &'static str, value: &str) -> Result<()> {
    if value.trim().is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    text(field, value)
}

/// Why something is done.
pub fn reason(value: &str) -> Result<()> {
    said("reason", value)
}

/// An e-mail address, in lower case.
pub fn email(field: &str, value: &str) -> Result<String> {
    sign_in::email(value).ok_or_else(|| {
        Error::invalid(field, format!("`{}` is not an e-mail address", shown(value)))
    })
}

/// A password that is long enough; the message never repeats it.
pub fn password<'a>(field: &str, value: &'a str) -> Result<&'a str> {
    match value.chars().count() {
        length if length < SHORTEST_PASSWORD => Err(Error::invalid(
            field,
            format!("has {length} characters; {SHORTEST_PASSWORD} is the least"),
        )),
        length if length > LONGEST_PASSWORD => Err(Error::invalid(
            field,
            format!("has {length} characters; {LONGEST_PASSWORD} is the most"),
        )),
        _ => Ok(value),
    }
}

/// The name of a time zone in the IANA database.
pub fn time_zone(field: &str, value: &str) -> Result<String> {
    match value.parse::<Tz>() {
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(_) => Err(Error::invalid(
            field,
            format!("`{}` is not a time zone of the IANA database", shown(value)),
        )),
    }
}

/// A month of the year, counted from 1.
pub fn month(field: &str, value: i32) -> Result<i32> {
    match value {
        1..=12 => Ok(value),
        _ => Err(Error::invalid(field, format!("{value} is not a month from 1 to 12"))),
    }
}

/// A country code of ISO 3166-1 alpha-2, in capitals.
pub fn country(field: &str, value: &str) -> Result<String> {
    let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_code && celes::Country::from_alpha2(value).is_ok() {
        return Ok(value.to_owned());
    }
    Err(Error::invalid(
        field,
        format!("`{}` is not a country code of ISO 3166-1 alpha-2", shown(value)),
    ))
}

/// A value shortened to what fits a message.
pub fn shown(value: &str) -> String {
    value.chars().filter(|character| !character.is_control()).take(64).collect()
}
