//! `POST /graphql` and `GET /graphql`: GraphQL over HTTP, by the specification.

use std::{net::IpAddr, sync::Arc};

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Query, Request, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use serde::Deserialize;
use tokio::time::timeout;

use super::{
    HttpState, RequestId,
    accept::{self, Media, Taste},
    answer::{Answer, Code, Refusal},
    auth::{self, AuthFailure, Caller},
    event_stream,
    guard::{Asked, Object, documents::Wanted, few},
    knocks, record, run, socket,
    visit::{self, Door, Visit},
};

/// Answers an operation sent as a JSON body.
pub async fn post<E: Executor>(
    State(house): State<Arc<HttpState<E>>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let Some(taste) = accept::negotiate(request.headers()) else {
        return not_acceptable(id).into_response();
    };
    let address = visit::address(request.extensions(), request.headers(), house.proxies);
    let reply = Reply { taste, id };
    match reply.read_body(&house, address, request).await {
        Ok((knock, asked)) => reply.answer(house, knock, address, asked, &Method::POST).await,
        Err(turned_away) => turned_away.into_response(),
    }
}

/// Answers a query written into the address, or opens a socket.
pub async fn get<E: Executor>(
    State(house): State<Arc<HttpState<E>>>,
    Extension(id): Extension<RequestId>,
    mut parts: Parts,
) -> Response {
    let address = visit::address(&parts.extensions, &parts.headers, house.proxies);
    if asks_for_socket(&parts.headers) {
        return match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => socket::open(house, &parts.headers, address, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    let Some(taste) = accept::negotiate(&parts.headers) else {
        return not_acceptable(id).into_response();
    };
    let reply = Reply { taste, id };
    match reply.read_address(&house, address, &mut parts).await {
        Ok((knock, asked)) => reply.answer(house, knock, address, asked, &Method::GET).await,
        Err(turned_away) => turned_away.into_response(),
    }
}

/// Some clients offer HTTP/2 by the same header.
fn asks_for_socket(headers: &HeaderMap) -> bool {
    headers
        .get(header::UPGRADE)
        .is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// A request as the query string of an address.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    query: Option<String>,
    document_id: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl Written {
    fn read(self) -> Result<Asked, String> {
        fn json<T: serde::de::DeserializeOwned + Default>(
            name: &str,
            text: Option<String>,
        ) -> Result<T, String> {
            let Some(text) = text else { return Ok(T::default()) };
            serde_json::from_str(&text).map_err(|error| format!("{name}: {error}"))
        }
        Ok(Asked {
            document: Wanted::either(self.query, self.document_id)?,
            // In an address, the specification makes an empty name no name.
            operation_name: self.operation_name.filter(|name| !name.is_empty()),
            variables: few(json("variables", self.variables)?)?,
            extensions: json("extensions", self.extensions)?,
        })
    }
}

/// A token, and whose it is.
struct Knock {
    token: Option<String>,
    caller: Caller,
}

/// How this request is answered.
struct Reply {
    taste: Taste,
    id: RequestId,
}

impl Reply {
    async fn read_body<E: Executor>(
        &self,
        house: &HttpState<E>,
        address: IpAddr,
        request: Request,
    ) -> Result<(Knock, Asked), TurnedAway> {
        if !accept::is_json(request.headers()) {
            let refusal = Code::BadUserInput.refuse("the body must be application/json in UTF-8");
            return Err(self.turn_away(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
        }
        let knock = self.identify(house, address, request.headers()).await?;
        let reading = timeout(house.timing.body, Bytes::from_request(request, &()));
        let Ok(read) = reading.await else {
            let refusal = Code::BadUserInput.refuse("the body took too long to come");
            return Err(self
                .turn_away(StatusCode::REQUEST_TIMEOUT, refusal)
                .with(header::CONNECTION, HeaderValue::from_static("close")));
        };
        let body = read.map_err(|rejection| {
            let refusal = match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => {
                    Code::PayloadTooLarge.refuse("the body is longer than 256 KB")
                }
                _ => Code::BadUserInput.refuse("the body could not be read"),
            };
            self.turn_away(rejection.status(), refusal)
        })?;
        let Object(asked) = serde_json::from_slice(&body)
            .map_err(|error| self.malformed(format!("the body is not a request: {error}")))?;
        Ok((knock, asked))
    }

    async fn read_address<E: Executor>(
        &self,
        house: &HttpState<E>,
        address: IpAddr,
        parts: &mut Parts,
    ) -> Result<(Knock, Asked), TurnedAway> {
        let knock = self.identify(house, address, &parts.headers).await?;
        let Query(written) = Query::<Written>::from_request_parts(parts, &())
            .await
            .map_err(|rejection| self.malformed(rejection.body_text()))?;
        let asked = written.read().map_err(|message| self.malformed(message))?;
        Ok((knock, asked))
    }

    async fn identify<E: Executor>(
        &self,
        house: &HttpState<E>,
        address: IpAddr,
        headers: &HeaderMap,
    ) -> Result<Knock, TurnedAway> {
        let identified = match auth::from_headers(headers) {
            Ok(token) => {
                let knocks = house.knocks.as_deref();
                let found = knocks::identify(knocks, &house.authenticate, token.clone(), address);
                found.await.map(|caller| Knock { token, caller })
            }
            Err(failure) => Err(failure),
        };
        identified.map_err(|failure| match failure {
            AuthFailure::TooMany(wait) => {
                record::turned_away(Door::Http, address, &self.id.0, Code::RateLimited);
                let refusal = Code::RateLimited
                    .refuse("too many bad tokens came from your address; wait, then try again")
                    .after(wait);
                self.turn_away(StatusCode::TOO_MANY_REQUESTS, refusal)
                    .with(header::RETRY_AFTER, whole_seconds(wait).into())
            }
            AuthFailure::Invalid => {
                record::turned_away(Door::Http, address, &self.id.0, Code::Unauthenticated);
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                let refusal = Code::Unauthenticated.refuse("the token is not valid");
                self.turn_away(StatusCode::UNAUTHORIZED, refusal)
                    .with(header::WWW_AUTHENTICATE, challenge)
            }
            AuthFailure::Unavailable => {
                self.turned_away(StatusCode::SERVICE_UNAVAILABLE, &Answer::internal(&self.id.0))
            }
        })
    }

    /// Runs what was asked, if the guard and the method allow it.
    async fn answer<E: Executor>(
        self,
        house: Arc<HttpState<E>>,
        knock: Knock,
        address: IpAddr,
        asked: Asked,
        method: &Method,
    ) -> Response {
        let Knock { token, caller } = knock;
        let request_id = self.id.0.clone();
        let mut visit = Visit { caller, address, door: Door::Http, request_id };
        let (admitted, paid) = match visit.admit(&house, asked) {
            Ok(admitted) => admitted,
            Err(refusal) => return self.refuse(refusal),
        };
        if admitted.kind == OperationType::Mutation && *method == Method::GET {
            let refusal = Code::BadUserInput.refuse("a mutation must be sent by POST");
            return self
                .turn_away(StatusCode::METHOD_NOT_ALLOWED, refusal)
                .with(header::ALLOW, HeaderValue::from_static("POST"))
                .into_response();
        }
        let is_subscription = admitted.kind == OperationType::Subscription;
        if self.taste.media == Media::EventStream || (is_subscription && self.taste.streams) {
            let Some(place) = house.rooms.enter(visit.caller.id.is_some()) else {
                let refusal = Code::RateLimited.refuse("too many streams are open");
                return self.turn_away(StatusCode::SERVICE_UNAVAILABLE, refusal).into_response();
            };
            visit.door = Door::Stream;
            return event_stream::open(house, visit, token, admitted, paid, place);
        }
        if is_subscription {
            let message =
                "a subscription needs a socket, or a client that accepts text/event-stream";
            return self.write(&Answer::refused(Code::BadUserInput.refuse(message)));
        }
        self.write(&run::once(&house, &visit, admitted, paid).await)
    }

    /// Says why a request was not let in.
    fn refuse(&self, refusal: Refusal) -> Response {
        match (refusal.code, refusal.after) {
            (Code::Unauthenticated, _) => self
                .turn_away(StatusCode::UNAUTHORIZED, refusal)
                .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
                .into_response(),
            (Code::RateLimited, Some(after)) => self
                .turn_away(StatusCode::TOO_MANY_REQUESTS, refusal)
                .with(header::RETRY_AFTER, whole_seconds(after).into())
                .into_response(),
            _ => self.write(&Answer::refused(refusal)),
        }
    }

    fn write(&self, answer: &Answer) -> Response {
        let json = answer.to_json(&self.id.0);
        match self.taste.media {
            Media::GraphqlResponse => respond(answer.status(), Media::GraphqlResponse, json),
            Media::Json => respond(StatusCode::OK, Media::Json, json),
            Media::EventStream => event_stream::only(&json),
        }
    }

    fn turn_away(&self, status: StatusCode, refusal: Refusal) -> TurnedAway {
        self.turned_away(status, &Answer::refused(refusal))
    }

    fn malformed(&self, message: String) -> TurnedAway {
        self.turn_away(StatusCode::BAD_REQUEST, Code::BadUserInput.refuse(message))
    }

    fn turned_away(&self, status: StatusCode, answer: &Answer) -> TurnedAway {
        let body = answer.to_json(&self.id.0);
        // What is not a request at all gets no stream either.
        let media = match self.taste.media {
            Media::Json => Media::Json,
            Media::GraphqlResponse | Media::EventStream => Media::GraphqlResponse,
        };
        TurnedAway { status, media, body, header: None }
    }
}

/// Rounded up, so that who waits that long does not wait in vain.
fn whole_seconds(wait: TimeDelta) -> i64 {
    (wait.num_milliseconds() + 999) / 1000
}

fn not_acceptable(id: RequestId) -> TurnedAway {
    let refusal = Code::BadUserInput.refuse(
        "answers are application/graphql-response+json, application/json or text/event-stream",
    );
    let taste = Taste { media: Media::GraphqlResponse, streams: false };
    Reply { taste, id }.turn_away(StatusCode::NOT_ACCEPTABLE, refusal)
}

/// Something that was not a well-formed GraphQL request, whose status says so in
/// either media type.
struct TurnedAway {
    status: StatusCode,
    media: Media,
    body: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl TurnedAway {
    fn with(self, name: HeaderName, value: HeaderValue) -> Self {
        Self { header: Some((name, value)), ..self }
    }
}

impl IntoResponse for TurnedAway {
    fn into_response(self) -> Response {
        let mut response = respond(self.status, self.media, self.body);
        response.headers_mut().extend(self.header);
        response
    }
}

fn respond(status: StatusCode, media: Media, json: String) -> Response {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, media.content_type());
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
