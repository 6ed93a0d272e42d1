//! People who sign in elsewhere: whose tokens are believed, for whom, and until when.

use std::{collections::BTreeMap, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use futures_util::StreamExt;
use jbp::config::{
    Config,
    issuer::{IssuerSettings, MappingSettings},
};
use jbp::domain::actor::Role;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout};

use crate::support::{
    TestApp, Vendor,
    asking::answer,
    client::SOON,
    house::House,
    issuer::{Issuer, Signer, unsigned},
};

/// Within which an end reaches whoever is connected.
const AT_ONCE: Duration = Duration::from_secs(5);

const WHO: &str = "{ viewer { role user { email name } organization { name } } }";

/// An issuer whom the settings believe, for people of these organisations.
fn settings(issuer: &Issuer, organizations: &[&str]) -> IssuerSettings {
    let written = json!({
        "issuer": issuer.url,
        "audiences": ["jbp", "jbp-mobile"],
        "organizations": organizations,
    });
    serde_json::from_value(written).unwrap()
}

fn mapping(group: &str, organization: &str, role: Role, provision: bool) -> MappingSettings {
    let (group, organization) = (group.to_owned(), organization.parse().unwrap());
    MappingSettings { group, organization, role, provision }
}

/// What a good token says of somebody, for five minutes from the beginning of the test.
fn claims(app: &TestApp, issuer: &Issuer, email: &str) -> Value {
    let now = app.clock.now().timestamp();
    json!({ "iss": issuer.url, "sub": "4711", "aud": ["jbp", "other"], "iat": now, "nbf": now, "exp": now + 300,
        "email": email, "email_verified": true, "name": "Una Umbrella" })
}

/// The claims with one changed, or left out for null.
fn with(mut claims: Value, name: &str, value: Value) -> Value {
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    claims
}

/// A house that believes these, and counts no bad tokens.
async fn open(app: &TestApp, believed: Vec<IssuerSettings>) -> House {
    let set = |config: &mut Config| {
        config.oidc = believed;
        config.bad_tokens = 0;
    };
    app.open_doors_with(set).await
}

/// Who the server says that the token is, by POST: role, address and company; or `401`.
async fn whose(house: &House, token: &str) -> String {
    let told = answer(house.post(&json!({ "query": WHO })).bearer_auth(token)).await;
    if told.status != 200 {
        assert_eq!(told.refusal(), (401, "UNAUTHENTICATED"));
        return told.status.to_string();
    }
    let viewer = &told.body["data"]["viewer"];
    let text = |value: &Value| value.as_str().unwrap_or("nobody").to_owned();
    let (role, email) = (text(&viewer["role"]), text(&viewer["user"]["email"]));
    format!("{role} {email} {}", text(&viewer["organization"]["name"]))
}

#[tokio::test]
async fn a_token_of_each_kind_of_key_lets_its_person_in_by_every_door() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let signers = [Signer::rsa("r"), Signer::ec("e"), Signer::ed("d")];
    let issuer = Issuer::start(&signers.each_ref()).await;
    let house = open(&app, vec![settings(&issuer, &[&northwind.id])]).await;
    for signer in &signers {
        let email = northwind.manager.email().to_uppercase();
        let token = signer.sign(&claims(&app, &issuer, &email));
        let expected = "CHANNEL_ACCOUNT_MANAGER manager@northwind.example Northwind";
        assert_eq!(whose(&house, &token).await, expected, "{}", signer.id);
        let mut socket = house.socket(&app.as_bearer(&token)).await;
        socket.follow("1", WHO, json!({})).await;
        let told = socket.hears("1", SOON, |_| true).await.unwrap();
        assert_eq!(told["viewer"]["user"]["email"], "manager@northwind.example");
    }
    assert_eq!(issuer.n_asked(), 1);
}

