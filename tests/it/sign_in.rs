//! Signing in and out, and what a token is good for.

use chrono::TimeDelta;
use jbp::service::sessions;
use serde_json::{Value, json};

use crate::support::{TestApp, given::PASSWORD};

const SIGN_IN: &str = "mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) {
    accessToken
    refreshToken
    accessTokenExpiresAt
    viewer { user { name email } organization { name side: kind } }
    errors { code message }
  }
}";

const REFRESH: &str = "mutation RefreshSession($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) {
    accessToken
    refreshToken
    accessTokenExpiresAt
    errors { code message }
  }
}";

const SIGN_OUT: &str = "mutation SignOut($refreshToken: String!) {
  signOut(input: { refreshToken: $refreshToken }) { errors { code message } }
}";

const WHO: &str = "{ viewer { user { email } } }";

/// A session's tokens.
struct Tokens {
    access: String,
    refresh: String,
}

impl Tokens {
    fn of(payload: &Value) -> Self {
        let token = |name: &str| payload[name].as_str().unwrap().to_owned();
        Self { access: token("accessToken"), refresh: token("refreshToken") }
    }
}

async fn sign_in(app: &TestApp, email: &str) -> Tokens {
    let variables = json!({ "email": email, "password": PASSWORD });
    Tokens::of(&app.as_stranger().done(SIGN_IN, variables).await)
}

async fn refresh(app: &TestApp, token: &str) -> Tokens {
    let variables = json!({ "refreshToken": token });
    Tokens::of(&app.as_stranger().done(REFRESH, variables).await)
}

/// Whose token it is, or the code of the refusal.
async fn whose(app: &TestApp, token: &str) -> String {
    let answer = app.as_bearer(token).try_run(WHO, json!({})).await;
    let email = answer["data"]["viewer"]["user"]["email"].as_str();
    email.or(answer["errors"][0]["extensions"]["code"].as_str()).unwrap().to_owned()
}

#[tokio::test]
async fn the_right_password_opens_a_session_for_fifteen_minutes() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let variables = json!({ "email": " Admin@Northwind.Example", "password": PASSWORD });
    let payload = app.as_stranger().done(SIGN_IN, variables).await;
    assert_eq!(
        payload["viewer"],
        json!({
            "user": { "name": "Northwind admin", "email": "admin@northwind.example" },
            "organization": { "name": "Northwind", "side": "VENDOR" },
        })
    );
    assert_eq!(payload["accessTokenExpiresAt"], "2026-06-30T12:15:00+00:00");
    let tokens = Tokens::of(&payload);
    assert!(tokens.access.starts_with("jbpa_") && tokens.access.len() == 48);
    assert!(tokens.refresh.starts_with("jbpr_") && tokens.refresh.len() == 48);
    assert_eq!(whose(&app, &tokens.access).await, "admin@northwind.example");
    assert_eq!(whose(&app, &tokens.refresh).await, "UNAUTHENTICATED");

    app.set_time("2026-06-30T12:14:59Z");
    assert_eq!(whose(&app, &tokens.access).await, "admin@northwind.example");
    app.set_time("2026-06-30T12:15:00Z");
    assert_eq!(whose(&app, &tokens.access).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn the_answer_to_signing_in_sees_what_the_person_sees() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let query = "mutation($input: SignInInput!) { signIn(input: $input) {
        viewer { partnerships { totalCount nodes { partner { name } tier { code } team { side } } } }
        errors { code }
    } }";
    let input = json!({ "email": "admin@northwind.example", "password": PASSWORD });
    let payload = app.as_stranger().done(query, json!({ "input": input })).await;
    assert_eq!(
        payload["viewer"]["partnerships"],
        json!({ "totalCount": 1, "nodes": [{
            "partner": { "name": "Acme" },
            "tier": { "code": "GOLD" },
            "team": [{ "side": "VENDOR" }, { "side": "PARTNER" }],
        }] })
    );
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_refused_alike() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    for (email, password) in [
        ("admin@northwind.example", "wrong"),
        ("nobody@northwind.example", PASSWORD),
        ("not an address\0", PASSWORD),
        ("", ""),
    ] {
        let variables = json!({ "email": email, "password": password });
        let refused = app.as_stranger().refused(SIGN_IN, variables).await;
        assert_eq!(refused, "INVALID_CREDENTIALS: e-mail or password is wrong", "{email}");
    }
}

#[tokio::test]
async fn a_refresh_replaces_both_tokens() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let first = sign_in(&app, "admin@northwind.example").await;
    app.advance(TimeDelta::minutes(20));
    let second = refresh(&app, &first.refresh).await;
    assert_eq!(whose(&app, &second.access).await, "admin@northwind.example");
    let third = refresh(&app, &second.refresh).await;
    assert_eq!(whose(&app, &second.access).await, "UNAUTHENTICATED");
    assert_eq!(whose(&app, &third.access).await, "admin@northwind.example");

    app.advance(TimeDelta::days(30));
    let variables = json!({ "refreshToken": third.refresh });
    let refused = app.as_stranger().refused(REFRESH, variables).await;
    assert_eq!(refused, "INVALID_CREDENTIALS: e-mail or password is wrong");
}

