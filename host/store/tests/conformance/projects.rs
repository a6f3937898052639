//! Claims about projects.

use kinora_store::{
    Edl, MediaKind, MediaRow, MediaStatus, MediaUpdate, NewMedia, NewTrack, Project, RenderKind, Store, StoreError,
    TrackUpdate,
};

async fn project(store: &Store, owner: &str) -> Project {
    store.create_project(owner, "Hike", "{}").await.expect("created")
}

fn new_media(blob: &str) -> NewMedia {
    NewMedia {
        blob: blob.into(),
        filename: format!("{blob}.jpg"),
        media_type: "image/jpeg".into(),
        kind: MediaKind::Image,
        size_bytes: 1 << 40,
    }
}

async fn add(store: &Store, project: &Project, blob: &str) -> MediaRow {
    store.add_media(&project.owner, &project.id, new_media(blob)).await.expect("added")
}

fn found(status: MediaStatus) -> MediaUpdate {
    MediaUpdate { status, error: None, facts: None, thumbnail: None, job: None }
}

fn new_track(blob: &str) -> NewTrack {
    NewTrack { blob: blob.into(), filename: "song.mp3".into(), media_type: "audio/mpeg".into(), size_bytes: 4_000_000 }
}

fn heard(status: MediaStatus) -> TrackUpdate {
    TrackUpdate { status, error: None, facts: None, beats: None, job: None }
}

fn edl(hash: &str) -> Edl {
    Edl { plan: "{}".into(), hash: hash.into(), segment_count: 3, total_duration_ms: 9_500, saved_at: 0 }
}

async fn blobs(store: &Store, project: &Project) -> Vec<(String, i64)> {
    let media = store.media_of(&project.owner, &project.id).await.expect("listed");
    media.into_iter().map(|media| (media.blob, media.position)).collect()
}

fn absent<T: std::fmt::Debug>(answer: Result<T, StoreError>) {
    assert!(matches!(answer, Err(StoreError::NotFound(_))), "{answer:?}");
}

pub async fn a_project_is_its_owners_alone(store: &Store) {
    let hers = project(store, "ann").await;
    let media = add(store, &hers, "a").await;
    store.set_track("ann", &hers.id, new_track("t")).await.expect("set");
    store.save_edl("ann", &hers.id, edl("h")).await.expect("saved");
    store.begin_render("ann", &hers.id, RenderKind::Final, "job").await.expect("set");
    for (owner, id) in [("bob", hers.id.as_str()), ("", hers.id.as_str()), ("ann", "nothing")] {
        absent(store.project(owner, id).await);
        absent(store.change_project(owner, id, Some("Mine"), None).await);
        absent(store.delete_project(owner, id).await);
        absent(store.add_media(owner, id, new_media("b")).await);
        absent(store.reorder_media(owner, id, vec![media.id.clone()]).await);
        absent(store.set_track(owner, id, new_track("b")).await);
        absent(store.track(owner, id).await);
        absent(store.update_track(owner, id, "t", heard(MediaStatus::Ready)).await);
        absent(store.delete_track(owner, id).await);
        absent(store.save_edl(owner, id, edl("b")).await);
        absent(store.edl(owner, id).await);
        absent(store.delete_edl(owner, id).await);
        absent(store.begin_render(owner, id, RenderKind::Final, "b").await);
        absent(store.render(owner, id, RenderKind::Final).await);
        assert_eq!(store.media_of(owner, id).await.expect("listed"), []);
    }
    for (owner, id) in [("bob", media.id.as_str()), ("ann", "nothing")] {
        absent(store.media(owner, id).await);
        absent(store.update_media(owner, id, found(MediaStatus::Failed)).await);
        absent(store.delete_media(owner, id).await);
    }
    assert_eq!(store.project("ann", &hers.id).await.expect("hers").name, "Hike");
    assert_eq!(store.media("ann", &media.id).await.expect("hers"), media);
}

pub async fn projects_are_listed_by_page_the_youngest_first(store: &Store) {
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, project(store, "ann").await);
    }
    project(store, "bob").await;
    let (mut listed, mut before) = (Vec::new(), None);
    for size in [2, 2, 1] {
        let page = store.projects("ann", before.as_deref(), 2).await.expect("listed");
        assert_eq!(page.projects.len(), size);
        listed.extend(page.projects);
        before = page.next;
    }
    assert_eq!((listed, before), (made, None));
}

