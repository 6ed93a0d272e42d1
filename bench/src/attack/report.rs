//! What was measured, as tables, and whether it is what may be.

use std::{collections::BTreeMap, fs, io::Write};

use super::crowds::Fate;

/// What may be, at most.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Milliseconds of work for a refusal.
    cost: f64,
    /// How many times as long others may wait, and a wait in milliseconds that is never too long.
    slower: (f64, f64),
    /// Megabytes that are kept in the end.
    kept: f64,
}

impl Limits {
    /// Of a release build on a machine that does nothing else.
    pub const FULL: Self = Self { cost: 5.0, slower: (2.0, 5.0), kept: 32.0 };
    /// Of a debug build, which takes some twenty times as long, on a machine that is slow or does something else too.
    pub const QUICK: Self = Self { cost: 200.0, slower: (4.0, 1_000.0), kept: 64.0 };
}

/// A kind of request: bytes, refusal, milliseconds in each round.
struct Costs {
    bytes: usize,
    refusal: &'static str,
    millis: Vec<f64>,
}

/// A crowd, in one round after the other.
#[derive(Default)]
struct Effects {
    sizes: Vec<f64>,
    left: Vec<f64>,
    worked: Vec<f64>,
    quiet: Vec<f64>,
    meanwhile: Vec<f64>,
    most: Vec<f64>,
    kept: Vec<f64>,
}

/// All that was measured.
pub struct Report {
    limits: Limits,
    order: Vec<&'static str>,
    costs: BTreeMap<&'static str, Costs>,
    effects: BTreeMap<&'static str, Effects>,
    resident: Vec<f64>,
}

impl Report {
    /// Nothing yet; the server keeps so many megabytes.
    pub fn new(limits: Limits, resident: f64) -> Self {
        let (costs, effects) = (BTreeMap::new(), BTreeMap::new());
        Self { limits, order: Vec::new(), costs, effects, resident: vec![resident] }
    }

    /// A kind of request took so many milliseconds of work.
    pub fn cost(&mut self, name: &'static str, bytes: usize, refusal: &'static str, millis: f64) {
        let costs = self.costs.entry(name).or_insert_with(|| {
            self.order.push(name);
            Costs { bytes, refusal, millis: Vec::new() }
        });
        costs.millis.push(millis);
    }

    /// What a crowd did: seconds of work, what others waited for before, meanwhile and afterwards, and megabytes in the end.
    pub fn crowd(
        &mut self,
        name: &'static str,
        fate: &Fate,
        worked: f64,
        [before, during, after]: [f64; 3],
        resident: f64,
    ) {
        let count = |n: usize| u32::try_from(n).map_or(f64::INFINITY, f64::from);
        let effects = self.effects.entry(name).or_insert_with(|| {
            self.order.push(name);
            Effects::default()
        });
        effects.sizes.push(count(fate.size));
        effects.left.push(count(fate.size - fate.ended));
        effects.worked.push(worked);
        effects.quiet.push(f64::midpoint(before, after));
        effects.meanwhile.push(during);
        effects.most.push(fate.resident);
        effects.kept.push(resident);
    }

    /// A round is over; the server keeps so many megabytes.
    pub fn round(&mut self, resident: f64) {
        self.resident.push(resident);
    }

    /// Prints the tables; an error names what is more than may be.
    pub fn print(self) -> anyhow::Result<()> {
        let mut out = std::io::stdout().lock();
        let command = std::env::args().skip(1).collect::<Vec<_>>().join(" ");
        writeln!(out, "`bench {command}`, rounds: {}; {}\n", self.resident.len() - 1, machine())?;
        writeln!(out, "| Request | Bytes | ms of work | Answer |\n| --- | --- | --- | --- |")?;
        let mut missed = Vec::new();
        for name in &self.order {
            let Some(Costs { bytes, refusal, millis }) = self.costs.get(name) else { continue };
            writeln!(out, "| {name} | {bytes} | {} | `{refusal}` |", spread(millis, 2))?;
            if median(millis) > self.limits.cost {
                missed.push(format!("{name}: {} ms of work", spread(millis, 2)));
            }
        }
        writeln!(
            out,
            "\n| Crowd | Size | Left at the end | s of work | p99 of others, ms: quiet | meanwhile | MB meanwhile | MB afterwards |"
        )?;
        writeln!(out, "| --- | --- | --- | --- | --- | --- | --- | --- |")?;
        for name in &self.order {
            let Some(seen) = self.effects.get(name) else { continue };
            writeln!(
                out,
                "| {name} | {} | {} | {} | {} | {} | {} | {} |",
                spread(&seen.sizes, 0),
                spread(&seen.left, 0),
                spread(&seen.worked, 1),
                spread(&seen.quiet, 1),
                spread(&seen.meanwhile, 1),
                spread(&seen.most, 0),
                spread(&seen.kept, 0),
            )?;
            let (times, never) = self.limits.slower;
            if median(&seen.meanwhile) > (times * median(&seen.quiet)).max(never) {
                missed.push(format!("{name}: others wait {} ms", spread(&seen.meanwhile, 1)));
            }
            if seen.left.iter().any(|left| *left > 0.0) {
                missed.push(format!("{name}: {} are still there", spread(&seen.left, 0)));
            }
        }
        let (first, last) = (self.resident[0], self.resident[self.resident.len() - 1]);
        writeln!(out, "\nMemory: {first:.0} MB before, {last:.0} MB in the end.")?;
        if last - first > self.limits.kept {
            missed.push(format!("memory grew from {first:.0} to {last:.0} MB"));
        }
        anyhow::ensure!(missed.is_empty(), "more than may be:\n  {}", missed.join("\n  "));
        Ok(())
    }
}

fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

/// The median, and the least and the most where they differ.
fn spread(figures: &[f64], places: usize) -> String {
    let least = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let most = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shown = |figure: f64| format!("{figure:.places$}");
    let middle = shown(median(figures));
    if shown(least) == shown(most) {
        middle
    } else {
        format!("{middle} ({}–{})", shown(least), shown(most))
    }
}

/// The processors of this machine.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let names: Vec<&str> =
        cpus.lines().filter_map(|line| line.strip_prefix("model name\t: ")).collect();
    format!("{} × {}", names.len(), names.first().unwrap_or(&"a processor"))
}