/// All that can be wrong with a token of somebody who would be let in.
async fn wrong_tokens(
    app: &TestApp,
    issuer: &Issuer,
    other: &Issuer,
    [rsa, ec, unknown]: [&Signer; 3],
    vendor: &Vendor,
) -> BTreeMap<&'static str, String> {
    let good = || claims(app, issuer, vendor.manager.email());
    let changed = |name: &str, value: Value| rsa.sign(&with(good(), name, value));
    let now = app.clock.now().timestamp();
    let header = |alg: &str| json!({ "typ": "JWT", "alg": alg, "kid": "r" });
    // The public key, which everybody has, as if it were a shared secret.
    let modulus = BASE64_URL_SAFE_NO_PAD.decode(rsa.public["n"].as_str().unwrap()).unwrap();
    let hmac = |secret: &[u8], header: &Value| {
        let secret = EncodingKey::from_secret(secret);
        Signer { algorithm: Algorithm::HS256, secret, ..rsa.clone() }.sign_as(header, &good())
    };
    let (signed, _) =
        rsa.sign(&good()).rsplit_once('.').map(|(one, two)| (one.to_owned(), two.len())).unwrap();
    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { user { id } errors { code message path } } }";
    let leaver = vendor.viewer.email().to_owned();
    vendor.admin.done(deactivate, json!({ "id": vendor.viewer.user_id().await })).await;
    let foreign = claims(app, issuer, "admin@contoso.example");
    BTreeMap::from([
        ("another issuer", changed("iss", json!("https://login.example"))),
        ("the name of another believed issuer", changed("iss", json!(other.url))),
        ("no issuer", changed("iss", Value::Null)),
        ("another audience", changed("aud", json!("crm"))),
        ("no audience", changed("aud", Value::Null)),
        ("ended", changed("exp", json!(now - 60))),
        ("no end", changed("exp", Value::Null)),
        ("not yet", changed("nbf", json!(now + 61))),
        ("an address that is not verified", changed("email_verified", json!(false))),
        ("an address of which nothing is said", changed("email_verified", Value::Null)),
        ("no address", changed("email", Value::Null)),
        ("nobody's address", changed("email", json!("nobody@northwind.example"))),
        ("somebody deactivated", changed("email", json!(leaver))),
        ("somebody of another vendor", rsa.sign(&foreign)),
        ("no algorithm", format!("{}.", unsigned(&header("none"), &good()))),
        ("no algorithm, and a signature", rsa.sign_as(&header("none"), &good())),
        ("the public key as a secret", hmac(&modulus, &header("HS256"))),
        (
            "the published key as a secret",
            hmac(rsa.public.to_string().as_bytes(), &header("HS256")),
        ),
        ("an HMAC that says RS256", hmac(&modulus, &header("RS256"))),
        ("a longer hash", rsa.sign_as(&header("RS512"), &good())),
        ("another kind of key under a known name", ec.sign_as(&header("ES256"), &good())),
        ("a known name over another key", ec.sign_as(&header("RS256"), &good())),
        ("a key that nobody knows", unknown.sign(&good())),
        ("no name among several keys", rsa.sign_as(&json!({ "alg": "RS256" }), &good())),
        (
            "something that must be understood",
            rsa.sign_as(&json!({ "alg": "RS256", "kid": "r", "crit": ["b64"] }), &good()),
        ),
        ("a changed signature", format!("{signed}.{}", "A".repeat(342))),
        ("no signature", format!("{signed}.")),
        ("two parts", signed.clone()),
        ("four parts", format!("{}.x", rsa.sign(&good()))),
        ("much", changed("name", json!("A".repeat(20_000)))),
    ])
}

#[tokio::test]
async fn whatever_is_wrong_with_a_token_it_is_answered_like_any_bad_one() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    app.vendor("Contoso").await;
    // Two keys for RS256: then a token has to say which.
    let (rsa, again, ec) = (Signer::rsa("r"), Signer::rsa("s"), Signer::ec("e"));
    let issuer = Issuer::start(&[&rsa, &again, &ec]).await;
    let other = Issuer::start(&[&Signer::ec("r")]).await;
    let believed = vec![settings(&issuer, &[&northwind.id]), settings(&other, &["*"])];
    let house = open(&app, believed).await;
    let unknown = Signer::ec("nobody's");
    let wrong = wrong_tokens(&app, &issuer, &other, [&rsa, &ec, &unknown], &northwind).await;
    let good = rsa.sign(&claims(&app, &issuer, northwind.manager.email()));
    let expected = "CHANNEL_ACCOUNT_MANAGER manager@northwind.example Northwind";

    let ask = async |token: &str| {
        let mut told = answer(house.post(&json!({ "query": WHO })).bearer_auth(token)).await;
        told.headers.remove("x-request-id");
        told.headers.remove("date");
        (told.status, told.headers, told.body)
    };
    let like_any = ask("jbpa_nonsense").await;
    assert_eq!(like_any.0, 401);
    for (what, token) in wrong {
        assert_eq!(ask(&token).await, like_any, "{what}");
        let mut socket = house.knock(&token).await;
        assert_eq!(socket.end().await, (4403, "Forbidden".to_owned()), "{what}");
        assert_eq!(whose(&house, &good).await, expected, "{what}");
    }
}

