"""A CPython of COUNT mappings that stays as it is: many_regions.py COUNT. Says "ready"."""

import mmap
import sys
import time

held = []
while True:
    with open("/proc/self/maps", encoding="ascii") as maps:
        if sum(1 for _ in maps) >= int(sys.argv[1]):
            break
    # Neighbours differ, so that the kernel cannot merge them.
    access = mmap.PROT_READ if len(held) % 2 else mmap.PROT_READ | mmap.PROT_WRITE
    held.append(mmap.mmap(-1, mmap.PAGESIZE, prot=access))
print("ready", flush=True)
time.sleep(3600)
