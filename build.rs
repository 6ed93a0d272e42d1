//! Puts the GraphiQL page where `http::dashboard` embeds it from.
//!
//! The page is bundled by npm into `web/dist` and copied from there, so that every profile has its own copy and npm runs
//! once per change of the sources. Without npm, a page that says so takes its place: the server builds regardless.

use std::{
    env,
    error::Error,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

/// What the bundle is made from.
const SOURCES: [&str; 6] = [
    "web/src",
    "web/graphiql.html",
    "web/package.json",
    "web/package-lock.json",
    "web/tsconfig.json",
    "web/vite.config.ts",
];

/// Written last by `npm ci`.
const INSTALLED: &str = "web/node_modules/.package-lock.json";

/// Written by `npm run build`, together with what it refers to.
const BUILT: &str = "web/dist/graphiql.html";

/// The page of a server built without npm.
const PLACEHOLDER: &str = "<!doctype html>
<html lang=\"en\">
  <meta charset=\"utf-8\">
  <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
  <meta name=\"color-scheme\" content=\"light dark\">
  <title>GraphiQL · Joint business plans</title>
  <p>GraphiQL is not built: install Node.js 20 with npm and build again.</p>
</html>
";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=JBP_SKIP_WEB");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }

    let embedded = PathBuf::from(env::var("OUT_DIR")?).join("graphiql");
    if embedded.exists() {
        fs::remove_dir_all(&embedded)?;
    }
    fs::create_dir(&embedded)?;

    let bundled = if env::var("JBP_SKIP_WEB").is_ok_and(|skip| skip == "1") {
        Err("JBP_SKIP_WEB is set".into())
    } else {
        bundle()
    };
    match bundled {
        Ok(()) => copy(Path::new("web/dist"), &embedded)?,
        Err(reason) => {
            println!("cargo::warning=GraphiQL is not built: {reason}");
            fs::write(embedded.join("graphiql.html"), PLACEHOLDER)?;
        }
    }
    Ok(())
}

/// Brings `web/dist` up to date, or says in a line why it cannot.
fn bundle() -> Result<(), Box<dyn Error>> {
    // Profiles build side by side and share `web/`; the lock is on a file that neither npm nor Vite touches.
    let turn = File::open("web/biome.json")?;
    turn.lock()?;

    if is_older(BUILT, &SOURCES)? {
        if is_older(INSTALLED, &["web/package-lock.json"])? {
            npm(&["ci", "--include=dev", "--no-audit", "--no-fund"])?;
        }
        npm(&["run", "build"])?;
    }
    Ok(())
}

/// Runs npm in `web/`. What it says goes where cargo shows it with `-vv`.
fn npm(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    let status = Command::new(find_npm()?)
        .args(arguments)
        .current_dir("web")
        .stdout(io::stderr())
        .status()?;
    if status.success() {
        return Ok(());
    }
    let command = arguments.join(" ");
    Err(format!(
        "`npm {command}` in web/ ended with {status}; mend it, touch build.rs and build again"
    )
    .into())
}

/// The npm on the PATH. While there is none, a change of the PATH or of a directory on it is worth another look.
fn find_npm() -> Result<PathBuf, Box<dyn Error>> {
    let name = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let path = env::var_os("PATH").unwrap_or_default();
    if let Some(npm) = env::split_paths(&path).map(|dir| dir.join(name)).find(|npm| npm.is_file()) {
        return Ok(npm);
    }
    println!("cargo::rerun-if-env-changed=PATH");
    for dir in env::split_paths(&path).filter(|dir| dir.is_dir()) {
        println!("cargo::rerun-if-changed={}", dir.display());
    }
    Err("install Node.js 20 with npm and build again".into())
}

/// Whether `product` is missing or older than one of its sources.
fn is_older(product: &str, sources: &[&str]) -> io::Result<bool> {
    let Ok(made_at) = changed_at(Path::new(product)) else { return Ok(true) };
    for source in sources {
        if changed_at(Path::new(source))? > made_at {
            return Ok(true);
        }
    }
    Ok(false)
}

/// When a file, or anything inside a directory, last changed.
fn changed_at(path: &Path) -> io::Result<SystemTime> {
    let mut latest = fs::metadata(path)?.modified()?;
    if path.is_dir() {
        for entry in fs::read_dir(path)? {
            latest = latest.max(changed_at(&entry?.path())?);
        }
    }
    Ok(latest)
}

/// Copies the content of a directory.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            fs::create_dir(&target)?;
            copy(&path, &target)?;
        } else {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
