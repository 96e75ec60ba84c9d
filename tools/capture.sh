#!/bin/sh
# Saves a process's map with what decides its layout, as 'addrspace capture' does, where that
# program cannot run: usage: sh capture.sh PID >saved.maps
#
# Needs a POSIX shell and cat, dd, expr, sed, tr, uname: busybox and toybox have them. Reads only
# /proc and /sys; the process is left alone. docs/capture.md says what the lines mean.
LC_ALL=C
export LC_ALL
set -f

end() {
    echo "capture.sh: $2" >&2
    exit "$1"
}

case ${1:-} in
    ''|*[!0-9]*) end 64 "usage: sh capture.sh PID >saved.maps" ;;
esac
[ $# = 1 ] || end 64 "usage: sh capture.sh PID >saved.maps"
p=/proc/$1

# A line of the capture, where its value is known.
fact() {
    [ -z "$2" ] || echo "# $1: $2"
}

# The first line of a file, nothing where it cannot be read. Not with 'read': some shells read byte
# by byte, and some files of /proc cannot be read so.
line() {
    sed 1q "$1" 2>/dev/null
}

# 'expr', because the arithmetic of some shells has 32 bits; its status tells of zero, not of errors.
count() {
    # shellcheck disable=SC2003
    expr "$@" 2>/dev/null || :
}

# A number of KiB in bytes.
bytes() {
    [ -z "$1" ] || count "$1" \* 1024
}

# The number behind a name in a table such as /proc/meminfo.
entry() {
    printf '%s\n' "$2" | sed -n "s/^$1:[ 	]*\([0-9][0-9]*\).*/\1/p" | sed 1q
}

# A byte of the program's file, those of interest as something printable.
elf() {
    dd if="$p/exe" bs=1 skip="$1" count=1 2>/dev/null |
        tr '\001\002\003\050\076\267' '123axA' | tr -cd '123axA'
}

mapping='^[0-9a-f]*-[0-9a-f]* [-r][-w][-x][ps] '

# Only the lines of smaps that tell something here.
details() {
    sed -n "/$mapping/p; /^Rss:/p; /^Swap:/p; /^KernelPageSize:/p; /^VmFlags:/p" \
        "$p/smaps" 2>/dev/null
}

# The mappings among them.
mappings() {
    sed -n "/$mapping/p" <<END
$1
END
}

# Whether the kernel may be asked for the details: it looks at each page that is there. Of Wine's
# processes only they tell what Wine itself reserved.
wants_details() {
    case $maps in
        */wine-preloader*|*-unix/ntdll.so*|*/wine/ntdll.dll.so*) return 0 ;;
    esac
    resident=$(entry VmRSS "$status")
    lines=$(sed -n '$=' <<END
$maps
END
    )
    [ "${lines:-0}" -le 4000 ] && [ "${resident:-0}" -le 2097152 ]
}

# The limits of '/proc/PID/limits': soft and hard.
limit() {
    printf '%s\n' "$limits" | sed -n "s/^$1  *\([^ ]*\)  *\([^ ]*\).*/\1 \2/p"
}