#[tokio::test]
async fn clocks_may_be_a_minute_apart() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let signer = Signer::ed("d");
    let issuer = Issuer::start(&[&signer]).await;
    let house = open(&app, vec![settings(&issuer, &["*"])]).await;
    let good = claims(&app, &issuer, northwind.admin.email());
    let early = with(good.clone(), "nbf", json!(app.clock.now().timestamp() + 60));
    let expected = "VENDOR_ADMIN admin@northwind.example Northwind";
    assert_eq!(whose(&house, &signer.sign(&early)).await, expected);
    let token = signer.sign(&good);
    app.advance(TimeDelta::seconds(359));
    assert_eq!(whose(&house, &token).await, expected);
    app.advance(TimeDelta::seconds(1));
    assert_eq!(whose(&house, &token).await, "401");
}

#[tokio::test]
async fn keys_change_and_whoever_makes_them_up_makes_us_ask_no_more() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let (old, new, made_up) = (Signer::ec("old"), Signer::ed("new"), Signer::ed("made-up"));
    let issuer = Issuer::start(&[&old]).await;
    let house = open(&app, vec![settings(&issuer, &["*"])]).await;
    let claims = with(
        claims(&app, &issuer, northwind.admin.email()),
        "exp",
        json!(app.clock.now().timestamp() + 86_400),
    );
    let (by_old, by_new) = (old.sign(&claims), new.sign(&claims));
    let expected = "VENDOR_ADMIN admin@northwind.example Northwind";
    assert_eq!(whose(&house, &by_old).await, expected);
    assert_eq!(issuer.n_asked(), 1);

    issuer.publish(&[&old, &new]);
    for _ in 0..5 {
        assert_eq!(whose(&house, &made_up.sign(&claims)).await, "401");
    }
    assert_eq!(whose(&house, &by_new).await, "401");
    assert_eq!(issuer.n_asked(), 1, "asked just now");
    app.advance(TimeDelta::seconds(30));
    // Many at once ask once.
    let all = futures_util::future::join_all((0..5).map(|_| whose(&house, &by_new))).await;
    assert_eq!(all, [expected; 5]);
    for _ in 0..5 {
        assert_eq!(whose(&house, &made_up.sign(&claims)).await, "401");
    }
    assert_eq!(issuer.n_asked(), 2);

    // A dead issuer ends nothing that is known.
    issuer.break_down(true);
    app.advance(TimeDelta::hours(5));
    for token in [&by_old, &by_new, &by_old, &by_new] {
        assert_eq!(whose(&house, token).await, expected);
    }
    assert_eq!(whose(&house, &made_up.sign(&claims)).await, "401");
    assert_eq!(issuer.n_asked(), 3);

    // Alive again, it ends what it has withdrawn.
    issuer.break_down(false);
    issuer.publish(&[&new]);
    app.advance(TimeDelta::seconds(30));
    assert_eq!(whose(&house, &made_up.sign(&claims)).await, "401");
    assert_eq!(issuer.n_asked(), 4);
    assert_eq!(whose(&house, &by_old).await, "401");
    assert_eq!(whose(&house, &by_new).await, expected);
}

#[tokio::test]
async fn who_waits_for_an_issuer_keeps_nobody_else_waiting() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let (known, unknown) = (Signer::ed("known"), Signer::ed("unknown"));
    let issuer = Issuer::start(&[&known]).await;
    let house = open(&app, vec![settings(&issuer, &["*"])]).await;
    let claims = claims(&app, &issuer, northwind.admin.email());
    let (known, unknown) = (known.sign(&claims), unknown.sign(&claims));
    let expected = "VENDOR_ADMIN admin@northwind.example Northwind";
    assert_eq!(whose(&house, &known).await, expected);
    issuer.stall();
    app.advance(TimeDelta::seconds(30));
    let mut waiting = Box::pin(whose(&house, &unknown));
    // It has come as far as the issuer before the others are asked.
    while issuer.n_asked() < 2 {
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
        tokio::task::yield_now().await;
    }
    for _ in 0..5 {
        assert_eq!(whose(&house, &known).await, expected);
        assert!(futures_util::poll!(waiting.as_mut()).is_pending());
    }
    // Nor does it wait for ever.
    assert_eq!(timeout(AT_ONCE, waiting).await.unwrap(), "401");
}

