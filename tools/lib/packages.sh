# shellcheck shell=bash
# Sourced by the scripts of tools/: what they need of the machine.

# What `swift build` needs: the libraries that the recorder walks stacks and finds names with, those
# of recordings and of policies.
# shellcheck disable=SC2034
build_packages=(
    git libc6-dev libdw-dev libelf-dev libiberty-dev libsqlite3-dev libunwind-dev
    libyaml-dev
)

note() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

# Installs what is missing of the given Debian packages, or says how to.
need_packages() {
    if ! command -v dpkg-query >/dev/null; then
        note "no Debian packages on this machine; going on as if these were there: $*"
        return
    fi
    local package missing=()
    for package in "$@"; do
        case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true) in
            *' installed') ;;
            *) missing+=("$package") ;;
        esac
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    if [ "$(id -u)" != 0 ]; then
        note "packages are missing; ask for them with: sudo apt-get install ${missing[*]}"
        exit 69
    fi
    note "installing packages: ${missing[*]}"
    # A mirror that is just being updated must not stop this.
    {
        apt-get update -q -o DPkg::Lock::Timeout=600 ||
            note "some package lists could not be read; going on with the others"
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
            -o DPkg::Lock::Timeout=600 "${missing[@]}"
    } >&2 </dev/null || {
        note "these packages could not be installed: ${missing[*]}"
        exit 69
    }
}

# Installs what can be had of packages without which only some tests skip.
want_packages() {
    command -v dpkg-query >/dev/null || return 0
    local package missing=()
    for package in "$@"; do
        case $(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true) in
            *' installed') ;;
            *) missing+=("$package") ;;
        esac
    done
    for package in "${missing[@]}"; do
        if [ "$(id -u)" != 0 ] || ! DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
            --no-install-recommends -o DPkg::Lock::Timeout=600 "$package" >&2 </dev/null
        then
            note "without $package; the tests that need it will skip"
        fi
    done
}

# Swift 6.2 or later.
need_swift() {
    local pattern='Swift version ([0-9]+)\.([0-9]+)' version
    if ! version=$(swift --version 2>/dev/null); then
        note "there is no swift in PATH. Get Swift 6.2 or later from https://swift.org/install"
        exit 69
    fi
    if [[ $version =~ $pattern ]]; then
        if ((BASH_REMATCH[1] * 1000 + BASH_REMATCH[2] >= 6002)); then return; fi
        version="${BASH_REMATCH[1]}.${BASH_REMATCH[2]}"
    fi
    note "this is Swift $version, and 6.2 is needed. Get it from https://swift.org/install"
    exit 69
}