# The limit of a controller with the least left, from the process's own control group up.
group() {
    mounts=$(cat /proc/self/mountinfo 2>/dev/null)
    least=
    found=
    while IFS= read -r entry; do
        controllers=${entry#*:}
        path=${controllers#*:}
        controllers=${controllers%%:*}
        case $entry,$controllers, in
            0::*) type=cgroup2 options='.*' max=$1.max now=$1.current ;;
            *,"$1",*)
                type=cgroup options="\(.*,\)*$1\(,.*\)*" max=$2 now=$3 ;;
            *) continue ;;
        esac
        mount=$(printf '%s\n' "$mounts" |
            sed -n "s/^[^ ]* [^ ]* [^ ]* \([^ ]*\) \([^ ]*\) .* - $type [^ ]* $options\$/\1 \2/p" |
            sed 1q)
        [ -n "$mount" ] || continue
        root=${mount%% *}
        point=${mount#* }
        [ "$root" = / ] || path=${path#"$root"}
        path=/${path#/}
        while :; do
            total=$(line "$point${path%/}/$max")
            used=$(line "$point${path%/}/$now")
            # 19 digits are no limit: version 1 says so by the largest number of pages.
            case $total,$used in
                *[!0-9,]*|,*|*,|???????????????????*,*) ;;
                *)
                    left=$(count "$total" - "$used")
                    case $left in -*) left=0 ;; esac
                    if [ -z "$least" ] || [ "$(count "$left" \< "$least")" = 1 ]; then
                        least=$left
                        found="$total $used"
                    fi ;;
            esac
            [ "$path" != / ] || break
            path=${path%/*}
            path=/${path#/}
        done
    done <<END
$(cat "$p/cgroup" 2>/dev/null)
END
    echo "$found"
}

# The tasks of the process's user, where a limit on them holds: not for the superuser, nor for who
# may override limits (bit 24 of the capabilities) or administer (bit 21).
user_tasks() {
    user=$(entry Uid "$status")
    case $(printf '%s\n' "$status" | sed -n 's/^CapEff:[ 	]*\([0-9a-f]*\).*/\1/p') in
        *[13579bdf]??????|*[2367abef]?????) return ;;
    esac
    soft=$(limit 'Max processes')
    soft=${soft%% *}
    case $user,$soft in 0,*|,*|*,|*,unlimited) return ;; esac
    used=0
    set +f
    for other in /proc/[0-9]*/status; do
        text=$(cat "$other" 2>/dev/null)
        [ "$(entry Uid "$text")" = "$user" ] || continue
        used=$(count "$used" + "$(entry Threads "$text")")
    done
    set -f
    echo "$soft $used"
}

# The paths of the GNU C library.
library='s/^[^/]*\(\/.*\/libc\.so\.6\)$/\1/p; s/^[^/]*\(\/.*\/libc-2\.[^/]*\.so\)$/\1/p'

# The version in the C library's name or in its banner.
libc() {
    path=$(sed -n "$library" <<END
$maps
END
    )
    path=${path%%
*}
    case $path in
        */libc-2.*) version=${path##*/libc-}; echo "${version%.so}" ;;
        ?*)
            for file in "$p/root$path" "$path"; do
                [ -r "$file" ] || continue
                tr -c ' -~' '\n' <"$file" 2>/dev/null |
                    sed -n 's/.*GNU C Library.*release version \([0-9]*\.[0-9]*\).*/\1/p' | sed 1q
                return
            done ;;
    esac
}

# A map of one moment: it reads the same before and after all else.
tries=0
while :; do
    maps=$(cat "$p/maps" 2>/dev/null) || {
        [ -d "$p" ] || end 66 "no process $1."
        end 77 "process $1 may not be read: run this as its user or as root."
    }
    [ -n "$maps" ] || end 66 "process $1 has no user address space, or has ended."
    stat=$(cat "$p/stat" 2>/dev/null)
    status=$(cat "$p/status" 2>/dev/null)
    details=
    if wants_details; then details=$(details); fi
    if [ "$maps" = "$(cat "$p/maps" 2>/dev/null)" ]; then
        [ -n "$details" ] || break
        [ "$(mappings "$details")" != "$maps" ] || break
    fi
    tries=$((tries + 1))
    [ $tries -lt 100 ] || end 69 "process $1 keeps changing. Stop it for a moment: kill -STOP $1"
done

echo '# addrspace capture 1'
fact pid "$1"
# The name stands in parentheses and may itself hold any character.
name=${stat#*\(}
printf '# name: %s\n' "$(printf '%s' "${name%\)*}" | tr '\n' ' ')"

case $(elf 4) in 1) fact word-size 32 ;; 2) fact word-size 64 ;; esac
case $(elf 5) in 2) machine=$(elf 19) ;; *) machine=$(elf 18) ;; esac
case $machine in
    3) fact machine i386 ;;
    a) fact machine arm ;;
    x) fact machine x86_64 ;;
    A) fact machine arm64 ;;
    *) if [ -r "$p/exe" ]; then fact machine other; fi ;;