#[tokio::test]
async fn an_issuer_speaks_for_the_organisations_that_it_was_given() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let contoso = app.vendor("Contoso").await;
    let signer = Signer::ed("d");
    let theirs = Issuer::start(&[&signer]).await;
    let mappings = vec![
        mapping("admins", &northwind.id, Role::VendorAdmin, false),
        mapping("staff", &northwind.id, Role::VendorViewer, false),
    ];
    let believed = IssuerSettings { mappings, ..settings(&theirs, &[&northwind.id]) };
    let house = open(&app, vec![believed]).await;
    let token = |email: &str, groups: Value| {
        signer.sign(&with(claims(&app, &theirs, email), "groups", groups))
    };
    let rows = [
        (&northwind.manager, json!(["staff"]), "VENDOR_VIEWER manager@northwind.example Northwind"),
        (
            &northwind.viewer,
            json!(["x", "admins"]),
            "VENDOR_ADMIN viewer@northwind.example Northwind",
        ),
        (&northwind.viewer, json!("admins"), "VENDOR_ADMIN viewer@northwind.example Northwind"),
        (&northwind.viewer, json!(["x"]), "401"),
        (&northwind.viewer, Value::Null, "401"),
        (&contoso.viewer, json!(["staff", "admins"]), "401"),
        (&contoso.admin, Value::Null, "401"),
    ];
    for (who, groups, expected) in rows {
        let told = whose(&house, &token(who.email(), groups.clone())).await;
        assert_eq!(told, expected, "{} in {groups}", who.email());
    }
    // The role is the token's: here it is what it was.
    let told = house.ask(&northwind.viewer, WHO, json!({})).await;
    assert_eq!(told["viewer"]["role"], "VENDOR_VIEWER");
}

#[tokio::test]
async fn who_was_not_invited_is_written_down_where_a_mapping_says_so() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let acme = app.partner(&northwind, "Acme", "GOLD", "RESELLER").await;
    let signer = Signer::ed("d");
    let issuer = Issuer::start(&[&signer]).await;
    let missing = jbp::domain::id::OrganizationId::default().to_string();
    let mappings = vec![
        mapping("admins", &northwind.id, Role::VendorAdmin, false),
        mapping("staff", &northwind.id, Role::VendorViewer, true),
        mapping("partners", &acme.id, Role::PartnerManager, true),
        mapping("muddled", &acme.id, Role::VendorAdmin, true),
        mapping("lost", &missing, Role::VendorAdmin, true),
    ];
    let believed = IssuerSettings { mappings, ..settings(&issuer, &["*"]) };
    let house = open(&app, vec![believed]).await;
    let token = |email: &str, group: &str| {
        signer.sign(&with(claims(&app, &issuer, email), "groups", json!([group])))
    };
    for group in ["admins", "muddled", "lost", "unknown"] {
        assert_eq!(whose(&house, &token("una@umbrella.example", group)).await, "401", "{group}");
    }
    let una = token("una@umbrella.example", "staff");
    let both = tokio::join!(whose(&house, &una), whose(&house, &una));
    let expected = "VENDOR_VIEWER una@umbrella.example Northwind";
    assert_eq!((both.0.as_str(), both.1.as_str()), (expected, expected));
    let ben = token("ben@umbrella.example", "partners");
    assert_eq!(whose(&house, &ben).await, "PARTNER_MANAGER ben@umbrella.example Acme");
    // Nobody can sign in to it by a password, since there is none.
    let sign_in = "mutation { signIn(input: { email: \"una@umbrella.example\", password: \"\" }) { accessToken errors { code } } }";
    let told = app.as_stranger().run(sign_in, json!({})).await;
    assert_eq!(
        told["signIn"],
        json!({ "accessToken": null, "errors": [{ "code": "INVALID_CREDENTIALS" }] })
    );
    // Once somebody of Northwind, always: a group of Acme says nothing.
    assert_eq!(whose(&house, &token("una@umbrella.example", "partners")).await, "401");
    let people = "{ viewer { organization { users { nodes { email name } } } } }";
    let told = house.ask(&northwind.admin, people, json!({})).await;
    let people = told["viewer"]["organization"]["users"]["nodes"].as_array().unwrap().clone();
    let una = json!({ "email": "una@umbrella.example", "name": "Una Umbrella" });
    assert_eq!(people.iter().filter(|person| **person == una).count(), 1);
}

