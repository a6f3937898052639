#!/bin/sh
# Takes some of the film, then fails as ffmpeg does.
head -c 500000 > /dev/null
echo "Conversion failed: the moon is in the wrong phase" >&2
exit 1
