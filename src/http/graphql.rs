//! `POST /graphql` and `GET /graphql`: GraphQL over HTTP, by the specification.

use std::sync::Arc;

use async_graphql::{Executor, parser::types::OperationType};
use axum::{
    Extension,
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Query, Request, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{
    HttpState, RequestId,
    accept::{self, Media},
    answer::{Answer, Code, Refusal},
    auth::{self, AuthFailure, Caller},
    guard::{Asked, Object},
    run, socket,
};

/// Answers an operation sent as a JSON body.
pub async fn post<E: Executor>(
    State(house): State<Arc<HttpState<E>>>,
    Extension(id): Extension<RequestId>,
    request: Request,
) -> Response {
    let Some(media) = accept::negotiate(request.headers()) else {
        return not_acceptable(id).into_response();
    };
    let door = Door { media, id };
    match door.read_body(&house, request).await {
        Ok((caller, asked)) => door.answer(&house, &caller, asked, &Method::POST).await,
        Err(turned_away) => turned_away.into_response(),
    }
}

/// Answers a query written into the address, or opens a socket.
pub async fn get<E: Executor>(
    State(house): State<Arc<HttpState<E>>>,
    Extension(id): Extension<RequestId>,
    mut parts: Parts,
) -> Response {
    if asks_for_socket(&parts.headers) {
        return match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => socket::open(house, &parts.headers, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    let Some(media) = accept::negotiate(&parts.headers) else {
        return not_acceptable(id).into_response();
    };
    let door = Door { media, id };
    match door.read_address(&house, &mut parts).await {
        Ok((caller, asked)) => door.answer(&house, &caller, asked, &Method::GET).await,
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
    query: String,
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
            query: self.query,
            // In an address, the specification makes an empty name no name.
            operation_name: self.operation_name.filter(|name| !name.is_empty()),
            variables: json("variables", self.variables)?,
            extensions: json("extensions", self.extensions)?,
        })
    }
}

/// How this request is answered.
struct Door {
    media: Media,
    id: RequestId,
}

impl Door {
    async fn read_body<E: Executor>(
        &self,
        house: &HttpState<E>,
        request: Request,
    ) -> Result<(Caller, Asked), TurnedAway> {
        if !accept::is_json(request.headers()) {
            let refusal = Code::BadUserInput.refuse("the body must be application/json in UTF-8");
            return Err(self.turn_away(StatusCode::UNSUPPORTED_MEDIA_TYPE, refusal));
        }
        let caller = self.identify(house, request.headers()).await?;
        let body = Bytes::from_request(request, &()).await.map_err(|rejection| {
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
        Ok((caller, asked))
    }

    async fn read_address<E: Executor>(
        &self,
        house: &HttpState<E>,
        parts: &mut Parts,
    ) -> Result<(Caller, Asked), TurnedAway> {
        let caller = self.identify(house, &parts.headers).await?;
        let Query(written) = Query::<Written>::from_request_parts(parts, &())
            .await
            .map_err(|rejection| self.malformed(rejection.body_text()))?;
        let asked = written.read().map_err(|message| self.malformed(message))?;
        Ok((caller, asked))
    }

    async fn identify<E: Executor>(
        &self,
        house: &HttpState<E>,
        headers: &HeaderMap,
    ) -> Result<Caller, TurnedAway> {
        let identified = match auth::from_headers(headers) {
            Ok(token) => (house.authenticate)(token).await,
            Err(failure) => Err(failure),
        };
        identified.map_err(|failure| match failure {
            AuthFailure::Invalid => {
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
        house: &HttpState<E>,
        caller: &Caller,
        asked: Asked,
        method: &Method,
    ) -> Response {
        let admitted = match house.admit(caller, asked) {
            Ok(admitted) => admitted,
            Err(refusal) => return self.refuse(refusal),
        };
        if admitted.kind == OperationType::Subscription {
            let refusal = Code::BadUserInput.refuse("a subscription needs a socket");
            return self.write(&Answer::refused(refusal));
        }
        if admitted.kind == OperationType::Mutation && *method == Method::GET {
            let refusal = Code::BadUserInput.refuse("a mutation must be sent by POST");
            return self
                .turn_away(StatusCode::METHOD_NOT_ALLOWED, refusal)
                .with(header::ALLOW, HeaderValue::from_static("POST"))
                .into_response();
        }
        self.write(&run::once(house, &caller.prepare, admitted, &self.id.0).await)
    }

    /// Says why the guard did not let a request in.
    fn refuse(&self, refusal: Refusal) -> Response {
        if refusal.code == Code::Unauthenticated {
            return self
                .turn_away(StatusCode::UNAUTHORIZED, refusal)
                .with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
                .into_response();
        }
        self.write(&Answer::refused(refusal))
    }

    fn write(&self, answer: &Answer) -> Response {
        let status = match self.media {
            Media::GraphqlResponse => answer.status(),
            Media::Json => StatusCode::OK,
        };
        respond(status, self.media, answer.to_json(&self.id.0))
    }

    fn turn_away(&self, status: StatusCode, refusal: Refusal) -> TurnedAway {
        self.turned_away(status, &Answer::refused(refusal))
    }

    fn malformed(&self, message: String) -> TurnedAway {
        self.turn_away(StatusCode::BAD_REQUEST, Code::BadUserInput.refuse(message))
    }

    fn turned_away(&self, status: StatusCode, answer: &Answer) -> TurnedAway {
        let body = answer.to_json(&self.id.0);
        TurnedAway { status, media: self.media, body, header: None }
    }
}

fn not_acceptable(id: RequestId) -> TurnedAway {
    let refusal = Code::BadUserInput
        .refuse("answers are application/graphql-response+json or application/json");
    Door { media: Media::GraphqlResponse, id }.turn_away(StatusCode::NOT_ACCEPTABLE, refusal)
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
