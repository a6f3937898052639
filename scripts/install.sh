# To be sourced. `need PACKAGE PROOF [PACKAGE PROOF …]` installs the Debian packages whose proof (a command or a path)
# is missing: as root directly, else through sudo, else it says what to install and stops.
need() {
    missing=
    while [ $# -gt 0 ]; do
        case $2 in
            /*) [ -e "$2" ] || missing="$missing $1" ;;
            *) command -v "$2" >/dev/null 2>&1 || missing="$missing $1" ;;
        esac
        shift 2
    done
    [ -n "$missing" ] || return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "missing:$missing (names of Debian's packages). Install them with your system's package manager, then run this again." >&2
        return 1
    fi
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null 2>&1; then
        as_root=sudo
    else
        echo "missing:$missing. You are not root and there is no sudo. Have an administrator run:" >&2
        echo "  apt-get install --no-install-recommends$missing" >&2
        return 1
    fi
    echo "installing$missing"
    $as_root apt-get update -qq >/dev/null
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
