#!/usr/bin/env python3
"""Makes a music video through Kinora's REST API: scenes, a character, one clip for each scene, and the film they make.

    python3 make.py "Tourist exploring Austin, Texas" "Silver metallic humanoid robot with a red shield" -o film.mp4

It needs a running `kinora serve` and nothing but Python 3.8. Every step can be repeated: a run with the same --key that
was broken off finds the clips it has paid for already.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import sys
import time
import urllib.error
import urllib.request
import uuid

# A model takes minutes for one clip.
PATIENCE = 900


class Kinora:
    """The few calls of the API that are needed here."""

    def __init__(self, url, token):
        self.url, self.token = url.rstrip("/"), token

    def ask(self, method, path, body=None, headers=(), content_type="application/json"):
        """Sends a request and gives the answer's bytes. What Kinora refuses ends the program with its sentence."""
        headers = dict(headers)
        if body is not None:
            headers["Content-Type"] = content_type
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        request = urllib.request.Request(self.url + path, data=body, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            told = error.read()
            try:
                told = json.loads(told)["message"]
            except (ValueError, KeyError):
                told = told.decode(errors="replace")
            sys.exit(f"{method} {path}: {error.code}: {told}")
        except urllib.error.URLError as error:
            sys.exit(f"{self.url} does not answer: {error.reason}. Is `kinora serve` running?")

    def get(self, path):
        return json.loads(self.ask("GET", path))

    def post(self, path, body, key):
        headers = {"Idempotency-Key": key}
        return json.loads(self.ask("POST", path, json.dumps(body).encode(), headers))

    def upload(self, file):
        """Sends a file and gives its id."""
        boundary = uuid.uuid4().hex
        head = (
            f"--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file.name}\"\r\n"
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = head.encode() + file.read_bytes() + f"\r\n--{boundary}--\r\n".encode()
        kind = f"multipart/form-data; boundary={boundary}"
        return json.loads(self.ask("POST", "/api/mv/uploads", body, content_type=kind))["blob_id"]

    def wait(self, job):
        """Waits for the end of a job and gives it; tells meanwhile how far it is."""
        told = None
        while True:
            state = self.get(f"/api/jobs/{job}")
            if state["completed_at"]:
                break
            line = f"  {state['current_step'] or 'waiting'}: {state['progress']:.0f} %"
            if line != told:
                print(line, file=sys.stderr)
                told = line
            time.sleep(0.5)
        if state["status"] != "completed":
            sys.exit(f"job {job} is {state['status']}: {(state['error'] or {}).get('message')}")
        return state


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("idea", help="what the video is about")
    parser.add_argument("character", help="how its character looks")
    parser.add_argument("-o", "--output", type=pathlib.Path, default=pathlib.Path("film.mp4"))
    parser.add_argument("--scenes", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=8, help="of each scene")
    parser.add_argument("--music", type=pathlib.Path, help="a piece of music that lies under the whole film")
    parser.add_argument("--crossfade", type=int, default=0, metavar="MS", help="how long scenes fade into each other")
    parser.add_argument("--at-once", type=int, default=4, help="clips that are made at the same time")
    parser.add_argument("--url", default=os.environ.get("KINORA_URL", "http://localhost:8080"))
    parser.add_argument("--token", default=os.environ.get("KINORA_TOKEN"), help="not needed on the same machine")
    parser.add_argument("--key", help="names this film; the default is made of the idea and the character")
    asked = parser.parse_args()
    kinora = Kinora(asked.url, asked.token)
    named = asked.key or hashlib.sha256(f"{asked.idea}\n{asked.character}".encode()).hexdigest()[:16]
    # Another length or number of scenes is another request, and so needs another key.
    key = f"{named}-{asked.scenes}x{asked.seconds}"

    print("writing the scenes", file=sys.stderr)
    wanted = {"idea": asked.idea, "character_description": asked.character, "number_of_scenes": asked.scenes}
    scenes = kinora.post("/api/mv/create_scenes", wanted, f"{key}-scenes")["scenes"]

    print("drawing the character", file=sys.stderr)
    wanted = {"character_description": asked.character}
    character = kinora.post("/api/mv/generate_character_reference", wanted, f"{key}-character")
    picture = character["metadata"]["blob_id"]

    def make(number):
        scene = scenes[number]
        wanted = {
            "prompt": scene["description"],
            "negative_prompt": scene["negative_description"],
            "reference_image_id": picture,
            "duration": asked.seconds,
            "generate_audio": True,
        }
        video = kinora.post("/api/mv/generate_video", wanted, f"{key}-scene-{number}")
        print(f"  scene {number + 1} of {len(scenes)} is there", file=sys.stderr)
        for warning in video["metadata"]["warnings"]:
            print(f"    {warning}", file=sys.stderr)
        return video["video_id"]

    print(f"making {len(scenes)} clips, {asked.at_once} at once", file=sys.stderr)
    with concurrent.futures.ThreadPoolExecutor(asked.at_once) as pool:
        videos = list(pool.map(make, range(len(scenes))))

    print("joining them", file=sys.stderr)
    wanted = {"video_ids": videos}
    if asked.crossfade:
        wanted.update(transition="crossfade", transition_ms=asked.crossfade)
    if asked.music:
        wanted["audio_id"] = kinora.upload(asked.music)
    digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:16]
    film = kinora.wait(kinora.post("/api/mv/merge", wanted, f"{key}-{digest}")["job_id"])

    part = asked.output.with_name(asked.output.name + ".part")
    part.write_bytes(kinora.ask("GET", f"/api/mv/get_video/{film['job_id']}"))
    part.replace(asked.output)
    print(f"{asked.output} is there", file=sys.stderr)


if __name__ == "__main__":
    main()
