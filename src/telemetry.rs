//! What the process says about itself.

use std::sync::OnceLock;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::{Config, LogFormat};

/// Begins to log, as the settings say; to the standard error, so that a command's output stays its own.
pub fn start(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)?;
    let registry = tracing_subscriber::registry().with(filter);
    match config.log_format {
        LogFormat::Text => registry.with(fmt::layer().with_writer(std::io::stderr)).try_init()?,
        LogFormat::Json => {
            registry.with(fmt::layer().json().with_writer(std::io::stderr)).try_init()?;
        }
    }
    Ok(())
}

/// The seconds between which operations are counted.
const SECONDS: [f64; 11] = [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];

/// Begins to measure, once in a process; gives what writes down the figures.
pub fn measure() -> anyhow::Result<PrometheusHandle> {
    static MEASURES: OnceLock<PrometheusHandle> = OnceLock::new();
    if let Some(handle) = MEASURES.get() {
        return Ok(handle.clone());
    }
    let seconds = Matcher::Suffix("_seconds".to_owned());
    let recorder =
        PrometheusBuilder::new().set_buckets_for_metric(seconds, &SECONDS)?.build_recorder();
    let handle = MEASURES.get_or_init(|| {
        let handle = recorder.handle();
        // Nothing else in this process measures, so there is no other recorder yet.
        metrics::set_global_recorder(recorder).ok();
        handle
    });
    Ok(handle.clone())
}
