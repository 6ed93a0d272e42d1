//! Which media type an answer is written in.

use axum::http::{HeaderMap, HeaderValue, header};

/// A media type of a GraphQL response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// `application/graphql-response+json`: the status tells whether the request ran.
    GraphqlResponse,
    /// `application/json`: the status is 200 for every request that is one,
    /// because old clients read the body of nothing else.
    Json,
    /// `text/event-stream`: any number of answers, one after the other.
    EventStream,
}

impl Media {
    /// The value of `Content-Type`.
    pub fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
            Self::EventStream => "text/event-stream; charset=utf-8",
        })
    }

    fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::GraphqlResponse => ("application", "graphql-response+json"),
            Self::Json => ("application", "json"),
            Self::EventStream => ("text", "event-stream"),
        }
    }
}

/// What a client reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taste {
    /// How it likes a single answer best.
    pub media: Media,
    /// Whether it reads streams.
    pub streams: bool,
}

/// What a client likes best, or nothing when it likes none of what there is.
///
/// Without an opinion, or with one on everything, a client gets JSON, which all
/// of them read; the specification's own type is for those who say its name,
/// even between equals. So is a stream: many clients accept anything and expect
/// a single answer.
pub fn negotiate(headers: &HeaderMap) -> Option<Taste> {
    if !headers.contains_key(header::ACCEPT) {
        return Some(Taste { media: Media::Json, streams: false });
    }
    let ranges = headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(Range::parse)
        .collect::<Vec<_>>();
    let modern = weight(&ranges, Media::GraphqlResponse);
    let legacy = weight(&ranges, Media::Json);
    let named: Vec<Range> = ranges.into_iter().filter(|range| range.subtype != "*").collect();
    let stream = weight(&named, Media::EventStream);
    let is_named = weight(&named, Media::GraphqlResponse) > 0;
    let media = match (modern, legacy, stream) {
        (0, 0, 0) => return None,
        _ if stream > modern.max(legacy) => Media::EventStream,
        _ if modern > legacy || (modern == legacy && is_named) => Media::GraphqlResponse,
        _ => Media::Json,
    };
    Some(Taste { media, streams: stream > 0 })
}

/// Whether a body is declared to be JSON in UTF-8, the only kind that is read.
pub fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    kind.eq_ignore_ascii_case("application/json")
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, charset)) if name.trim().eq_ignore_ascii_case("charset") => {
                charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

/// One member of an `Accept` header.
struct Range {
    kind: String,
    subtype: String,
    /// Thousandths, as the header has at most three digits.
    quality: u16,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let quality = parts
            .filter_map(|parameter| parameter.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
            .map_or(Some(1000), |(_, value)| thousandths(value.trim()))?;
        let (kind, subtype) = (kind.to_ascii_lowercase(), subtype.to_ascii_lowercase());
        Some(Self { kind, subtype, quality })
    }

    /// How exactly this range means `media`, if it does.
    fn precision(&self, media: Media) -> Option<u8> {
        match (self.kind.as_str(), self.subtype.as_str()) {
            essence if essence == media.essence() => Some(2),
            (kind, "*") if kind == media.essence().0 => Some(1),
            ("*", "*") => Some(0),
            _ => None,
        }
    }
}

/// The weight of the range that means `media` most exactly; zero is a refusal.
fn weight(ranges: &[Range], media: Media) -> u16 {
    ranges
        .iter()
        .filter_map(|range| Some((range.precision(media)?, range.quality)))
        .max()
        .map_or(0, |(_, quality)| quality)
}

fn thousandths(value: &str) -> Option<u16> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let fraction = format!("{fraction:0<3}");
    if fraction.len() > 3 || !fraction.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    match whole {
        "0" => fraction.parse().ok(),
        "1" if fraction == "000" => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn accepts(values: &[&str], expected: Option<Media>) {
        let values = values.iter().map(|value| (header::ACCEPT, value.parse().unwrap()));
        let mut headers = HeaderMap::new();
        headers.extend(values);
        assert_eq!(negotiate(&headers).map(|taste| taste.media), expected);
    }

    #[track_caller]
    fn streams(value: &str, media: Media, expected: bool) {
        let headers = HeaderMap::from_iter([(header::ACCEPT, value.parse().unwrap())]);
        assert_eq!(negotiate(&headers), Some(Taste { media, streams: expected }));
    }

    #[test]
    fn a_stream_is_for_those_who_say_its_name() {
        streams("text/event-stream", Media::EventStream, true);
        streams("application/json, text/event-stream", Media::Json, true);
        streams("application/json;q=0.9, text/event-stream", Media::EventStream, true);
        streams("*/*", Media::Json, false);
        streams("text/*, */*;q=0.1", Media::Json, false);
        streams("*/*, text/event-stream;q=0", Media::Json, false);
    }

    #[test]
    fn the_best_liked_media_type_wins() {
        let (modern, json) = (Some(Media::GraphqlResponse), Some(Media::Json));
        accepts(&[], json);
        accepts(&["*/*"], json);
        accepts(&["application/*"], json);
        accepts(&["application/graphql-response+json, */*"], modern);
        accepts(&["application/graphql-response+json;q=0.5, */*;q=0.5"], modern);
        accepts(&["application/graphql-response+json;q=0.4, */*;q=0.5"], json);
        accepts(&["application/json;q=0.4, */*;q=0.5"], modern);
        accepts(&["application/json"], json);
        accepts(&["Application/JSON; charset=utf-8"], json);
        accepts(&["application/graphql-response+json"], modern);
        accepts(&["application/json, application/graphql-response+json"], modern);
        accepts(&["application/json;q=0.9, application/graphql-response+json;q=0.8"], json);
        accepts(&["application/graphql-response+json;q=0.5", "application/json;q=0.501"], json);
        accepts(&["application/graphql-response+json;q=0, */*;q=0.1"], json);
        accepts(&["application/json, */*;q=0.1"], json);
        accepts(&["text/html, application/json;q=0.2"], json);
        accepts(&["text/html"], None);
        accepts(&["application/json;q=0"], None);
        accepts(&["application/json;q=2"], None);
        accepts(&["application/json;q=much"], None);
        accepts(&[""], None);
    }

    #[track_caller]
    fn body(value: &str, expected: bool) {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, value.parse().unwrap())]);
        assert_eq!(is_json(&headers), expected);
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        assert!(!is_json(&HeaderMap::new()));
        body("application/json", true);
        body("application/json; charset=utf-8", true);
        body("APPLICATION/JSON;charset=\"UTF-8\"", true);
        body("application/json; charset=utf-16", false);
        body("text/plain", false);
        body("multipart/form-data; boundary=x", false);
        body("application/graphql", false);
        body("application/jsonp", false);
    }
}
