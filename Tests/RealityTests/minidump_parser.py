"""Prints what PyPI's minidump reads of a dump: regions, modules, threads, one a line."""
import logging
import sys

from minidump.minidumpfile import MinidumpFile

# It wants blocks that small dumps do not have, and says so.
logging.disable(logging.CRITICAL)
dump = MinidumpFile.parse(sys.argv[1])
for info in dump.memory_info.infos if dump.memory_info else []:
    print("region", info.BaseAddress, info.RegionSize, info.AllocationBase, info.State.value,
          info.Type.value if info.Type else 0, sep="\t")
for module in dump.modules.modules if dump.modules else []:
    print("module", module.baseaddress, module.size, module.name, sep="\t")
for thread in dump.threads.threads if dump.threads else []:
    print("thread", thread.ThreadId, thread.Teb, thread.Stack.StartOfMemoryRange, sep="\t")
