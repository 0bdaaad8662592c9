//! Files that may be compressed, as streams of plain bytes that tell how far they have come.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;

/// How many bytes tell what a file is.
const HEAD: u64 = 1 << 16;

/// How a file is compressed, told by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Xz,
}

impl Compression {
    /// What the end of a file's name tells.
    pub(crate) fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let ends_in = |ends: [&str; 2]| ends.iter().any(|end| name.ends_with(end));
        match () {
            () if ends_in([".gz", ".tgz"]) => Self::Gzip,
            () if ends_in([".xz", ".txz"]) => Self::Xz,
            () => Self::None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => "gzip ",
            Self::Xz => "xz ",
        }
    }
}

/// A stream of plain bytes, and how many bytes of its file were taken of how many.
pub(crate) struct Decoded {
    pub(crate) bytes: Box<dyn Read + Send>,
    pub(crate) taken: Arc<AtomicU64>,
    pub(crate) size: u64,
}

/// Opens a file.
pub(crate) fn open(path: &Path, compression: Compression) -> Result<Decoded, Error> {
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let taken = Arc::new(AtomicU64::new(0));
    let file = Counting { file, taken: Arc::clone(&taken) };
    let file = BufReader::with_capacity(1 << 17, file);
    let bytes: Box<dyn Read + Send> = match compression {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        Compression::Xz => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(file)),
    };
    Ok(Decoded { bytes, taken, size })
}

/// Bytes at hand, as those of a file.
pub(crate) fn of_bytes(bytes: Vec<u8>) -> Decoded {
    let size = bytes.len() as u64;
    Decoded { bytes: Box::new(io::Cursor::new(bytes)), taken: Arc::new(AtomicU64::new(size)), size }
}

/// The first bytes of a file, decoded: enough to see what it is.
pub(crate) fn head(path: &Path, compression: Compression) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    match open(path, compression)?.bytes.take(HEAD).read_to_end(&mut bytes) {
        // Damage further on is told where it is met.
        Err(source) if bytes.is_empty() => Err(stream_error(path, compression, source)),
        _ => Ok(bytes),
    }
}

/// All bytes of a file, decoded.
pub(crate) fn whole(path: &Path, compression: Compression, decoded: Decoded) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let mut stream = decoded.bytes;
    stream.read_to_end(&mut bytes).map_err(|source| stream_error(path, compression, source))?;
    Ok(bytes)
}

/// The error for a stream that failed while it was read: damage is told from what the operating system refuses.
pub(crate) fn stream_error(path: &Path, compression: Compression, source: io::Error) -> Error {
    use io::ErrorKind::{InvalidData, InvalidInput, Other, UnexpectedEof};
    let what = compression.name();
    let message = match source.kind() {
        UnexpectedEof => {
            format!("the {what}file ends too early, so it is cut short: copy or download it again")
        }
        InvalidData | InvalidInput | Other => {
            format!("the {what}file is damaged or of another kind ({source}): copy or download it again")
        }
        _ => return Error::Io { path: path.to_owned(), source },
    };
    Error::Malformed { path: path.to_owned(), line: None, message }
}

/// A file that counts the bytes taken from it.
struct Counting {
    file: File,
    taken: Arc<AtomicU64>,
}

impl Read for Counting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
