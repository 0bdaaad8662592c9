//! Files that may be compressed, as streams of plain bytes that tell how far they have come.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Error;

/// How a file is compressed, told by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    None,
    Gzip,
    Xz,
}

impl Compression {
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