esac
# 'uname -m' tells what this shell takes the kernel for; newer kernels have a file.
kernel=$(line /proc/sys/kernel/arch)
case ${kernel:-$(uname -m)} in
    x86_64) fact kernel-machine x86_64 ;;
    aarch64|arm64|armv8l) fact kernel-machine arm64 ;;
    arm*) fact kernel-machine arm ;;
    i?86) fact kernel-machine i386 ;;
    *) fact kernel-machine other ;;
esac
page=$(bytes "$(entry KernelPageSize "$details")")
fact page-size "${page:-$(getconf PAGESIZE 2>/dev/null)}"
personality=$(line "$p/personality")
fact personality "${personality:+0x$personality}"

# What follows the name is field 3 and up.
# shellcheck disable=SC2086
set -- ${stat##*\) }
case $7 in
    ''|*[!0-9]*) ;;
    *) if [ $(($7 & 0x400000)) = 0 ]; then fact randomized no; else fact randomized yes; fi ;;
esac
data=
if [ "${43:-0}" != 0 ]; then data=$(count "${44}" - "${43}"); fi
start=
if [ "${45:-0}" != 0 ]; then start=$(printf '0x%x' "${45}"); fi
fact start-of-break "$start"

limits=$(cat "$p/limits" 2>/dev/null)
stack=$(limit 'Max stack size')
fact stack-limit "${stack%% *}"
# The security modules' own minimum, which no file shows, is 64 KiB at most.
lowest=$(line /proc/sys/vm/mmap_min_addr)
if [ "${lowest:-0}" -ge 65536 ]; then fact lowest-mapping "$(printf '0x%x' "$lowest")"; fi
case $(line /proc/sys/vm/legacy_va_layout) in
    0) fact legacy-va-layout no ;;
    ?*) fact legacy-va-layout yes ;;
esac
fact libc-version "$(libc)"

threads=$(entry Threads "$status")
fact threads "${threads:+$threads - - -}"
tasks=$(line /proc/loadavg | sed 's/^[^/]*\/\([0-9]*\).*/\1/')
user=$(user_tasks)
fact task-limit "${user:+RLIMIT_NPROC $user}"
if [ -n "$tasks" ]; then
    most=$(line /proc/sys/kernel/threads-max)
    fact task-limit "${most:+kernel.threads-max $most $tasks}"
    most=$(line /proc/sys/kernel/pid_max)
    fact task-limit "${most:+kernel.pid_max $most $(count "$tasks" + 300)}"
fi
pids=$(group pids pids.max pids.current)
fact task-limit "${pids:+pids.max $pids}"

fact limit-address-space "$(limit 'Max address space')"
fact limit-data "$(limit 'Max data size')"
fact data-segment "$data"
case $(line /sys/module/kernel/parameters/ignore_rlimit_data) in
    Y*) fact limit-data-ignored yes ;;
esac
fact max-map-count "$(line /proc/sys/vm/max_map_count)"
memory=$(cat /proc/meminfo 2>/dev/null)
all() {
    text=
    for name in "$@"; do
        size=$(bytes "$(entry "$name" "$memory")")
        [ -n "$size" ] || return
        text="$text $size"
    done
    echo "${text# }"
}
mode=$(line /proc/sys/vm/overcommit_memory)
promised=$(all CommitLimit Committed_AS)
admin=$(bytes "$(line /proc/sys/vm/admin_reserve_kbytes)")
reserve=$(bytes "$(line /proc/sys/vm/user_reserve_kbytes)")
fact overcommit "${mode:+${promised:+$mode $promised ${admin:-0} ${reserve:-0}}}"
fact memory "$(all MemTotal MemAvailable SwapTotal SwapFree)"
fact cgroup-memory "$(group memory memory.limit_in_bytes memory.usage_in_bytes)"
if [ -z "$details" ]; then
    resident=$(bytes "$(entry VmRSS "$status")")
    swapped=$(bytes "$(entry VmSwap "$status")")
    fact held "${resident:+$resident - ${swapped:--}}"
fi
cat <<END
${details:-$maps}
END
