"""Prints what two other parsers read: PyPI's procmaps of saved maps, psutil of a live process."""
import sys

import procmaps
import psutil


def text_of(path):
    """A saved map as the kernel wrote it: without comments, with the blanks that editors trim."""
    with open(path, encoding="latin-1", newline="\n") as file:
        lines = [line.rstrip("\r\n") for line in file]
    lines = [line for line in lines if line and not line.startswith("#")]
    return "".join(line + (" \n" if len(line.split()) == 5 else "\n") for line in lines)


def letters(region):
    return ("r" if region.is_readable else "-") + ("w" if region.is_writable else "-") \
        + ("x" if region.is_executable else "-") + ("s" if region.is_shared else "p")


if sys.argv[1].isdigit():
    for region in psutil.Process(int(sys.argv[1])).memory_maps(grouped=False):
        low, high = (int(end, 16) for end in region.addr.split("-"))
        print("%x %x %s" % (low, high, region.perms))
else:
    for region in procmaps.from_str(text_of(sys.argv[1])):
        print("%x %x %s %x %d" % (region.begin_address, region.end_address, letters(region),
                                  region.offset, region.inode), region.pathname or "", sep="\t")
