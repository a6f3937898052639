#!/usr/bin/env python3
"""Writes a movie and a story in two steps through Kinora's REST API, and checks that every segment came once and in order.

    python3 test_two_step_generation.py
    python3 test_two_step_generation.py "A lighthouse keeper's last night" --segments 50 --kinds movie -o stories

It needs a running `kinora serve` and nothing but Python 3.8. A run that was broken off and is started again with
--metadata and the file it wrote goes on where it was: what was made already is not paid for again.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request

# A model takes a minute or two for one set.
PATIENCE = 900
# What each kind is called in its two calls. Both names of a field are understood everywhere; these are the documented.
KINDS = {
    "movie": ("/generate-movie-metadata", "/generate-movie-segments"),
    "story": ("/generate-story-metadata", "/generate-story-segments-from-metadata"),
    "meme": ("/generate-meme-metadata", "/generate-meme-segments-from-metadata"),
    "free-content": ("/generate-free-content-metadata", "/generate-free-content-segments-from-metadata"),
}


class Refused(Exception):
    """What Kinora said instead of an answer."""

    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status = status


def post(server, path, body):
    """Sends JSON and gives the answer's."""
    headers = {"Content-Type": "application/json"}
    if server.token:
        headers["Authorization"] = f"Bearer {server.token}"
    request = urllib.request.Request(server.url.rstrip("/") + path, json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        told = error.read()
        try:
            told = json.loads(told)["message"]
        except (ValueError, KeyError):
            told = told.decode(errors="replace")
        raise Refused(error.code, told) from None
    except urllib.error.URLError as error:
        sys.exit(f"{server.url} does not answer: {error.reason}. Is `kinora serve` running?")


def post_with_retry(server, path, body, attempts=3):
    """The same, asked again where the trouble may pass: what the client can mend is no such trouble."""
    for attempt in range(1, attempts + 1):
        try:
            return post(server, path, body)
        except Refused as refused:
            if refused.status < 500 or attempt == attempts:
                raise
            print(f"  {refused}; once more in 2 seconds", file=sys.stderr)
            time.sleep(2)


def plan(server, kind, idea, segments):
    """Step 1: title, characters and outline."""
    total = {"total_segments": segments} if kind == "movie" else {"segments": segments}
    return post_with_retry(server, KINDS[kind][0], {"idea": idea, **total})["metadata"]


def write(server, kind, metadata, size):
    """Step 2: one set after the other, until the story is complete."""
    number_name, size_name = ("set_number", "segments_per_set") if kind == "movie" else ("batch_number", "segments_per_batch")
    segments, number, complete = [], 1, False
    while not complete:
        wanted = {"metadata": metadata, number_name: number, size_name: size, "save_to_files": True}
        made = post_with_retry(server, KINDS[kind][1], wanted)["segments"]
        segments += made["story_set"]["segments"] if kind == "movie" else made["segments"]
        print(f"  set {number}: {made['segments_count']} segments", file=sys.stderr)
        number, complete = made[f"next_{number_name}"], made["is_complete"]
    return segments


def check(segments, metadata, total):
    """Every number once and in order, and nobody who is not in the roster."""
    numbers = [segment["segment_number"] for segment in segments]
    assert numbers == list(range(1, total + 1)), f"the segments are {numbers}"
    known = {character["id"] for character in metadata["characters_roster"]}
    for segment in segments:
        speakers = {line["character_id"] for line in segment["dialogue"]}
        strangers = (speakers | set(segment["characters"])) - known
        assert not strangers, f"segment {segment['segment_number']} has {strangers}, who are not in the roster"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("idea", nargs="?", default="A thrilling sci-fi adventure about time travelers")
    parser.add_argument("--kinds", nargs="+", choices=list(KINDS), default=["movie", "story"])
    parser.add_argument("--segments", type=int, default=12)
    parser.add_argument("--set-size", type=int, default=5)
    parser.add_argument("--metadata", type=pathlib.Path, help="a file that an earlier run wrote, instead of step 1")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("."), help="a folder for the stories")
    parser.add_argument("--url", default=os.environ.get("KINORA_URL", "http://localhost:8080"))
    parser.add_argument("--token", default=os.environ.get("KINORA_TOKEN"), help="not needed on the same machine")
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    try:
        for kind in asked.kinds:
            print(f"{kind}: step 1, metadata", file=sys.stderr)
            if asked.metadata:
                metadata = json.loads(asked.metadata.read_text(encoding="utf-8"))
            else:
                metadata = plan(asked, kind, asked.idea, asked.segments)
            kept = asked.output / f"{kind}_metadata.json"
            kept.write_text(json.dumps(metadata, indent=2, ensure_ascii=False), encoding="utf-8")
            print(f"{kind}: step 2, segments", file=sys.stderr)
            segments = write(asked, kind, metadata, asked.set_size)
            info = metadata["generation_info"]
            check(segments, metadata, info.get("total_segments", info.get("segments_planned")))
            story = asked.output / f"{kind}.json"
            story.write_text(
                json.dumps({"metadata": metadata, "segments": segments}, indent=2, ensure_ascii=False), encoding="utf-8"
            )
            print(f"{story}: {metadata['title']}, {len(segments)} segments")
    except Refused as refused:
        sys.exit(str(refused))
    except AssertionError as wrong:
        sys.exit(f"wrong: {wrong}")


if __name__ == "__main__":
    main()