#[tokio::test]
async fn a_refresh_token_used_twice_ends_the_session_for_both() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let stolen = sign_in(&app, "admin@northwind.example").await;
    let thief = refresh(&app, &stolen.refresh).await;
    assert_eq!(whose(&app, &thief.access).await, "admin@northwind.example");

    let owner = app.as_stranger();
    let refused = owner.refused(REFRESH, json!({ "refreshToken": stolen.refresh })).await;
    assert_eq!(refused, "INVALID_CREDENTIALS: e-mail or password is wrong");
    assert_eq!(whose(&app, &thief.access).await, "UNAUTHENTICATED");
    let refused = owner.refused(REFRESH, json!({ "refreshToken": thief.refresh })).await;
    assert_eq!(refused, "INVALID_CREDENTIALS: e-mail or password is wrong");
}

#[tokio::test]
async fn two_refreshes_at_once_are_one_too_many() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let tokens = sign_in(&app, "admin@northwind.example").await;
    let (one, other) = tokio::join!(
        sessions::refresh(&app.op, &tokens.refresh),
        sessions::refresh(&app.op, &tokens.refresh)
    );
    assert_ne!(one.is_ok(), other.is_ok());
    let renewed = one.or(other).ok().unwrap();
    assert_eq!(whose(&app, &renewed.access_token).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn signing_out_ends_one_session_and_everywhere_ends_all() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let email = "admin@northwind.example";
    let (desk, phone, tablet) =
        (sign_in(&app, email).await, sign_in(&app, email).await, sign_in(&app, email).await);

    app.as_stranger().done(SIGN_OUT, json!({ "refreshToken": desk.refresh })).await;
    app.as_stranger().done(SIGN_OUT, json!({ "refreshToken": desk.refresh })).await;
    assert_eq!(whose(&app, &desk.access).await, "UNAUTHENTICATED");
    assert_eq!(whose(&app, &phone.access).await, email);

    let everywhere = "mutation { signOutEverywhere(input: {}) { user { email } errors { code } } }";
    let payload = app.as_bearer(&phone.access).done(everywhere, json!({})).await;
    assert_eq!(payload["user"]["email"], email);
    assert_eq!(whose(&app, &phone.access).await, "UNAUTHENTICATED");
    assert_eq!(whose(&app, &tablet.access).await, "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_admin_ends_the_sessions_of_the_own_company_only() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let contoso = app.vendor("Contoso").await;
    let end = "mutation($id: ID!) { signOutEverywhere(input: { userId: $id }) { user { id } errors { code message path } } }";
    let id = json!({ "id": acme.viewer.user_id().await });

    let refused = northwind.admin.refused(end, id.clone()).await;
    assert_eq!(refused, "FORBIDDEN: only an admin of the organisation may do this");
    assert_eq!(contoso.admin.refused(end, id.clone()).await, "NOT_FOUND: user not found");
    assert_eq!(
        acme.manager.refused(end, id.clone()).await,
        "FORBIDDEN: only an admin of the organisation may do this"
    );
    assert_eq!(app.as_stranger().refused(end, id.clone()).await, "UNAUTHENTICATED: sign in first");
    acme.viewer.run(WHO, json!({})).await;

    acme.admin.done(end, id).await;
    assert_eq!(acme.viewer.try_run(WHO, json!({})).await["errors"][0]["message"], "sign in first");
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_the_old_password() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let email = "admin@northwind.example";
    let (desk, phone) = (sign_in(&app, email).await, sign_in(&app, email).await);
    let change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { user { id } errors { code message path } } }";
    let admin = app.as_bearer(&desk.access);
    let input = |current: &str, new: &str| json!({ "input": { "currentPassword": current, "newPassword": new } });

    assert_eq!(
        admin.refused(change, input("wrong", "a longer secret")).await,
        "VALIDATION_FAILED at currentPassword: currentPassword: is not the current password"
    );
    assert_eq!(
        admin.refused(change, input(PASSWORD, "short")).await,
        "VALIDATION_FAILED at newPassword: newPassword: has 5 characters; 12 is the least"
    );
    assert_eq!(whose(&app, &phone.access).await, email);

    admin.done(change, input(PASSWORD, "a longer secret")).await;
    assert_eq!(whose(&app, &desk.access).await, "UNAUTHENTICATED");
    assert_eq!(whose(&app, &phone.access).await, "UNAUTHENTICATED");
    let stranger = app.as_stranger();
    let refused = stranger.refused(SIGN_IN, json!({ "email": email, "password": PASSWORD })).await;
    assert_eq!(refused, "INVALID_CREDENTIALS: e-mail or password is wrong");
    stranger.done(SIGN_IN, json!({ "email": email, "password": "a longer secret" })).await;
}

