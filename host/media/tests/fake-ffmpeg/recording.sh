#!/bin/sh
# Keeps what it is given: frames in $KINORA_RAW, arguments in $KINORA_RAW.args, music in $KINORA_RAW.music.
if [ -n "$KINORA_RAW" ]; then
    printf '%s\n' "$@" > "$KINORA_RAW.args"
    for argument in "$@"; do
        case "$argument" in
        file:*.music.part) cp "${argument#file:}" "$KINORA_RAW.music" ;;
        esac
    done
    exec cat > "$KINORA_RAW"
fi
exec cat > /dev/null
