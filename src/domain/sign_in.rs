//! How people sign in: how long a session lasts, what a password costs to guess, what an e-mail address looks like.

use chrono::TimeDelta;

/// Characters of a new password at least.
pub const SHORTEST_PASSWORD: usize = 12;

/// Characters of a new password at most; a longer one would only cost time to hash.
pub const LONGEST_PASSWORD: usize = 200;

/// Characters of an e-mail address at most (RFC 5321).
const LONGEST_EMAIL: usize = 254;

/// Wrong passwords in a row that cost no wait.
const FREE_TRIES: i32 = 5;

/// The longest wait between two tries, in seconds: guessing gets nowhere, and whoever knows the password is never locked out.
const LONGEST_WAIT: i64 = 60;

/// After how long without a try earlier ones are forgotten.
pub fn forgotten_after() -> TimeDelta {
    TimeDelta::minutes(15)
}

/// How long after the last of `failures` wrong passwords in a row the next one is looked at: nothing for the first five, then
/// twice as long each time, a minute at most.
pub fn wait_after(failures: i32) -> TimeDelta {
    let beyond = failures.saturating_sub(FREE_TRIES);
    let seconds = match u32::try_from(beyond) {
        Ok(beyond) => 1_i64.checked_shl(beyond).unwrap_or(LONGEST_WAIT).clamp(1, LONGEST_WAIT),
        Err(_) => 0,
    };
    TimeDelta::seconds(seconds)
}

/// What an operator decides about signing in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SignInRules {
    /// How long a session lasts.
    pub lifetimes: SessionLifetimes,
    /// What a new password costs to hash, and so to guess.
    pub password_cost: PasswordCost,
}

/// How long a session's tokens are good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLifetimes {
    /// Of the access token, which every request carries.
    pub access: TimeDelta,
    /// Of the refresh token; every refresh begins it anew.
    pub refresh: TimeDelta,
}

impl Default for SessionLifetimes {
    /// Fifteen minutes and thirty days.
    fn default() -> Self {
        Self { access: TimeDelta::minutes(15), refresh: TimeDelta::days(30) }
    }
}

/// What it costs to hash a password with Argon2id on one lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    /// Memory, in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub passes: u32,
}

impl PasswordCost {
    /// As little as Argon2 can do: for tests, whose passwords guard nothing.
    pub const CHEAPEST: Self = Self { memory_kib: 8, passes: 1 };
}

impl Default for PasswordCost {
    /// 19 MiB and two passes: what OWASP asks for at least.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// An e-mail address as it is kept, in lower case and without space around it; none for a text that is not one.
///
/// Whether mail arrives there is not for a pattern to say: one `@` between a name and a domain with a dot is enough.
pub fn email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (name, domain) = email.split_once('@')?;
    let is_word = |part: &str| {
        !part.is_empty()
            && !part.contains('@')
            && !part.contains(|c: char| c.is_whitespace() || c.is_control())
    };
    let has_labels = domain.split('.').count() >= 2 && domain.split('.').all(|l| !l.is_empty());
    (is_word(name) && is_word(domain) && has_labels && email.chars().count() <= LONGEST_EMAIL)
        .then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kept: Option<&str>) {
        assert_eq!(email(text).as_deref(), kept, "{text:?}");
    }

    #[test]
    fn an_address_is_kept_in_lower_case() {
        check(" Ada@Northwind.Example ", Some("ada@northwind.example"));
        check("ada+jbp@mail.northwind.example", Some("ada+jbp@mail.northwind.example"));
    }

    #[test]
    fn guessing_waits_longer_and_longer_but_never_for_ever() {
        let waits = [
            (0, 0),
            (4, 0),
            (5, 1),
            (6, 2),
            (7, 4),
            (10, 32),
            (11, 60),
            (1_000, 60),
            (i32::MAX, 60),
        ];
        for (failures, seconds) in waits {
            assert_eq!(wait_after(failures), TimeDelta::seconds(seconds), "{failures}");
        }
    }

    #[test]
    fn what_is_not_an_address_is_none() {
        for text in
            ["", "ada", "ada@", "@b.c", "a@b", "a@b..c", "a@.b", "a b@c.d", "a@b@c.d", "a\0@b.c"]
        {
            check(text, None);
        }
        check(&format!("{}@b.c", "a".repeat(251)), None);
    }
}
