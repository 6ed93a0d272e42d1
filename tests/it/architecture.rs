//! The arrows of `docs/ARCHITECTURE.md`: which layer never names which.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A layer, and the modules and crates that it never names.
const NEVER: [(&str, &[&str]); 7] = [
    (
        "domain",
        &[
            "app", "bus", "clock", "command", "db", "demo", "entity", "error", "graphql", "http",
            "import", "op", "service", "worker", "axum", "tokio",
        ],
    ),
    (
        "entity",
        &[
            "app", "bus", "command", "db", "demo", "graphql", "http", "import", "op", "service",
            "worker", "axum", "tokio",
        ],
    ),
    ("service", &["app", "bus", "command", "demo", "graphql", "http", "import", "worker", "axum"]),
    ("graphql", &["app", "command", "demo", "http", "import", "worker", "sea_orm", "axum"]),
    ("http", &["app", "command", "demo", "entity", "import", "service", "worker", "sea_orm"]),
    (
        "bus",
        &[
            "app", "command", "db", "demo", "entity", "graphql", "http", "import", "op", "service",
            "worker", "sea_orm",
        ],
    ),
    ("worker", &["app", "command", "demo", "graphql", "http", "import", "axum", "sea_orm"]),
];

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The names after `crate::` and at the head of paths, test modules left out.
fn names(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut names = Vec::new();
    let words = |text: &str| -> Option<String> {
        let name: String = text
            .chars()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
            .collect();
        (!name.is_empty()).then_some(name)
    };
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        match rest.strip_prefix('{') {
            Some(list) => names.extend(heads(list)),
            None => names.extend(words(rest)),
        }
    }
    for line in code.lines() {
        names.extend(line.trim_start().strip_prefix("use ").and_then(words));
    }
    for (at, _) in code.match_indices("::") {
        let before =
            code[..at].rsplit(|character: char| !(character.is_alphanumeric() || character == '_'));
        names.extend(before.into_iter().next().map(str::to_owned));
    }
    names
}

/// The first names of the top level of a `{…}` list.
fn heads(list: &str) -> Vec<String> {
    let (mut depth, mut names, mut name) = (0, Vec::new(), String::new());
    let mut is_head = true;
    for character in list.chars() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(std::mem::take(&mut name));
                is_head = true;
            }
            ':' => is_head = depth != 0 && is_head,
            _ if depth == 0 && is_head && !character.is_whitespace() => name.push(character),
            _ => {}
        }
    }
    names.push(name);
    names.retain(|name| !name.is_empty());
    names
}

#[test]
fn no_arrow_is_turned_round() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut turned = Vec::new();
    for (layer, never) in NEVER {
        for file in files(&source.join(layer)) {
            let named = names(&fs::read_to_string(&file).unwrap());
            for name in never.iter().filter(|name| named.iter().any(|named| named == **name)) {
                turned.push(format!(
                    "{} names {name}",
                    file.strip_prefix(&source).unwrap().display()
                ));
            }
        }
    }
    assert_eq!(turned, [""; 0]);
}

#[test]
fn the_check_sees_imports_of_every_form() {
    let source = "use crate::{domain::id::PlanId, service::{self, plans}};\nuse sea_orm::Set;\nfn f() { crate::http::serve() }";
    let named = names(source);
    for name in ["domain", "service", "sea_orm", "http"] {
        assert!(named.iter().any(|named| named == name), "{name}: {named:?}");
    }
    assert!(!named.iter().any(|named| named == "plans" && named == "bus"));
}

#[test]
fn the_rules_do_not_wait() {
    let domain = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain");
    for file in files(&domain) {
        let source = fs::read_to_string(&file).unwrap();
        assert!(!source.contains("async fn") && !source.contains(".await"), "{}", file.display());
    }
}
