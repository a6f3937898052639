//! Draws one frame of a composition: `cargo run --release -p kinora-media --example draw -- composition.json 0 out.png`.
//! Images are handed over as `handle=file` after that.

use std::collections::BTreeMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    match draw() {
        Ok(()) => ExitCode::SUCCESS,
        Err(told) => {
            eprintln!("{told}");
            ExitCode::FAILURE
        }
    }
}

fn draw() -> Result<(), String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [input, frame, output, blobs @ ..] = arguments.as_slice() else {
        return Err("usage: draw COMPOSITION.json FRAME OUT.png [HANDLE=FILE]…".into());
    };
    let text = std::fs::read_to_string(input).map_err(|error| format!("{input}: {error}"))?;
    let composition = serde_json::from_str(&text).map_err(|error| format!("{input}: {error}"))?;
    let frame = frame.parse().map_err(|_| format!("{frame} is not a frame"))?;
    let blobs: BTreeMap<_, _> = blobs
        .iter()
        .filter_map(|pair| pair.split_once('='))
        .map(|(handle, file)| (handle.to_owned(), file.into()))
        .collect();
    let (png, warnings) = kinora_media::draw_png(&composition, &blobs, frame).map_err(|error| error.to_string())?;
    for warning in warnings {
        eprintln!("warning: {warning}");
    }
    std::fs::write(output, png).map_err(|error| format!("{output}: {error}"))
}
