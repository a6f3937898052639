#!/bin/sh
# A real ffmpeg that may write no file larger than 64 KiB (ulimit counts blocks of 512 bytes).
ulimit -f 128
exec ffmpeg "$@"
