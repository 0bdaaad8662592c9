//! Tar archives of light curves, in the order of the archive: SNANA text, or CSV, ECSV and JSON with their table of objects.
//!
//! A thread of its own unpacks and parses, so that whoever takes the objects works at the same time.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::context::Context;
use crate::curves::{Content, CurveFormat};
use crate::decode::{self, Compression, stream_error};
use crate::directory::is_snana_name;
use crate::object_table::ObjectTable;
use crate::read::{Place, Progress, ProgressUnit, Source, Step};
use crate::{Error, Format, ReadOptions, snana};

/// Members sent at once.
const BATCH: usize = 64;

/// What the thread sends: members with their paths, then how it ended.
enum Message {
    Members(Vec<(PathBuf, Step)>),
    End(Option<Error>),
}

/// The light curves of an archive.
pub(crate) struct Archive {
    path: PathBuf,
    messages: Receiver<Message>,
    ready: std::vec::IntoIter<(PathBuf, Step)>,
    member: PathBuf,
    ended: bool,
    taken: Arc<AtomicU64>,
    size: u64,
    context: Arc<Context>,
}

/// Whether a file's name ends like that of an archive.
pub(crate) fn is_archive_name(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    [".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz"].iter().any(|end| name.ends_with(end))
}

impl Archive {
    /// Opens the archive and starts its thread. `table` is the table of objects, unless the archive has one itself or
    /// the options name one.
    pub(crate) fn open(
        path: &Path,
        compression: Compression,
        options: &ReadOptions,
        table: Option<ObjectTable>,
    ) -> Result<(Format, Box<dyn Source>), Error> {
        if compression == Compression::None {
            check_end(path)?;
        }
        let (format, own_table) = look(path, compression, options.metadata.is_none());
        if format == Format::Snana {
            options.refuse_metadata(path)?;
        }
        let table = match &options.metadata {
            Some(metadata) => Some(ObjectTable::read(metadata)?),
            None => own_table.transpose()?.or(table),
        };
        let context = Arc::new(Context { table, vega: options.vega_offsets.clone() });
        let decoded = decode::open(path, compression)?;
        let (sender, messages) = sync_channel(4);
        let (archive, shared) = (path.to_owned(), Arc::clone(&context));
        let bytes = decoded.bytes;
        std::thread::Builder::new()
            .name("archive".to_owned())
            .spawn(move || {
                let mut outbox = Outbox { sender, batch: Vec::with_capacity(BATCH) };
                let error = unpack(&archive, compression, bytes, &shared, &mut outbox).err();
                // Nobody may be listening any more: then there is nothing left to do.
                let _ = outbox.flush() && outbox.sender.send(Message::End(error)).is_ok();
            })
            .map_err(|source| Error::Io { path: path.to_owned(), source })?;
        let archive = Self {
            path: path.to_owned(),
            messages,
            ready: Vec::new().into_iter(),
            member: path.to_owned(),
            ended: false,
            taken: decoded.taken,
            size: decoded.size,
            context,
        };
        Ok((format, Box::new(archive)))
    }
}

/// The format of the first light curve in an archive and, if `search`, the table of objects that goes with such light
/// curves. Damage is told when the light curves are read.
fn look(path: &Path, compression: Compression, search: bool) -> (Format, Option<Result<ObjectTable, Error>>) {
    let mut format = None;
    let Ok(decoded) = decode::open(path, compression) else { return (Format::Snana, None) };
    let mut archive = tar::Archive::new(decoded.bytes);
    let mut table = None;
    for entry in archive.entries().into_iter().flatten() {
        let Ok(mut entry) = entry else { break };
        let Ok(member) = entry.path().map(std::borrow::Cow::into_owned) else { break };
        if !entry.header().entry_type().is_file() {
            continue;
        }
        if is_snana_name(&member) && format.is_none() {
            return (Format::Snana, None);
        }
        let Some(kind) = CurveFormat::of(&member) else { continue };
        if format.is_some() && kind != CurveFormat::Csv {
            continue;
        }
        let Ok(bytes) = member_bytes(&mut entry, &member) else { break };
        match kind.looks_like(&bytes) {
            Content::Curves => format = format.or(Some(Format::from(kind))),
            Content::Objects if table.is_none() => {
                let decoded = decode::of_bytes(bytes);
                table = Some(ObjectTable::of(&named(path, &member), Compression::None, decoded));
            }
            Content::Objects | Content::Other => {}
        }
        if format.is_some() && (!search || table.is_some()) {
            break;
        }
    }
    (format.unwrap_or(Format::Snana), table.filter(|_| format.is_some()))
}

/// The bytes of a member, which may itself be compressed.
fn member_bytes(entry: &mut dyn Read, member: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes)?;
    let mut plain = Vec::new();
    match Compression::of(member) {
        Compression::None => return Ok(bytes),
        Compression::Gzip => flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain)?,
        Compression::Xz => liblzma::read::XzDecoder::new_multi_decoder(&bytes[..]).read_to_end(&mut plain)?,
    };
    Ok(plain)
}

/// `archive.tar!member`.
fn named(path: &Path, member: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("!");
    name.push(member);
    PathBuf::from(name)
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

    fn metadata(&self) -> Option<&Path> {
        self.context.table_path()
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
    context: &Arc<Context>,
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
        if !entry.header().entry_type().is_file() {
            continue;
        }
        if is_snana_name(&member) {
            light_curves += 1;
            buffer.clear();
            entry.read_to_end(&mut buffer).map_err(failed)?;
            let member = named(path, &member);
            let step = match snana::parse(&buffer) {
                Ok(object) => Step::Object(object),
                Err(fault) => Step::Bad(fault.into_error(&member)),
            };
            if !outbox.push(member, step) {
                return Ok(());
            }
            continue;
        }
        let Some(format) = CurveFormat::of(&member) else { continue };
        let packed = Compression::of(&member);
        buffer.clear();
        entry.read_to_end(&mut buffer).map_err(failed)?;
        let name = named(path, &member);
        let steps = match member_bytes(&mut &buffer[..], &member) {
            Ok(bytes) if format.looks_like(&bytes) == Content::Curves => {
                format.steps(&name, Compression::None, decode::of_bytes(bytes), context)
            }
            Ok(_) => continue,
            Err(source) => vec![Step::Bad(stream_error(&name, packed, source))],
        };
        light_curves += 1;
        for step in steps {
            if !outbox.push(name.clone(), step) {
                return Ok(());
            }
        }
    }
    if light_curves == 0 {
        let message = format!(
            "the archive holds no .DAT file, and no CSV, ECSV or JSON of light curves, among its {members} members: give \
             the archive of the light curves"
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
