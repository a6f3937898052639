#!/usr/bin/env bash
# Validates the EditPlan contract: first the rules (no server is needed), then, where it is asked for, the whole way over
# HTTP: project, media, plan, apply, render, download.
#
#   scripts/validate_ai_contract.sh                           the rules only
#   RUN_OPENAI_ROUNDTRIP=1 scripts/validate_ai_contract.sh    and the way, with the stub plan where the server has no key
#   OPENAI_API_KEY=sk-… scripts/validate_ai_contract.sh       and the way; the server must have been started with the key
#
# API_BASE_URL (http://localhost:8080), PROMPT, API_TOKEN (else a user is registered for this run), ARTIFACTS
# (/tmp/video_validate: plan.json and output.mp4). It needs curl, python3 and ffmpeg.
set -euo pipefail
cd "$(dirname "$0")/.."

base=${API_BASE_URL:-http://localhost:8080}
prompt=${PROMPT:-Short montage, one cut every two seconds}
artifacts=${ARTIFACTS:-/tmp/video_validate}

say() { printf '%s\n' "$*" >&2; }
die() { say "FAILED: $*"; exit 1; }
# field PATH: a value of the JSON on standard input; nested names with dots.
field() {
    python3 -c 'import json,sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."): value = value[int(name)] if isinstance(value, list) else value[name]
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}
# api METHOD PATH [curl arguments]: the body on standard output; any status but one of $allowed ends the script.
api() {
    local method=$1 path=$2 body status
    shift 2
    body=$(mktemp)
    status=$(curl -sS -o "$body" -w '%{http_code}' -X "$method" ${token:+-H "Authorization: Bearer $token"} "$@" "$base$path") \
        || die "$base does not answer; start it with: kinora serve"
    case " ${allowed:-200 201 202} " in
        *" $status "*) cat "$body"; rm -f "$body" ;;
        *) say "$(cat "$body")"; rm -f "$body"; die "$method $path answered $status" ;;
    esac
}

say "== contract tests"
cargo test --locked --release --quiet --workspace --test edit_plans || die "the rules of edit plans do not hold"

if [ "${RUN_OPENAI_ROUNDTRIP:-}" != 1 ] && [ -z "${OPENAI_API_KEY:-}" ]; then
    say "ok: contract tests (set RUN_OPENAI_ROUNDTRIP=1 for the whole way over HTTP)"
    exit 0
fi

say "== round trip against $base"
mkdir -p "$artifacts"
media=$(mktemp -d)
trap 'rm -rf "$media"' EXIT
token=${API_TOKEN:-}
if [ -z "$token" ]; then
    name="validate-$(date +%s)-$$"
    login=$(printf '{"username": "%s", "password": "%s"}' "$name" "$(python3 -c 'import secrets; print(secrets.token_hex(16))')")
    api POST /api/auth/register --json "$login" >/dev/null
    token=$(api POST /api/auth/login --json "$login" | field access_token)
fi
project=$(api POST /api/projects --json '{"name": "Contract validation"}' | field id)
for number in 1 2 3; do
    ffmpeg -v error -y -f lavfi -i "testsrc=s=640x360:r=1:d=1,hue=h=$((number * 90))" -frames:v 1 "$media/$number.png"
done
ffmpeg -v error -y -f lavfi -i testsrc2=s=640x360:r=30:d=4 -pix_fmt yuv420p "$media/4.mp4"
taken=$(api POST "/api/projects/$project/media" -F "files=@$media/1.png" -F "files=@$media/2.png" -F "files=@$media/3.png" \
    -F "files=@$media/4.mp4" | field total_uploaded)
[ "$taken" = 4 ] || die "$taken of 4 files were taken"

say "-- plan"
asked=$(python3 -c 'import json,sys; print(json.dumps({"project_id": sys.argv[1], "prompt": sys.argv[2], "constraints":
    {"mode": "no_audio", "target_duration_seconds": 8, "transition_type": "crossfade", "max_clips": 4}}))' "$project" "$prompt")
answer=$(allowed="200 503" api POST /api/ai/plan --json "$asked")
if printf '%s' "$answer" | field edit_plan >"$artifacts/plan.json" 2>/dev/null; then
    say "   by $(printf '%s' "$answer" | field model)"
elif [ -n "${OPENAI_API_KEY:-}" ]; then
    die "the server has no key: start it with OPENAI_API_KEY set"
else
    printf '%s' "$answer" | field stub_plan >"$artifacts/plan.json"
    say "   the stub"
fi

say "-- apply"
python3 -c 'import json,sys; print(json.dumps({"project_id": sys.argv[1], "edit_plan": json.load(open(sys.argv[2]))}))' \
    "$project" "$artifacts/plan.json" >"$media/apply.json"
applied=$(api POST /api/ai/apply --json @"$media/apply.json")
length=$(printf '%s' "$applied" | field total_duration_ms)
say "   $(printf '%s' "$applied" | field segment_count) segments, $length ms"

say "-- a plan that is wrong is refused"
allowed=400 api POST /api/ai/apply --json "{\"project_id\": \"$project\", \"edit_plan\": {\"version\": \"1.0\", \"timeline\":
    [{\"media_id\": \"abc123\", \"duration\": {\"seconds\": 1}}]}}" | field validation.errors.0 >&2

say "-- render"
api POST "/api/projects/$project/render" --json '{"type": "final"}' >/dev/null
while :; do
    state=$(api GET "/api/projects/$project/render/final/status")
    case $(printf '%s' "$state" | field status) in
        complete) break ;;
        failed | cancelled) die "the render ended: $state" ;;
    esac
    sleep 1
done
api GET "/api/projects/$project/render/final/download" >"$artifacts/output.mp4"
rendered=$(ffprobe -v error -show_entries format=duration -of csv=p=0 "$artifacts/output.mp4")
python3 -c 'import sys; sys.exit(abs(float(sys.argv[1]) * 1000 - float(sys.argv[2])) > 50)' "$rendered" "$length" \
    || die "the film lasts $rendered s and not $length ms"
api GET "/api/projects/$project" >/dev/null
allowed=204 api DELETE "/api/projects/$project"
say "ok: $artifacts/plan.json and $artifacts/output.mp4 ($rendered s)"
