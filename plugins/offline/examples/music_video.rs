//! Prints the scenes that the offline provider writes: `cargo run --example music_video -- "an idea" "a character" 4`.

use kinora_plugin_offline::write_music_video;
use kinora_sdk::documents::MusicVideoRequest;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let idea = arguments.next().unwrap_or_else(|| "a lighthouse keeper's last night".to_owned());
    let character = arguments.next().unwrap_or_else(|| "an old man in a yellow oilskin".to_owned());
    let usual = MusicVideoRequest::new(idea, character);
    let number_of_scenes = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(usual.number_of_scenes);
    let video = write_music_video(&MusicVideoRequest { number_of_scenes, ..usual }, None);
    for (scene, number) in video.scenes.into_iter().zip(1..) {
        println!("{number}. {}\n   NOT {}\n", scene.description, scene.negative_description);
    }
}