#[tokio::test]
async fn keys_may_be_given_and_nobody_is_asked() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let (signer, other) = (Signer::ec("e"), Signer::ec("f"));
    let issuer = Issuer::start(&[&other]).await;
    let keys = json!({ "keys": [signer.public] }).to_string();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("keys.json");
    std::fs::write(&file, &keys).unwrap();
    for keys in [keys, file.to_str().unwrap().to_owned()] {
        let house = open(&app, vec![IssuerSettings { keys, ..settings(&issuer, &["*"]) }]).await;
        let claims = claims(&app, &issuer, northwind.admin.email());
        let expected = "VENDOR_ADMIN admin@northwind.example Northwind";
        assert_eq!(whose(&house, &signer.sign(&claims)).await, expected);
        let unnamed = signer.sign_as(&json!({ "alg": "ES256" }), &claims);
        assert_eq!(whose(&house, &unnamed).await, expected, "there is only one");
        assert_eq!(whose(&house, &other.sign(&claims)).await, "401");
    }
    assert_eq!(issuer.n_asked(), 0);
}

const FOLLOW: &str = "subscription { planEvents { __typename } }";

/// A stream over HTTP of whoever has the token, which has begun.
async fn stream(
    house: &House,
    token: &str,
) -> impl futures_util::Stream<Item = String> + Unpin + use<> {
    let request = house.post(&json!({ "query": FOLLOW })).bearer_auth(token);
    let request = request.header("accept", "text/event-stream;q=2, text/event-stream");
    let response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let mut bytes = Box::pin(futures_util::stream::unfold(response, |mut response| async {
        let chunk = response.chunk().await.ok()??;
        Some((String::from_utf8_lossy(&chunk).into_owned(), response))
    }));
    assert!(bytes.next().await.unwrap().contains("Heartbeat"));
    bytes
}

#[tokio::test]
async fn the_end_of_a_token_and_of_its_person_reach_sockets_and_streams_at_once() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let signer = Signer::ed("d");
    let issuer = Issuer::start(&[&signer]).await;
    let house = open(&app, vec![settings(&issuer, &["*"])]).await;
    let day = app.clock.now().timestamp() + 86_400;
    let brief = signer.sign(&claims(&app, &issuer, northwind.manager.email()));
    let token = |email: &str| signer.sign(&with(claims(&app, &issuer, email), "exp", json!(day)));
    let (leaver, stayer) = (token(northwind.viewer.email()), token(northwind.admin.email()));
    let mut sockets = Vec::new();
    let mut streams = Vec::new();
    for token in [&brief, &leaver] {
        let mut socket = house.socket(&app.as_bearer(token)).await;
        socket.follow("live", FOLLOW, json!({})).await;
        socket.hears("live", SOON, |_| true).await.unwrap();
        sockets.push(socket.socket);
        streams.push(stream(&house, token).await);
    }
    let mut staying = house.socket(&app.as_bearer(&stayer)).await;

    app.advance(TimeDelta::seconds(360));
    let deactivate = "mutation($id: ID!) { deactivateUser(input: { userId: $id }) { user { id } errors { code message path } } }";
    let id = json!({ "id": northwind.viewer.user_id().await });
    northwind.admin.done(deactivate, id).await;
    let since = Instant::now();
    for mut socket in sockets {
        assert_eq!(socket.end().await, (4403, "token expired".to_owned()));
    }
    for mut stream in streams {
        while timeout(AT_ONCE, stream.next()).await.unwrap().is_some() {}
    }
    assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
    staying.follow("1", WHO, json!({})).await;
    staying.hears("1", SOON, |_| true).await.unwrap();
}

#[tokio::test]
async fn a_mapping_that_was_taken_away_lets_nobody_in_again() {
    let app = TestApp::start().await;
    let northwind = app.vendor("Northwind").await;
    let signer = Signer::ed("d");
    let issuer = Issuer::start(&[&signer]).await;
    let staff = mapping("staff", &northwind.id, Role::VendorViewer, true);
    let others = mapping("others", &northwind.id, Role::VendorViewer, true);
    let claims = with(claims(&app, &issuer, "una@umbrella.example"), "groups", json!(["staff"]));
    let token = signer.sign(&claims);

    let mappings = vec![staff, others.clone()];
    let house = open(&app, vec![IssuerSettings { mappings, ..settings(&issuer, &["*"]) }]).await;
    let mut socket = house.socket(&app.as_bearer(&token)).await.socket;
    // Settings are read at the start; the end of the process ends every socket.
    let closing = house.close();
    let ended = tokio::join!(closing, socket.end()).1;
    assert_eq!(ended, (1012, "Service restart".to_owned()));

    let mappings = vec![others];
    let house = open(&app, vec![IssuerSettings { mappings, ..settings(&issuer, &["*"]) }]).await;
    assert_eq!(whose(&house, &token).await, "401");
    assert_eq!(house.knock(&token).await.end().await, (4403, "Forbidden".to_owned()));
}
