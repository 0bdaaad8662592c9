//! Progress bars on stderr, where a person is watching.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// A bar with what is done, how much there is, and the time left; it hides itself where stderr is no terminal.
pub(crate) fn bar(what: &'static str, total: Option<u64>) -> ProgressBar {
    let bar = total.map_or_else(ProgressBar::new_spinner, ProgressBar::new);
    let template = match total {
        Some(_) => "{msg:>12} [{bar:36}] {human_pos}/{human_len}  {eta} left",
        None => "{msg:>12} {spinner} {human_pos}",
    };
    // The templates are constants: a wrong one would show as the default bar.
    bar.set_style(ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
