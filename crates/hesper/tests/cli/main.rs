//! The program as its users meet it: started as a process, judged by what it writes, prints and returns.
//!
//! Snapshots of what people read lie in `../snapshots`; `INSTA_UPDATE=always cargo test --release -p hesper --test cli`
//! renews them. Look at the difference before you keep it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may end at the first surprise")]

mod adapt;
mod augment;
mod bad_light_curves;
mod bad_output;
mod bad_request;
mod bad_table;
mod bench;
mod campaign;
mod errors_of_features;
mod help;
mod importances;
mod interrupted;
mod main_path;
mod query_loop;
mod real_data;
mod recommend;
mod record;
mod same_bytes;
mod search;
mod sets;
mod shapley;
mod skip_bad;
mod tables;
mod transcript;
