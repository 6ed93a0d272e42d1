//! What became of all attempts, to read: in each block a line for those whom the same befell.

use std::fmt;

use super::{attempts::Attempt, cast::Member};

/// The widest outcome, and a space.
const WIDTH: usize = 12;

/// Outcomes by attempt, member and stage.
pub struct Table {
    stages: Vec<&'static str>,
    members: Vec<(&'static str, &'static str)>,
    attempts: Vec<(String, Vec<Vec<String>>)>,
}

impl Table {
    /// From what became of each attempt in each stage: stage, attempt, member.
    pub fn new(
        stages: &[&'static str],
        cast: &[Member],
        attempts: &[Attempt],
        tried: Vec<Vec<Vec<String>>>,
    ) -> Self {
        let of_attempt = |(at, attempt): (usize, &Attempt)| {
            let of_member = |member: usize| {
                tried.iter().map(|stage| stage[at][member].clone()).collect::<Vec<_>>()
            };
            let title = match attempt.whose {
                "" => attempt.name.to_owned(),
                whose => format!("{} ({whose})", attempt.name),
            };
            (title, (0..cast.len()).map(of_member).collect())
        };
        Self {
            stages: stages.to_vec(),
            members: cast.iter().map(|member| (member.house, member.role)).collect(),
            attempts: attempts.iter().enumerate().map(of_attempt).collect(),
        }
    }

    /// Checks that on what is neither theirs nor new, those outside get nothing but what they would get if it did not exist.
    pub fn check_that_outsiders_find_nothing(&self) {
        const OWN: [&str; 3] = ["the vendor", "the partner", "nobody"];
        // Of the rest, nothing names a thing of the two houses.
        const FREE: &[&str] = &[
            "createPartnership",
            "setVendorSettings",
            "createTier",
            "addDimensionValues",
            "inviteUser",
            "createIntegration",
            "createWebhookEndpoint",
            "signIn",
            "refreshSession",
            "signOut",
            "signOutEverywhere (oneself)",
            "editNotificationPreferences (oneself)",
            "changePassword",
            "setPlanningPolicy",
        ];
        for (title, rows) in &self.attempts {
            if FREE.iter().any(|free| title.starts_with(free)) {
                continue;
            }
            for ((house, role), row) in self.members.iter().zip(rows) {
                let is_outside = !OWN.contains(house);
                for outcome in row.iter().filter(|_| is_outside) {
                    let is_nothing = ["hidden", "forbidden", "·"].contains(&outcome.as_str());
                    assert!(is_nothing, "{title} by {role} of {house}: {outcome}");
                }
            }
        }
    }

    /// What became of an attempt: a line for those whom the same befell.
    fn block(&self, rows: &[Vec<String>]) -> String {
        let mut alike: Vec<(&Vec<String>, Vec<usize>)> = Vec::new();
        for (member, row) in rows.iter().enumerate() {
            match alike.iter_mut().find(|(other, _)| *other == row) {
                Some((_, members)) => members.push(member),
                None => alike.push((row, vec![member])),
            }
        }
        let line = |(row, members): (&Vec<String>, Vec<usize>)| {
            format!("    {}  {}\n", cells(row), self.who(&members))
        };
        alike.into_iter().map(line).collect()
    }

    /// Those to whom the same happened, house by house: `the vendor: admin, manager; a rival partner: all`.
    fn who(&self, members: &[usize]) -> String {
        let mut houses: Vec<(&str, Vec<&str>)> = Vec::new();
        for &at in members {
            let (house, role) = self.members[at];
            match houses.last_mut().filter(|(last, _)| *last == house) {
                Some((_, roles)) => roles.push(role),
                None => houses.push((house, vec![role])),
            }
        }
        let named = houses.into_iter().map(|(house, roles)| {
            let n_all = self.members.iter().filter(|(other, _)| *other == house).count();
            match roles.len() {
                1 if n_all == 1 => roles[0].to_owned(),
                n if n == n_all => format!("{house}: all"),
                _ => format!("{house}: {}", roles.join(", ")),
            }
        });
        named.collect::<Vec<_>>().join("; ")
    }
}

/// Each in its column.
fn cells(row: &[impl AsRef<str>]) -> String {
    row.iter().fold(String::new(), |line, cell| {
        let padding = WIDTH.saturating_sub(cell.as_ref().chars().count());
        line + cell.as_ref() + &" ".repeat(padding)
    })
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Attempts of which the same became stand together, where the first of them stands.
        let mut blocks: Vec<(String, Vec<&str>)> = Vec::new();
        for (title, rows) in &self.attempts {
            let block = self.block(rows);
            match blocks.iter_mut().find(|(other, _)| *other == block) {
                Some((_, titles)) => titles.push(title),
                None => blocks.push((block, vec![title])),
            }
        }
        let heading = cells(&self.stages);
        for (block, titles) in blocks {
            for title in titles {
                writeln!(f, "{title}")?;
            }
            writeln!(f, "    {}", heading.trim_end())?;
            writeln!(f, "{block}")?;
        }
        Ok(())
    }
}
