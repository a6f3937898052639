//! The little that is read of MP4 files Kinora wrote itself: whether one is whole, how many frames it has, and the
//! headers its decoder is set up with. An ffprobe for each piece of a film would take longer than to join them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// The most bytes of a file's index: a piece has a few hundred frames.
const MAX_INDEX: u64 = 4 << 20;

/// A file with one track of pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Index {
    /// How many frames it has.
    pub frames: u64,
    /// What a decoder must know before the first frame (the `avcC` box).
    pub headers: Vec<u8>,
}

/// Reads a file's index; none for a file that is cut off, or none of Kinora's.
pub(crate) fn index(path: &Path) -> Option<Index> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    let mut at = 0;
    let mut found = None;
    while at < length {
        file.seek(SeekFrom::Start(at)).ok()?;
        let mut head = [0; 16];
        file.read_exact(head.get_mut(..8)?).ok()?;
        let mut size = u64::from(u32::from_be_bytes(head.get(..4)?.try_into().ok()?));
        let mut header = 8;
        if size == 1 {
            file.read_exact(head.get_mut(8..)?).ok()?;
            size = u64::from_be_bytes(head.get(8..)?.try_into().ok()?);
            header = 16;
        }
        let end = at.checked_add(size)?;
        if size < header || end > length {
            return None;
        }
        if head.get(4..8)? == b"moov" {
            if size > MAX_INDEX {
                return None;
            }
            let mut moov = vec![0; (size - header) as usize];
            file.read_exact(&mut moov).ok()?;
            found = read(&moov);
        }
        at = end;
    }
    found
}

fn read(moov: &[u8]) -> Option<Index> {
    let table = [b"trak", b"mdia", b"minf", b"stbl"].iter().try_fold(moov, |inside, name| child(inside, name))?;
    // Version and flags, one size for all or none, the count.
    let frames = u32::from_be_bytes(child(table, b"stsz")?.get(8..12)?.try_into().ok()?);
    // Version and flags, the count, then the first entry: its own size and name, and 78 bytes before its boxes.
    let entry = child(table, b"stsd")?.get(8 + 8 + 78..)?;
    Some(Index { frames: frames.into(), headers: child(entry, b"avcC")?.to_vec() })
}

/// What is in the first box of a name.
fn child<'a>(mut boxes: &'a [u8], name: &[u8; 4]) -> Option<&'a [u8]> {
    loop {
        let size = u32::from_be_bytes(boxes.get(..4)?.try_into().ok()?) as usize;
        let inside = boxes.get(8..size)?;
        if boxes.get(4..8)? == name {
            return Some(inside);
        }
        boxes = boxes.get(size..)?;
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_whole_file_has_its_frames_and_one_that_is_cut_off_anywhere_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("piece.mp4");
        let made = Command::new("ffmpeg")
            .args([
                "-v",
                "error",
                "-f",
                "lavfi",
                "-i",
                "testsrc=s=64x64:r=30:d=0.7",
                "-c:v",
                "libx264",
                "-threads",
                "1",
            ])
            .arg(&path)
            .status();
        assert!(made.unwrap().success());
        let whole = index(&path).unwrap();
        assert_eq!(whole.frames, 21);
        assert_eq!(whole.headers.first(), Some(&1));
        let bytes = std::fs::read(&path).unwrap();
        for part in (0..bytes.len()).step_by(97) {
            std::fs::write(&path, &bytes[..part]).unwrap();
            assert_eq!(index(&path), None, "{part} of {} bytes", bytes.len());
        }
    }
}
