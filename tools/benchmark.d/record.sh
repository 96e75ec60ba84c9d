# shellcheck shell=bash disable=SC2154
# Sourced by tools/benchmark: what recording costs, and what it takes to read it.

# Of mapping and unmapping under 20 frames, as often as this.
deep_times=100000
# strace takes more than a millisecond for a stack.
deep_times_with_stacks=1000
pictures=72
recorded_events=200000
million=1000000
live_regions=20000

# record_row CASE SUBJECT METRIC RUN VALUE, none of them with a comma
record_row() { printf 'record,%s,%s,%s,%s,%s\n' "$@" >>"$raw"; }

# in_turn CASE PAIRS NAME_A COMMAND_A NAME_B COMMAND_B: commands in turn.
in_turn() { python3 "$tools/side_by_side.py" record "$@" >>"$raw"; }

build_recorded() {
    local programs=$top/fixtures/programs/record
    gcc -O2 -g -fomit-frame-pointer -Wall -Wextra -o "$scratch/deep" "$programs/deep.c"
    # At -O2 the ten calls of a level become one.
    gcc -O1 -g -Wall -Wextra -o "$scratch/many_stacks" "$tools/many_stacks.c"
    widths=('')
    if compgen -G '/usr/lib/gcc/x86_64-linux-gnu/*/32/crtbegin.o' >/dev/null; then
        gcc -m32 -O2 -g -fomit-frame-pointer -Wall -Wextra -o "$scratch/deep32" "$programs/deep.c"
        widths+=(32)
    fi
}

# The worst case: a program that does nothing else, on one processor, for the recorder and what it
# records work in turn.
measure_deep() {
    local width case
    for width in "${widths[@]}"; do
        case="$deep_times times map and unmap in ${width:-64} bits"
        in_turn "$case" "$record_pairs" \
            'addrspace record' "$on_one $ours -- $scratch/deep$width $deep_times" \
            'strace' "$on_one $theirs -o $trace $scratch/deep$width $deep_times"
        record_row "$case" 'addrspace record' events 1 $((2 * deep_times))
    done
    case="stacks by strace too"
    in_turn "$case" 3 \
        'addrspace record' "$on_one $ours -- $scratch/deep $deep_times" \
        'strace -k' "$on_one $strace -f -k -e trace=memory -o $trace \
            $scratch/deep $deep_times_with_stacks"
    record_row "$case" 'addrspace record' events 1 $((2 * deep_times))
    record_row "$case" 'strace -k' events 1 $((2 * deep_times_with_stacks))
}

find_numpy() {
    local python
    for python in python3 "$venv/bin/python3"; do
        if numpy=$("$python" -c 'import numpy, sys; print(sys.executable)' 2>/dev/null); then
            return
        fi
    done
    note "fetching numpy from PyPI"
    mkdir -p "${venv%/*}"
    { [ -x "$venv/bin/pip" ] || python3 -m venv --clear "$venv"; } >&2 &&
        "$venv/bin/pip" install --quiet --retries 1 --timeout 60 --disable-pip-version-check \
            --only-binary :all: numpy >&2 &&
        numpy=$venv/bin/python3
}

# The versions of Python and numpy of a command.
python_facts() {
    "$@" -c 'import numpy, platform
print("Python", platform.python_version(), "with numpy", numpy.__version__)'
}

# measure_batch CASE COMMAND...: `COMMAND PICTURES`, alone and recorded.
measure_batch() {
    local case=$1 command
    shift
    printf -v command '%q ' "$@" "$pictures"
    in_turn "$case" "$record_pairs" \
        recorded "$ours -- $command" alone "$command"
}

measure_batches() {
    local root
    if find_numpy; then
        measure_batch "image batch in 64 bits" "$numpy" "$tools/image_batch.py"
        part_fact record "$(python_facts "$numpy") in 64 bits"
    else
        note "PyPI cannot be reached; the image batch in 64 bits is not measured"
    fi
    if [ "$(id -u)" = 0 ] && "$top/tools/testbed" check >/dev/null 2>&1; then
        "$top/tools/testbed" run /bin/true
        root=$("$top/tools/testbed" path)
        install -m 644 "$tools/image_batch.py" "$root/tmp/image_batch.py"
        measure_batch "image batch in 32 bits" \
            "$(type -P chroot)" "$root" /usr/bin/python3 /tmp/image_batch.py
        part_fact record "$(python_facts chroot "$root" /usr/bin/python3) in 32 bits"
    else
        note "there is no i386 root of tools/testbed; the image batch in 32 bits is not measured"
    fi
}

# peak_memory OUTPUT COMMAND...: in KiB, by a small parent, for a child begins with its parent's.
peak_memory() {
    command time -f %M -o "$1" "${@:2}" && tail -1 "$1"
}

# measure_memory TIMES RUN: of recording `deep TIMES`.
measure_memory() {
    # shellcheck disable=SC2086
    record_row memory "$((2 * $1)) events" peak-kib "$2" \
        "$(peak_memory "$scratch/memory" $on_one $ours -- "$scratch/deep" "$1")"
}

measure_size() {
    # shellcheck disable=SC2086
    $on_one $ours -- "$scratch/many_stacks" "$recorded_events"
    record_row "1000 stacks" recording bytes 1 "$(stat -c %s "$recording")"
    record_row "1000 stacks" recording events 1 "$recorded_events"
}

measure_report() {
    in_turn "$1" "$record_pairs" report "$binary report $recording" true "$(type -P true)"
}

measure_reports() {
    note "record: two recordings of $million events, which takes minutes"
    measure_memory $((million / 20)) 1
    measure_memory $((million / 2)) 1
    measure_report "$million events under 20 frames"
    # shellcheck disable=SC2086
    $on_one $ours -- "$scratch/many_stacks" "$million" "$live_regions"
    measure_report "$million events among $live_regions regions"
}

measure_record() {
    build_binary
    local recording=$scratch/x.addrspace trace=$scratch/x.strace widths numpy strace on_one
    on_one="$(type -P taskset) -c 0"
    strace=$(type -P strace)
    local ours="$binary record -q --force -o $recording" theirs="$strace -f --seccomp-bpf \
        -e trace=memory"
    build_recorded
    settle record
    part_fact record "strace $(strace --version | sed -n 's/^strace -- version //p')"
    note "record: $record_pairs pairs of runs each; this takes minutes"
    measure_deep
    measure_batches
    measure_size
    measure_reports
    rm -f "$recording" "$trace"
}