#[tokio::test]
async fn a_deactivated_person_is_out_at_once_and_until_reactivated() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let reset = "mutation($id: ID!) { resetPassword(input: { userId: $id }) { initialPassword errors { code message } } }";
    let id = json!({ "id": northwind.viewer.user_id().await });
    let given = northwind.admin.done(reset, id.clone()).await["initialPassword"].take();
    let variables = json!({ "email": northwind.viewer.email(), "password": given });
    let stranger = app.as_stranger();
    let tokens = Tokens::of(&stranger.done(SIGN_IN, variables.clone()).await);

    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { user { isActive } errors { code message } } }";
    let payload = northwind.admin.done(deactivate, id.clone()).await;
    assert_eq!(payload["user"]["isActive"], false);
    assert_eq!(whose(&app, &tokens.access).await, "UNAUTHENTICATED");
    for refused in [
        stranger.refused(SIGN_IN, variables.clone()).await,
        stranger.refused(REFRESH, json!({ "refreshToken": tokens.refresh })).await,
    ] {
        assert_eq!(refused, "INVALID_CREDENTIALS: e-mail or password is wrong");
    }

    let reactivate = "mutation($id: ID!) { reactivateUser(input: { userId: $id }) { user { isActive } errors { code message } } }";
    northwind.admin.done(reactivate, id).await;
    assert_eq!(whose(&app, &tokens.access).await, "UNAUTHENTICATED");
    stranger.done(SIGN_IN, variables).await;
}

#[tokio::test]
async fn only_the_house_opens_a_session_without_a_password() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let email = northwind.viewer.email();
    let hour = TimeDelta::hours(1);
    let session = sessions::open_session_for(&app.op, email, hour).await.unwrap();
    assert_eq!(session.access_token_expires_at.to_rfc3339(), "2026-06-30T13:00:00+00:00");
    assert_eq!(whose(&app, &session.access_token).await, email);

    let admin = northwind.admin.op().await.unwrap();
    let refused = sessions::open_session_for(&admin, email, hour).await.err().unwrap();
    assert_eq!(refused.to_string(), "only an operator may do this");
    let unknown = sessions::open_session_for(&app.op, "nobody@northwind.example", hour).await;
    assert_eq!(unknown.err().unwrap().to_string(), "user not found");
}

#[tokio::test]
async fn guessing_waits_and_whoever_knows_the_password_gets_in_after_a_minute_at_most() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let query = "mutation($email: String!, $password: String!) {
        signIn(input: { email: $email, password: $password }) {
            accessToken errors { code message ... on RateLimited { retryAfterMs } }
        }
    }";
    let tried = async |email: &str, password: &str| {
        let asked = json!({ "email": email, "password": password });
        let errors = app.as_stranger().run(query, asked).await["signIn"]["errors"].take();
        errors.get(0).cloned().unwrap_or_default()
    };
    let wrong = json!({ "code": "INVALID_CREDENTIALS", "message": "e-mail or password is wrong" });
    // Whether anybody has the address makes no difference.
    for email in ["admin@northwind.example", "nobody@nowhere.example"] {
        for _ in 0..5 {
            assert_eq!(tried(email, "guess").await, wrong);
        }
        let wait = json!({ "code": "RATE_LIMITED", "message": "too many tries; try again in 1 s", "retryAfterMs": 1000 });
        assert_eq!(tried(email, PASSWORD).await, wait);
        assert_eq!(tried(&format!(" {}", email.to_uppercase()), PASSWORD).await, wait);
    }
    let email = "admin@northwind.example";
    for seconds in [1, 2, 4, 8, 16, 32, 60, 60] {
        app.advance(TimeDelta::seconds(seconds));
        assert_eq!(tried(email, "guess").await, wrong);
    }
    assert_eq!(tried(email, PASSWORD).await["retryAfterMs"], 60_000);
    app.advance(TimeDelta::seconds(60));
    assert_eq!(tried(email, PASSWORD).await, Value::Null);
    // Signed in, the count begins anew; left alone, it is forgotten.
    for _ in 0..5 {
        assert_eq!(tried(email, "guess").await, wrong);
    }
    app.advance(TimeDelta::minutes(16));
    assert_eq!(tried(email, "guess").await, wrong);
    assert_eq!(tried(email, PASSWORD).await, Value::Null);
}

#[tokio::test]
async fn many_guesses_at_once_are_as_slow_as_one_after_the_other() {
    let app = TestApp::start().await;
    app.vendor("Northwind").await;
    let guess = async || {
        let asked = json!({ "email": "admin@northwind.example", "password": "guess" });
        app.as_stranger().run(SIGN_IN, asked).await["signIn"]["errors"][0]["code"].take()
    };
    let told = futures_util::future::join_all((0..12).map(|_| guess())).await;
    let n_checked = told.iter().filter(|code| **code == "INVALID_CREDENTIALS").count();
    let n_waiting = told.iter().filter(|code| **code == "RATE_LIMITED").count();
    assert_eq!((n_checked, n_waiting), (5, 7));
}
