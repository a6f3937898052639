use std::convert::Infallible;
use std::fs;

use futures_util::stream;
use tempfile::TempDir;

use super::*;

/// The first bytes of a PNG, and its name: the hash was computed by `sha256sum`.
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

fn blobs() -> (TempDir, Blobs) {
    let folder = tempfile::tempdir().expect("a folder");
    let blobs = Blobs::local(folder.path().join("blobs")).expect("the blobs open");
    (folder, blobs)
}

/// Every file below the blobs' folder, temporary ones included.
fn files(folder: &FilePath) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder is read") {
        let entry = entry.expect("an entry");
        if entry.path().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

fn pieces(count: usize, size: usize) -> impl Stream<Item = Result<Bytes, Infallible>> {
    stream::iter((0..count).map(move |at| Ok(Bytes::from(vec![at as u8; size]))))
}

#[tokio::test]
async fn a_blob_is_named_for_its_content_and_its_kind() {
    let (_folder, blobs) = blobs();
    let blob = blobs.put(Bytes::from_static(b"abc")).await.expect("stored");
    assert_eq!(blob.id.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.txt");
    assert_eq!((blob.size, blob.media_type), (3, "text/plain"));
    assert_eq!(blobs.put(Bytes::from_static(PNG)).await.expect("stored").media_type, "image/png");
}

#[tokio::test]
async fn what_was_put_is_read_back() {
    let (_folder, blobs) = blobs();
    let blob = blobs.put(Bytes::from_static(PNG)).await.expect("stored");
    assert_eq!(blobs.head(&blob.id).await.expect("there"), blob);
    assert_eq!(blobs.read(&blob.id, 1 << 20).await.expect("read"), PNG);
    let (opened, content) = blobs.open(&blob.id).await.expect("opened");
    assert_eq!(opened, blob);
    let content: Vec<Bytes> = content.try_collect().await.expect("read");
    assert_eq!(content.concat(), PNG);
    let path = blobs.path(&blob.id).expect("a folder has paths");
    assert_eq!(fs::read(path).expect("a file"), PNG);
}

#[tokio::test]
async fn one_content_is_stored_once_however_it_comes() {
    let (folder, blobs) = blobs();
    let content: Vec<u8> = (0..3 * PART + 17).map(|at| ((at * 31) >> 3) as u8).collect();
    let at_once = blobs.put(Bytes::from(content.clone())).await.expect("stored");
    for size in [1000, PART, 2 * PART + 1] {
        let stream = stream::iter(content.chunks(size).map(|piece| Ok::<_, Infallible>(Bytes::copy_from_slice(piece))));
        assert_eq!(blobs.put_stream(stream, u64::MAX).await.expect("stored"), at_once);
    }
    assert_eq!(files(folder.path()), [at_once.id.to_string()]);
}

#[tokio::test]
async fn a_large_stream_is_stored_whole() {
    let (folder, blobs) = blobs();
    let blob = blobs.put_stream(pieces(40, 100_000), 4_000_000).await.expect("stored");
    assert_eq!(blob.size, 4_000_000);
    let content = blobs.read(&blob.id, 4_000_000).await.expect("read");
    assert!(content.chunks(100_000).enumerate().all(|(at, piece)| piece.iter().all(|byte| *byte == at as u8)));
    assert_eq!(files(folder.path()), [blob.id.to_string()]);
}

#[tokio::test]
async fn a_stream_over_the_limit_leaves_nothing_behind() {
    let (folder, blobs) = blobs();
    for limit in [10, PART as u64, 3_999_999] {
        let error = blobs.put_stream(pieces(40, 100_000), limit).await.expect_err("it is too large");
        assert!(matches!(error, PutError::Blob(BlobError::TooLarge { limit: told }) if told == limit), "{error}");
    }
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn an_endless_stream_is_given_up_at_the_limit() {
    let (folder, blobs) = blobs();
    let endless = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from_static(&[7; 10_000])));
    blobs.put_stream(endless, 2_000_000).await.expect_err("it is too large");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_stream_that_breaks_off_leaves_nothing_behind() {
    let (folder, blobs) = blobs();
    let broken =
        pieces(40, 100_000).map(|piece| piece.map_err(|never| match never {})).chain(stream::iter([Err("torn")]));
    let error = blobs.put_stream(broken, u64::MAX).await.expect_err("it broke off");
    assert_eq!(error.to_string(), "the content broke off: torn");
    assert_eq!(files(folder.path()), [""; 0]);
}

#[tokio::test]
async fn a_dropped_stream_leaves_no_blob() {
    let (folder, blobs) = blobs();
    let stuck = pieces(40, 100_000).chain(stream::pending());
    let mut putting = Box::pin(blobs.put_stream(stuck, u64::MAX));
    // Until the stream is stuck: the temporary file has all its full parts by then.
    while files(folder.path()).is_empty() {
        assert!(futures_util::poll!(&mut putting).is_pending());
        tokio::task::yield_now().await;
    }
    drop(putting);
    // The file is removed on a blocking thread.
    while !files(folder.path()).is_empty() {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_a_dead_process_left_is_swept_and_what_lives_stays() {
    let (folder, blobs) = blobs();
    let incoming = folder.path().join("blobs").join(INCOMING);
    fs::create_dir_all(&incoming).expect("made");
    for (name, age) in [("dead#1", 2 * ABANDONED), ("alive#1", ABANDONED / 2)] {
        let file = fs::File::create(incoming.join(name)).expect("made");
        file.set_modified(SystemTime::now() - age).expect("dated");
    }
    drop(blobs);
    Blobs::local(folder.path().join("blobs")).expect("the blobs open again");
    assert_eq!(files(&incoming), ["alive#1"]);
}

#[tokio::test]
async fn a_removed_blob_is_missing_and_may_be_removed_again() {
    let (_folder, blobs) = blobs();
    let blob = blobs.put(Bytes::from_static(b"abc")).await.expect("stored");
    blobs.delete(&blob.id).await.expect("removed");
    blobs.delete(&blob.id).await.expect("nothing to do");
    assert!(matches!(blobs.head(&blob.id).await, Err(BlobError::Missing(id)) if id == blob.id));
    assert!(matches!(blobs.read(&blob.id, 10).await, Err(BlobError::Missing(_))));
}

#[tokio::test]
async fn a_blob_larger_than_the_reader_takes_is_not_read() {
    let (_folder, blobs) = blobs();
    let blob = blobs.put(Bytes::from_static(b"abc")).await.expect("stored");
    assert!(matches!(blobs.read(&blob.id, 2).await, Err(BlobError::TooLarge { limit: 2 })));
}

#[test]
fn only_names_are_names() {
    let digits = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let good: BlobId = format!("{digits}.mp4").parse().expect("a name");
    assert_eq!(good.to_string(), format!("{digits}.mp4"));
    assert_eq!((good.media_type(), good.extension()), ("video/mp4", "mp4"));
    for bad in [
        String::new(),
        digits.into(),
        format!("{digits}."),
        format!("{digits}.exe"),
        format!("{digits}.MP4"),
        format!("{digits}.mp4.txt"),
        format!("{digits}.mp4/"),
        format!("../{digits}.mp4"),
        format!("{}.mp4", &digits[1..]),
        format!("{}.mp4", digits.to_uppercase()),
        format!("{}/.mp4", &digits[1..]),
        format!("{}\u{e4}.mp4", &digits[2..]),
        "../../etc/passwd".into(),
    ] {
        let error = bad.parse::<BlobId>().expect_err("no name");
        assert!(matches!(error, BlobError::NotAnId(_)), "{bad}");
    }
}

#[tokio::test]
async fn a_failing_store_says_why_but_not_where() {
    let (folder, blobs) = blobs();
    let blob = blobs.put(Bytes::from_static(b"abc")).await.expect("stored");
    // A folder where a file belongs cannot be read as one.
    let path = blobs.path(&blob.id).expect("a path");
    fs::remove_file(&path).expect("removed");
    fs::remove_dir(path.parent().expect("a folder")).expect("removed");
    fs::write(path.parent().expect("a folder"), b"in the way").expect("written");
    let error = blobs.put(Bytes::from_static(b"abc")).await.expect_err("no room");
    assert!(matches!(error, BlobError::Storage { .. }));
    let place = folder.path().to_string_lossy().into_owned();
    assert!(!format!("{error} {error:?}").contains(&place), "{error:?}");
}