pub async fn a_project_is_renamed_and_its_settings_stay(store: &Store) {
    let made = store.create_project("ann", "Hike", r#"{"fps":30}"#).await.expect("created");
    store.clock().advance(1000);
    let renamed = store.change_project("ann", &made.id, Some("Walk"), None).await.expect("renamed");
    assert_eq!((renamed.name.as_str(), renamed.settings.as_str()), ("Walk", r#"{"fps":30}"#));
    assert_eq!(renamed.created_at, made.created_at);
    assert!(renamed.updated_at >= made.updated_at + 1000);
    let set = store.change_project("ann", &made.id, None, Some("[]")).await.expect("set");
    assert_eq!((set.name.as_str(), set.settings.as_str()), ("Walk", "[]"));
    assert_eq!(store.project("ann", &made.id).await.expect("there"), set);
}

pub async fn media_keep_the_order_in_which_they_came_or_were_put(store: &Store) {
    let project = project(store, "ann").await;
    let mut ids = Vec::new();
    for blob in ["a", "b", "c"] {
        let media = add(store, &project, blob).await;
        assert_eq!((media.status, media.kind, media.size_bytes), (MediaStatus::Pending, MediaKind::Image, 1 << 40));
        ids.insert(0, media.id);
    }
    let places = |order: [&str; 3]| (0..).zip(order).map(|(at, blob)| (blob.to_owned(), at)).collect::<Vec<_>>();
    assert_eq!(blobs(store, &project).await, places(["a", "b", "c"]));
    store.reorder_media("ann", &project.id, ids.clone()).await.expect("put");
    assert_eq!(blobs(store, &project).await, places(["c", "b", "a"]));
    // One that is gone leaves a gap, and the next comes behind all that are there.
    store.delete_media("ann", &ids[0]).await.expect("deleted");
    add(store, &project, "d").await;
    assert_eq!(blobs(store, &project).await, [("b".into(), 1), ("a".into(), 2), ("d".into(), 3)]);
}

pub async fn an_order_that_does_not_name_each_once_changes_nothing(store: &Store) {
    let (hers, other) = (project(store, "ann").await, project(store, "ann").await);
    let (a, b, c) =
        (add(store, &hers, "a").await.id, add(store, &hers, "b").await.id, add(store, &other, "c").await.id);
    for order in [vec![&b], vec![&b, &b], vec![&b, &a, &c], vec![&b, &c], vec![]] {
        let refused = store.reorder_media("ann", &hers.id, order.into_iter().cloned().collect()).await;
        assert!(matches!(&refused, Err(StoreError::Conflict(reason)) if reason.contains("2 media")), "{refused:?}");
    }
    assert_eq!(blobs(store, &hers).await, [("a".into(), 0), ("b".into(), 1)]);
}

pub async fn what_was_found_out_about_media_stays_until_it_is_found_out_anew(store: &Store) {
    let project = project(store, "ann").await;
    let media = add(store, &project, "a").await;
    let begun = MediaUpdate { job: Some("j".into()), ..found(MediaStatus::Processing) };
    store.update_media("ann", &media.id, begun).await.expect("begun");
    let failed = MediaUpdate { error: Some("it is damaged".into()), ..found(MediaStatus::Failed) };
    let failed = store.update_media("ann", &media.id, failed).await.expect("failed");
    assert_eq!((failed.status, failed.error.as_deref()), (MediaStatus::Failed, Some("it is damaged")));
    let facts = Some(r#"{"width":64}"#.to_owned());
    let ready = MediaUpdate { facts: facts.clone(), thumbnail: Some("t".into()), ..found(MediaStatus::Ready) };
    store.update_media("ann", &media.id, ready).await.expect("ready");
    let again = store.update_media("ann", &media.id, found(MediaStatus::Ready)).await.expect("again");
    let whole =
        MediaRow { status: MediaStatus::Ready, facts, thumbnail: Some("t".into()), job: Some("j".into()), ..media };
    assert_eq!(again, whole, "no error is left");
    assert_eq!(store.media("ann", &whole.id).await.expect("there"), whole);
}

pub async fn a_blob_is_left_over_when_nothing_refers_to_it_any_more(store: &Store) {
    let (hers, his) = (project(store, "ann").await, project(store, "bob").await);
    let blob = |digit: &str| format!("{}.jpg", digit.repeat(64));
    let (one, two) = (add(store, &hers, &blob("a")).await, add(store, &hers, &blob("a")).await);
    let three = add(store, &his, &blob("b")).await;
    let pictured = MediaUpdate { thumbnail: Some(blob("a")), ..found(MediaStatus::Ready) };
    store.update_media("bob", &three.id, pictured).await.expect("pictured");
    let left = async || {
        store.clock().advance(60 * 60 * 1000);
        let blobs = store.discarded_blobs(10).await.expect("read");
        store.forget_discarded(&blobs).await.expect("forgotten");
        blobs.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    store.delete_media("ann", &one.id).await.expect("deleted");
    assert!(left().await.is_empty(), "the second one has it too");
    store.delete_media("ann", &two.id).await.expect("deleted");
    assert!(left().await.is_empty(), "it is a thumbnail");
    store.set_track("ann", &hers.id, new_track(&blob("b"))).await.expect("set");
    store.delete_media("bob", &three.id).await.expect("deleted");
    assert_eq!(left().await, [blob("a")], "b is a sound track");
    store.delete_track("ann", &hers.id).await.expect("deleted");
    assert_eq!(left().await, [blob("b")]);
    absent(store.delete_media("ann", &one.id).await);
    add(store, &hers, &blob("c")).await;
    store.set_track("ann", &hers.id, new_track(&blob("d"))).await.expect("set");
    store.delete_project("ann", &hers.id).await.expect("deleted");
    assert_eq!(left().await, [blob("c"), blob("d")]);
}

pub async fn a_deleted_project_leaves_its_blobs_and_jobs_and_nothing_else(store: &Store) {
    let (gone, stays) = (project(store, "ann").await, project(store, "ann").await);
    let media = add(store, &gone, "a").await;
    add(store, &gone, "shared").await;
    add(store, &stays, "shared").await;
    let ready = MediaUpdate { thumbnail: Some("t".into()), job: Some("j1".into()), ..found(MediaStatus::Ready) };
    store.update_media("ann", &media.id, ready).await.expect("ready");
    store.set_track("ann", &gone.id, new_track("s")).await.expect("set");
    let job = TrackUpdate { job: Some("j2".into()), ..heard(MediaStatus::Processing) };
    store.update_track("ann", &gone.id, "s", job).await.expect("begun");
    store.save_edl("ann", &gone.id, edl("h")).await.expect("saved");
    store.begin_render("ann", &gone.id, RenderKind::Preview, "j3").await.expect("set");
    store.begin_render("ann", &gone.id, RenderKind::Final, "j1").await.expect("set");
    let jobs = store.delete_project("ann", &gone.id).await.expect("deleted");
    assert_eq!(jobs, ["j1", "j2", "j3"]);
    absent(store.project("ann", &gone.id).await);
    absent(store.media("ann", &media.id).await);
    absent(store.delete_project("ann", &gone.id).await);
    assert_eq!(blobs(store, &stays).await, [("shared".into(), 0)]);
}

pub async fn a_sound_track_is_replaced_and_what_is_found_out_late_is_not_noted(store: &Store) {
    let project = project(store, "ann").await;
    assert_eq!(store.track("ann", &project.id).await.expect("asked"), None);
    assert_eq!(store.delete_track("ann", &project.id).await.expect("none"), None);
    store.set_track("ann", &project.id, new_track("one")).await.expect("set");
    let job = TrackUpdate { job: Some("j".into()), ..heard(MediaStatus::Processing) };
    store.update_track("ann", &project.id, "one", job).await.expect("begun");
    let left = store.set_track("ann", &project.id, new_track("two")).await.expect("replaced");
    assert_eq!(left.as_deref(), Some("j"));
    absent(store.update_track("ann", &project.id, "one", heard(MediaStatus::Ready)).await);
    let track = store.track("ann", &project.id).await.expect("asked").expect("there");
    assert_eq!((track.blob.as_str(), track.status, &track.job), ("two", MediaStatus::Pending, &None));
    let beats = Some(r#"{"bpm":120.0}"#.to_owned());
    let ready = TrackUpdate { beats: beats.clone(), ..heard(MediaStatus::Ready) };
    store.update_track("ann", &project.id, "two", ready).await.expect("ready");
    let again = store.update_track("ann", &project.id, "two", heard(MediaStatus::Ready)).await.expect("again");
    assert_eq!(again.beats, beats, "it stays");
    let left = store.set_track("ann", &project.id, new_track("two")).await.expect("replaced");
    assert_eq!(left, None);
    assert_eq!(store.track("ann", &project.id).await.expect("asked").expect("there").beats, None);
}

pub async fn a_plan_is_kept_in_place_of_the_one_before(store: &Store) {
    let project = project(store, "ann").await;
    assert_eq!(store.edl("ann", &project.id).await.expect("asked"), None);
    assert!(!store.delete_edl("ann", &project.id).await.expect("none"));
    let first = store.save_edl("ann", &project.id, edl("one")).await.expect("saved");
    assert_eq!(Edl { saved_at: 0, ..first.clone() }, edl("one"));
    store.clock().advance(1000);
    let second = store.save_edl("ann", &project.id, edl("two")).await.expect("saved");
    assert!(second.saved_at >= first.saved_at + 1000);
    assert_eq!(store.edl("ann", &project.id).await.expect("asked"), Some(second));
    assert!(store.delete_edl("ann", &project.id).await.expect("deleted"));
    assert_eq!(store.edl("ann", &project.id).await.expect("asked"), None);
}

pub async fn each_kind_of_render_has_its_last_job(store: &Store) {
    let project = project(store, "ann").await;
    let kinds = [
        (RenderKind::Final, "one", None),
        (RenderKind::Preview, "two", None),
        (RenderKind::Final, "three", Some("one")),
    ];
    for (kind, job, before) in kinds {
        assert_eq!(store.begin_render("ann", &project.id, kind, job).await.expect("set").as_deref(), before);
    }
    let job = async |kind| store.render("ann", &project.id, kind).await.expect("asked");
    assert_eq!(job(RenderKind::Final).await.as_deref(), Some("three"));
    assert_eq!(job(RenderKind::Preview).await.as_deref(), Some("two"));
}

pub async fn files_that_are_added_at_once_have_places_of_their_own(store: &Store) {
    let project = project(store, "ann").await;
    let adding = (0..20).map(|number| store.add_media("ann", &project.id, new_media(&number.to_string())));
    for added in futures_util::future::join_all(adding).await {
        added.expect("one after the other");
    }
    let places: Vec<i64> = blobs(store, &project).await.into_iter().map(|(_, position)| position).collect();
    assert_eq!(places, (0..20).collect::<Vec<_>>());
}

pub async fn nothing_is_added_to_a_project_that_is_deleted_at_once(store: &Store) {
    for _ in 0..10 {
        let project = project(store, "ann").await;
        let adding = store.add_media("ann", &project.id, new_media("a"));
        let (added, left) = tokio::join!(adding, store.delete_project("ann", &project.id));
        left.expect("deleted");
        match added {
            Ok(media) => absent(store.media("ann", &media.id).await),
            Err(error) => assert!(matches!(error, StoreError::NotFound(_)), "{error}"),
        }
    }
}

pub async fn while_a_project_is_rendered_no_other_film_of_it_is_begun(store: &Store) {
    let project = project(store, "ann").await;
    let job = crate::create(store, crate::new_job()).await;
    store.begin_render("ann", &project.id, RenderKind::Final, &job.id).await.expect("begun");
    for kind in [RenderKind::Final, RenderKind::Preview] {
        let refused = store.begin_render("ann", &project.id, kind, "other").await;
        assert!(matches!(refused, Err(StoreError::Conflict(_))), "{refused:?}");
    }
    store.cancel_job(&job.id, "{}").await.expect("cancelled");
    let before = store.begin_render("ann", &project.id, RenderKind::Final, "other").await.expect("begun");
    assert_eq!(before, Some(job.id));
}
