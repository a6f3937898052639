//! Prints the scenario that the offline provider writes: `cargo run --example plan -- "a prompt" 4`.

use kinora_plugin_offline::write_scenario;
use kinora_sdk::documents::{Product, ScenarioRequest};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let prompt = arguments.next().unwrap_or_else(|| "a lighthouse keeper's last night".to_owned());
    let scene_count = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(4);
    let product = arguments.next().map(|title| Product { title, ..Product::default() });
    let request = ScenarioRequest {
        prompt,
        scene_count,
        style: "cinematic-storytelling".to_owned(),
        mood: "hopeful".to_owned(),
        resolution: "1920x1080".to_owned(),
        target_language: "en-US".to_owned(),
        environment: None,
        product,
        seed: None,
    };
    let film = write_scenario(&request, None);
    println!("{}\n{}\n{:?}\n", film.title, film.description, film.detected_demographics);
    for scene in film.scenes {
        println!("{}. [{}]\n   {}", scene.scene_number, scene.text_overlay_prompt, scene.description);
        println!(
            "   IMAGE  {}\n   MOTION {}\n   WHY    {}\n",
            scene.image_prompt, scene.visual_prompt, scene.image_reasoning
        );
    }
    println!("THUMBNAIL [{}] {}", film.thumbnail_text_overlay_prompt, film.thumbnail_prompt);
}
