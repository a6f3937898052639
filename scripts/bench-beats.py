#!/usr/bin/env python3
"""Measures librosa on the benchmark set of the beat tracker and prints it beside ours.

librosa (ISC licence) is the peer; Kinora does not need it. What is printed is the table of BENCH.md.

    python3 -m venv /tmp/librosa && /tmp/librosa/bin/pip install librosa
    cargo run --release -p kinora-media --example beats -- /tmp/beats
    /tmp/librosa/bin/python scripts/bench-beats.py /tmp/beats

F is the F-measure with a tolerance of 70 ms over whole pieces, from the first beat to the last; the tempo is off by so
many per cent, with "octave" where it is half, twice, a third or three times the truth. librosa's tempo is the slope
of the line through its beats, which is finer than the tempo it names. Reading files is not timed, nor its first run.
"""

import json
import pathlib
import sys
import time

import librosa
import numpy


def f_measure(found, truth):
    hits, at = 0, 0
    for beat in truth:
        while at < len(found) and found[at] < beat - 0.07:
            at += 1
        if at < len(found) and found[at] <= beat + 0.07:
            hits += 1
            at += 1
    return 2 * hits / (len(found) + len(truth)) if hits else 0.0


def tempo_error(bpm, truth):
    """How far off, as words; and whether it is within a tenth of a per cent."""
    if not bpm:
        return "none", False
    for times in (2, 0.5, 3, 1 / 3):
        if abs(bpm / truth / times - 1) < 0.03:
            return f"octave ({bpm:.1f})", False
    off = abs(bpm / truth - 1) * 100
    return f"{off:.3f} %", off <= 0.1


def with_librosa(path):
    samples, rate = librosa.load(path, sr=22050, mono=True)
    begun = time.perf_counter()
    _, frames = librosa.beat.beat_track(y=samples, sr=rate)
    beats = librosa.frames_to_time(frames, sr=rate)
    seconds = time.perf_counter() - begun
    bpm = 60 / float(numpy.polyfit(range(len(beats)), beats, 1)[0]) if len(beats) > 2 else 0.0
    return [float(beat) for beat in beats], bpm, seconds


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    songs = json.loads((folder / "set.json").read_text())
    with_librosa(folder / f"{songs[0]['name']}.wav")
    print("| piece | F, Kinora | F, librosa | tempo, Kinora | tempo, librosa |\n|---|---|---|---|---|")
    totals = {who: {"f": [], "tempo": 0, "octave": 0, "seconds": 0.0, "off": []} for who in ("kinora", "librosa")}
    silent = {"kinora": 0, "librosa": 0}
    for song in songs:
        theirs, their_bpm, seconds = with_librosa(folder / f"{song['name']}.wav")
        ours = song["kinora"]
        totals["kinora"]["seconds"] += ours["seconds"]
        totals["librosa"]["seconds"] += seconds
        if not song["beats"]:
            silent["kinora"] += not ours["times"]
            silent["librosa"] += not theirs
            print(f"| {song['name']} (no beats) | {len(ours['times'])} beats | {len(theirs)} beats | | |")
            continue
        row = []
        for who, beats, bpm in (("kinora", ours["times"], ours["found"]["bpm"]), ("librosa", theirs, their_bpm)):
            f, (said, right) = f_measure(beats, song["beats"]), tempo_error(bpm, song["bpm"])
            totals[who]["f"].append(f)
            totals[who]["tempo"] += right
            totals[who]["octave"] += said.startswith("octave")
            near = [min((beat - truth for truth in song["beats"]), key=abs) for beat in beats]
            totals[who]["off"] += [abs(off) * 1000 for off in near if abs(off) <= 0.07]
            row.append((f, said))
        print(f"| {song['name']} | {row[0][0]:.3f} | {row[1][0]:.3f} | {row[0][1]} | {row[1][1]} |")
    count, without = len(totals["kinora"]["f"]), len(songs) - len(totals["kinora"]["f"])
    print(f"\n| all {len(songs)} | Kinora | librosa {librosa.__version__} |\n|---|---|---|")
    both = [totals["kinora"], totals["librosa"]]
    print("| mean F | " + " | ".join(f"{numpy.mean(t['f']):.3f}" for t in both) + " |")
    print("| tempo within 0.1 % | " + " | ".join(f"{t['tempo']} of {count}" for t in both) + " |")
    print("| octave errors | " + " | ".join(str(t["octave"]) for t in both) + " |")
    print("| a beat that is hit is off by, median | " + " | ".join(f"{numpy.median(t['off']):.1f} ms" for t in both) + " |")
    print("| no beats where there are none | " + " | ".join(f"{silent[w]} of {without}" for w in silent) + " |")
    print("| time for the whole set | " + " | ".join(f"{t['seconds']:.2f} s" for t in both) + " |")


if __name__ == "__main__":
    main()
