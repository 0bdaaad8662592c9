//! Tar archives of SNANA text files, in the order of the archive.
//!
//! A thread of its own unpacks and parses, so that whoever takes the objects works at the same time.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::decode::{self, Compression, stream_error};
use crate::directory::is_snana_name;
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Error, snana};

/// Members sent at once.
const BATCH: usize = 64;

/// What the thread sends: members with their paths, then how it ended.
enum Message {
    Members(Vec<(PathBuf, Step)>),
    End(Option<Error>),
}

/// The `.DAT` members of an archive.
pub(crate) struct Archive {
    path: PathBuf,
    messages: Receiver<Message>,
    ready: std::vec::IntoIter<(PathBuf, Step)>,
    member: PathBuf,
    ended: bool,
    taken: Arc<AtomicU64>,
    size: u64,
}

impl Archive {
    /// Opens the archive and starts its thread.
    pub(crate) fn open(path: &Path, compression: Compression) -> Result<Self, Error> {
        if compression == Compression::None {
            check_end(path)?;
        }
        let decoded = decode::open(path, compression)?;
        let (sender, messages) = sync_channel(4);
        let archive = path.to_owned();
        let bytes = decoded.bytes;
        std::thread::Builder::new()
            .name("archive".to_owned())
            .spawn(move || {
                let mut outbox = Outbox { sender, batch: Vec::with_capacity(BATCH) };
                let error = unpack(&archive, compression, bytes, &mut outbox).err();
                // Nobody may be listening any more: then there is nothing left to do.
                let _ = outbox.flush() && outbox.sender.send(Message::End(error)).is_ok();
            })
            .map_err(|source| Error::Io { path: path.to_owned(), source })?;
        Ok(Self {
            path: path.to_owned(),
            messages,
            ready: Vec::new().into_iter(),
            member: path.to_owned(),
            ended: false,
            taken: decoded.taken,
            size: decoded.size,
        })
    }
}

impl Source for Archive {
    fn next_step(&mut self) -> Option<Step> {
        loop {
            if let Some((member, step)) = self.ready.next() {
                self.member = member;
                return Some(step);
            }
            if self.ended {
                return None;
            }
            match self.messages.recv() {
                Ok(Message::Members(members)) => self.ready = members.into_iter(),
                Ok(Message::End(error)) => {
                    self.ended = true;
                    return error.map(Step::Fatal);
                }
                Err(_) => {
                    self.ended = true;
                    let source = std::io::Error::other("the thread that unpacks the archive stopped");
                    return Some(Step::Fatal(Error::Io { path: self.path.clone(), source }));
                }
            }
        }
    }

    fn place(&self) -> Place {
        Place { path: self.member.clone(), line: None }
    }

    fn progress(&self) -> Progress {
        let done = self.taken.load(Ordering::Relaxed);
        Progress { done, total: Some(self.size), unit: ProgressUnit::Bytes }
    }
}

/// Collects members and sends them by the batch.
struct Outbox {
    sender: SyncSender<Message>,
    batch: Vec<(PathBuf, Step)>,
}

impl Outbox {
    /// False when nobody listens any more.
    fn push(&mut self, member: PathBuf, step: Step) -> bool {
        self.batch.push((member, step));
        self.batch.len() < BATCH || self.flush()
    }

    fn flush(&mut self) -> bool {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.sender.send(Message::Members(batch)).is_ok()
    }
}

/// Reads the members one after another, until the archive ends or nobody listens.
fn unpack(
    path: &Path,
    compression: Compression,
    bytes: Box<dyn Read + Send>,
    outbox: &mut Outbox,
) -> Result<(), Error> {
    let failed = |source| stream_error(path, compression, source);
    let mut archive = tar::Archive::new(bytes);
    let mut buffer = Vec::new();
    let (mut members, mut light_curves) = (0_u64, 0_u64);
    for entry in archive.entries().map_err(failed)? {
        let mut entry = entry.map_err(failed)?;
        members += 1;
        let member = entry.path().map_err(failed)?.into_owned();
        if !entry.header().entry_type().is_file() || !is_snana_name(&member) {
            continue;
        }
        light_curves += 1;
        buffer.clear();
        entry.read_to_end(&mut buffer).map_err(failed)?;
        let mut name = path.as_os_str().to_owned();
        name.push("!");
        name.push(&member);
        let member = PathBuf::from(name);
        let step = match snana::parse(&buffer) {
            Ok(object) => Step::Object(object),
            Err(fault) => Step::Bad(fault.into_error(&member)),
        };
        if !outbox.push(member, step) {
            return Ok(());
        }
    }
    if light_curves == 0 {
        let message = format!(
            "the archive holds no .DAT file among its {members} members: give the archive of the light curves"
        );
        return Err(Error::Format { path: path.to_owned(), message });
    }
    // The rest of the stream holds its check sum.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink()).map_err(failed)?;
    Ok(())
}

/// An archive without compression has no check sum; but it is made of blocks of 512 bytes, the last of them zeros, and
/// one cut short is not.
fn check_end(path: &Path) -> Result<(), Error> {
    let failed = |source| Error::Io { path: path.to_owned(), source };
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut block = [1; 512];
    if size >= 1024 && size % 512 == 0 {
        file.seek(SeekFrom::Start(size - 512)).map_err(failed)?;
        file.read_exact(&mut block).map_err(failed)?;
    }
    if block.iter().all(|&byte| byte == 0) {
        return Ok(());
    }
    let message =
        "the archive lacks the zeros at its end, so it is cut short or not a tar file: copy it again";
    Err(Error::Malformed { path: path.to_owned(), line: None, message: message.to_owned() })
}
