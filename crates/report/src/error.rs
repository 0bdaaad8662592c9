//! What can go wrong while writing figures, reports and manifests.

use std::path::{Path, PathBuf};

/// An error of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A figure's file name ends neither in `.svg` nor in `.png`.
    #[error("{}: a figure is written as .svg or .png: change the name's ending", .path.display())]
    UnknownFormat {
        /// The path that was asked for.
        path: PathBuf,
    },
    /// The scale of a picture is not a number between the limits.
    #[error("a picture's scale is {scale}, but it must lie in {min}..={max}: 2 suits screens, 4 suits print", min = crate::raster::MIN_SCALE, max = crate::raster::MAX_SCALE)]
    Scale {
        /// Pixels per unit of the figure.
        scale: f64,
    },
    /// A picture would have more pixels than the memory should hold.
    #[error(
        "a picture of {width} × {height} pixels is too large (limit {limit} in all): lower the scale or show less at once"
    )]
    TooLarge {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// The largest number of pixels.
        limit: u64,
    },
    /// The picture's bytes could not be made.
    #[error("the picture could not be encoded as PNG: {0}")]
    Encode(String),
    /// A file could not be read.
    #[error("{}: cannot be read: {source}{}", .path.display(), hesper_files::remedy(.source))]
    Read {
        /// The file or directory.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("{}: cannot be written: {source}{}", .path.display(), hesper_files::remedy(.source))]
    Write {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// Parameters or metrics cannot be expressed as JSON.
    #[error("{what} cannot be written as JSON: {source}")]
    Json {
        /// Which part of the manifest.
        what: &'static str,
        /// What the serializer said.
        source: serde_json::Error,
    },
}

/// The result of this crate's functions.
pub type Result<T> = std::result::Result<T, Error>;

/// The error for a failure to read `path`.
pub(crate) fn read_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Read { path, source }
}

/// Writes bytes whole or not at all.
pub(crate) fn write_file(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    hesper_files::write(path, bytes).map_err(|source| Error::Write { path: path.to_owned(), source })
}
