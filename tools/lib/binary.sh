# shellcheck shell=bash
# Sourced after packages.sh, with the tree's path in $top: the release build of addrspace.

# shellcheck disable=SC2154
binary=$top/.build/release/addrspace
# Holds the commit that was built, and by its time when: what changed since is not in it.
built=$top/.build/addrspace.built

commit() { git -C "$top" rev-parse HEAD 2>/dev/null || true; }

is_up_to_date() {
    [ -x "$binary" ] && [ -e "$built" ] && [ "$(<"$built")" = "$(commit)" ] &&
        [ -z "$(find "$top/Package.swift" "$top/Sources" -newer "$built" -print -quit)" ]
}

# Builds the binary where it is older than its sources. Writes nothing to stdout.
build_binary() {
    if is_up_to_date; then return; fi
    need_swift
    need_packages "${build_packages[@]}"
    mkdir -p "$top/.build"
    exec 9>"$top/.build/addrspace.lock"
    flock 9
    # Another one may have built it while this one waited.
    if ! is_up_to_date; then
        note "building addrspace; the first time this takes a minute or two"
        commit >"$built.new"
        # Either of the two caches would keep the commit of the build before.
        if ! swift build --package-path "$top" -c release --static-swift-stdlib \
            --product addrspace --manifest-cache none --disable-build-manifest-caching \
            >"$top/.build/addrspace.log" 2>&1 </dev/null 9>&-
        then
            cat "$top/.build/addrspace.log" >&2
            note "addrspace could not be built."
            exit 70
        fi
        mv "$built.new" "$built"
    fi
    exec 9>&-
}
