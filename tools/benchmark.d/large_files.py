"""Makes saved files as large as people have them: large_files.py FOLDER

  core      an ELF core of an i386 process: 2,000 segments, 2 GiB, nearly all of it a hole
  minidump  a minidump whose list of memory has 100,000 entries
  windbg    100 MB of what !address prints
  strace    100 MB of what strace -f -e trace=memory prints
"""

import random
import struct
import sys
from pathlib import Path

PAGE = 4096
TEXT_BYTES = 100_000_000


def core(path: Path) -> None:
    count, each = 2000, 1 << 20
    first = (64 + 32 * (count + 1) + PAGE - 1) // PAGE * PAGE
    head = struct.pack("<4sBBBBQ", b"\x7fELF", 1, 1, 1, 0, 0)
    head += struct.pack("<HHIIIIIHHHHHH", 4, 3, 1, 0, 52, 0, 0, 52, 32, count, 40, 0, 0)
    for number in range(count):
        flags = 6 if number % 2 else 4
        head += struct.pack(
            "<IIIIIIII", 1, first + number * each, 0x10000000 + number * (each + PAGE), 0,
            each, each, flags, PAGE)
    with path.open("wb") as file:
        file.write(head)
        file.truncate(first + count * each)


def minidump(path: Path) -> None:
    count = 100_000
    system = struct.pack("<HHHBBIIIIIHH", 0, 6, 0, 1, 1, 10, 0, 19045, 2, 0, 0, 0) + bytes(24)
    entries = bytearray(struct.pack("<IIQ", 16, 48, count))
    address = 0
    for number in range(count):
        size = PAGE * (1 + number % 5)
        state, kind = ((0x10000, 0) if number % 4 == 0 else (0x1000, 0x20000))
        if number == count - 1:
            size, state, kind = 0x7FFF0000 - address, 0x10000, 0
        base = 0 if state == 0x10000 else address
        entries += struct.pack(
            "<QQIIQIIII", address, base, 4 if base else 0, 0, size, state,
            4 if base else 1, kind, 0)
        address += size
    directory = 32
    system_at = directory + 24
    list_at = system_at + len(system)
    head = struct.pack("<4sIIIIIQ", b"MDMP", 0xA793, 2, directory, 0, 0, 0x800)
    head += struct.pack("<III", 7, len(system), system_at)
    head += struct.pack("<III", 16, len(entries), list_at)
    path.write_bytes(head + system + entries)


def windbg(path: Path) -> None:
    with path.open("w", encoding="ascii") as file:
        file.write("0:000> !address\n\n")
        file.write("  BaseAddr EndAddr+1 RgnSize     Type       State                 Protect             Usage\n")
        file.write("-" * 100 + "\n")
        address, written = 0, 0
        # A million rows of a page each: nearly 4 GiB.
        while written < TEXT_BYTES:
            end = address + PAGE
            if (address // PAGE) % 3 == 0:
                row = f"+ {address:8x} {end:8x} {PAGE:8x}             MEM_FREE    PAGE_NOACCESS                      Free\n"
            else:
                row = f"+ {address:8x} {end:8x} {PAGE:8x} MEM_PRIVATE MEM_COMMIT  PAGE_READWRITE                     <unknown>\n"
            written += file.write(row)
            address = end


def strace(path: Path) -> None:
    choose = random.Random(1)
    mapped: list[int] = []
    next_address = 0xF7000000
    with path.open("w", encoding="ascii") as file:
        written = file.write("700 brk(NULL) = 0x56600000\n")
        while written < TEXT_BYTES:
            if len(mapped) > 2000:
                address = mapped.pop(choose.randrange(len(mapped)))
                written += file.write(f"700 munmap({address:#x}, 65536) = 0\n")
                next_address = address
            else:
                written += file.write(
                    "700 mmap2(NULL, 65536, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)"
                    f" = {next_address:#x}\n")
                mapped.append(next_address)
                next_address = 0xF7000000 - 0x11000 * len(mapped)


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for make in (core, minidump, windbg, strace):
        make(folder / make.__name__)


main()
