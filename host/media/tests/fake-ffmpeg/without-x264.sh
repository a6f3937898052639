#!/bin/sh
echo "Unknown encoder 'libx264'" >&2
exit 1
