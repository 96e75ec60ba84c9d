/* Lets a program write a capture of its own address space when an allocation fails, and ask how
 * many buffers of a size still fit. C99, nothing but the system beneath it, one file to copy.
 *
 *     #define ADDRSPACE_CAPTURE_IMPLEMENTATION          in one C file of the program
 *     #include "addrspace_capture.h"
 *
 *     addrspace_reserve();                              when it starts
 *     ...
 *     buffer = malloc(size);
 *     if (!buffer) addrspace_capture("failed.capture");
 *
 * and later, on any Linux machine: addrspace inspect failed.capture
 *
 * For Linux on i386, ARM and x86-64, and for Windows (MinGW, MSVC), 32-bit and 64-bit. Elsewhere on
 * Linux captures are written too, but addrspace_fits knows no answer. Nothing here calls malloc, so
 * that it works when memory is out. The state is static: do not call two of these at once, and let
 * other threads rest while a capture is written, or what they map meanwhile may be missing.
 *
 * docs/capture.md says what a capture holds and what it leaves out.
 */
#ifndef ADDRSPACE_CAPTURE_H
#define ADDRSPACE_CAPTURE_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Reserves 1 MiB of address space, that a capture has room to be written. 0, or -1 where there is
 * no room. A second call does nothing while there is a reserve. */
int addrspace_reserve(void);

/* Gives the reserve back and writes the capture to a file, which it makes or overwrites. 0 where it
 * is whole; 1 where the map did not hold still, so that parts may be of several moments; -1 where
 * it could not be written (errno, or GetLastError). addrspace_reserve may be called again after. */
int addrspace_capture(const char *path);

/* How many more buffers of so many bytes the system has room for: by mmap on Linux, by VirtualAlloc
 * on Windows. With an alignment above what the system gives, a power of two, as aligning allocators
 * do it: on Linux by asking for more and giving both ends back, on Windows by choosing the address.
 * -1 where the map cannot be read or the alignment is none.
 *
 * It counts room, and on Linux RLIMIT_AS; no other limit. Exact for buffers of 64 KiB and more in
 * 32-bit processes, while no other thread maps. What malloc has in its own free lists or can
 * get by brk is not counted, nor the guard gap below mappings with MAP_GROWSDOWN other than the main
 * stack. Where the C library was given another stack limit after the program began, and the map
 * shows neither loader nor vdso, the count can be off by what lies between. In 64-bit processes it
 * is an upper bound. Under Wine, which tells what lies outside its own areas to be reserved, it is a
 * lower bound. */
long long addrspace_fits(size_t bytes, size_t alignment);

#ifdef __cplusplus
}
#endif

#endif /* ADDRSPACE_CAPTURE_H */

#ifdef ADDRSPACE_CAPTURE_IMPLEMENTATION
#undef ADDRSPACE_CAPTURE_IMPLEMENTATION

#include <string.h>

enum { ASC_RESERVE = 1 << 20, ASC_TRIES = 20 };

/* ---- Text on its way to the file ---- */

static struct
{
    char bytes[4096];
    size_t used;
    int has_failed;
} asc_out;

static int asc_write(const char *bytes, size_t count);

static void asc_flush(void)
{
    if (asc_out.used && !asc_write(asc_out.bytes, asc_out.used)) asc_out.has_failed = 1;
    asc_out.used = 0;
}

static void asc_put(const char *text)
{
    for (; *text; text++)
    {
        if (asc_out.used == sizeof asc_out.bytes) asc_flush();
        asc_out.bytes[asc_out.used++] = *text;
    }
}

/* Text from outside, in one line. */
static void asc_put_line(const char *text)
{
    char byte[2] = { 0, 0 };
    for (; *text; text++)
    {
        byte[0] = *text == '\n' || *text == '\r' ? ' ' : *text;
        asc_put(byte);
    }
}

static void asc_put_number(unsigned long long value, unsigned radix, unsigned digits)
{
    char text[32];
    size_t at = sizeof text;
    text[--at] = 0;
    do
    {
        text[--at] = "0123456789abcdef"[value % radix];
        value /= radix;
        if (digits) digits--;
    } while (value || digits);
    asc_put(text + at);
}

static void asc_put_range(unsigned long long low, unsigned long long high)
{
    asc_put_number(low, 16, 8);
    asc_put("-");
    asc_put_number(high, 16, 8);
}

static void asc_put_key(const char *key)
{
    asc_put("# ");
    asc_put(key);
    asc_put(": ");
}

static void asc_put_field(const char *key, const char *value)
{
    asc_put_key(key);
    asc_put_line(value);
    asc_put("\n");
}

static void asc_put_decimal(const char *key, unsigned long long value)
{
    asc_put_key(key);
    asc_put_number(value, 10, 0);
    asc_put("\n");
}

static void asc_put_address(const char *key, unsigned long long value)
{
    asc_put_key(key);
    asc_put("0x");
    asc_put_number(value, 16, 8);
    asc_put("\n");
}

static void asc_put_flag(const char *key, int value)
{
    asc_put_field(key, value ? "yes" : "no");
}

/* ---- Counting ---- */

/* A buffer as it is asked for. */
struct asc_block
{
    size_t size, slack, alignment;
};

/* Buffers side by side in one free range. */
struct asc_run
{
    unsigned long long count;
    size_t low, high;
};

static int asc_is_power(size_t number) { return number && !(number & (number - 1)); }

/* How many go upward from the lowest place in a range; none of it is given up again but the slack of
 * the last. */
static struct asc_run asc_upward(const struct asc_block *block, size_t low, size_t high)
{
    struct asc_run run = { 0, 0, 0 };
    size_t mask = block->alignment - 1, base, step = (block->size + mask) & ~mask, rest;
    size_t ask = block->size + block->slack;
    if (high <= low || high - low < ask || low > (size_t)-1 - mask || step < block->size) return run;
    base = (low + mask) & ~mask;
    if (base >= high || high - base < block->size) return run;
    rest = high - base - block->size;
    run.count = !block->slack ? 1 + rest / step : rest < ask ? 1 : 2 + (rest - ask) / step;
    run.low = base;
    run.high = base + (size_t)(run.count - 1) * step + block->size;
    return run;
}

#ifndef _WIN32

/* ================================ Linux ================================ */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <gnu/libc-version.h>
#endif

/* Where strict C99 leaves these out; the same on i386, ARM and x86-64. */
#ifdef MAP_ANONYMOUS
#define ASC_MAP_FLAGS (MAP_PRIVATE | MAP_ANONYMOUS | 0x4000)
#else
#define ASC_MAP_FLAGS (MAP_PRIVATE | 0x20 | 0x4000) /* MAP_ANONYMOUS, MAP_NORESERVE */
#endif
#ifndef O_CLOEXEC
#define O_CLOEXEC 02000000
#endif

#if UINTPTR_MAX == 0xFFFFFFFFu
typedef Elf32_Ehdr asc_elf_header;
typedef Elf32_Phdr asc_elf_segment;
#else
typedef Elf64_Ehdr asc_elf_header;
typedef Elf64_Phdr asc_elf_segment;
#endif

#if defined(__i386__)
#define ASC_MACHINE "i386"
#elif defined(__x86_64__)
#define ASC_MACHINE "x86_64"
#elif defined(__arm__)
#define ASC_MACHINE "arm"
#elif defined(__aarch64__)
#define ASC_MACHINE "arm64"
#else
#define ASC_MACHINE "other"
#endif

#define ASC_PAGE ((size_t)4096)
#define ASC_GUARD_GAP ((size_t)1 << 20)

static void *asc_reserved;
static int asc_file = -1;

int addrspace_reserve(void)
{
    void *place;
    if (asc_reserved) return 0;
    place = mmap(NULL, ASC_RESERVE, PROT_NONE, ASC_MAP_FLAGS, -1, 0);
    if (place == MAP_FAILED) return -1;
    asc_reserved = place;
    return 0;
}

static int asc_write(const char *bytes, size_t count)
{
    while (count)
    {
        ssize_t sent = write(asc_file, bytes, count);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return 0;
        bytes += sent;
        count -= (size_t)sent;
    }
    return 1;
}

/* ---- Small files of the kernel ---- */

static char asc_text[8192];

/* The beginning of a file in asc_text, with a zero behind it; how much, 0 where it cannot be read. */
static size_t asc_read(const char *path)
{
    size_t count = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    while (file >= 0 && count < sizeof asc_text - 1)
    {
        ssize_t got = read(file, asc_text + count, sizeof asc_text - 1 - count);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        count += (size_t)got;
    }
    if (file >= 0) close(file);
    asc_text[count] = 0;
    return count;
}

static int asc_is_digit(char c) { return c >= '0' && c <= '9'; }

/* A decimal number and what is behind it. */
static unsigned long long asc_decimal(const char **text)
{
    unsigned long long value = 0;
    while (asc_is_digit(**text)) value = value * 10 + (unsigned)(*(*text)++ - '0');
    return value;
}

static unsigned long long asc_hexadecimal(const char **text)
{
    unsigned long long value = 0;
    for (;; ++*text)
    {
        char c = **text;
        if (asc_is_digit(c)) value = value << 4 | (unsigned)(c - '0');
        else if (c >= 'a' && c <= 'f') value = value << 4 | (unsigned)(c - 'a' + 10);
        else return value;
    }
}

/* The number in a file, -1 where there is none. */
static long long asc_number_in(const char *path)
{
    const char *text = asc_text;
    return asc_read(path) && asc_is_digit(*text) ? (long long)asc_decimal(&text) : -1;
}

/* What stands behind the blanks behind a line's beginning in asc_text, NULL where no line has it. */
static const char *asc_behind(const char *beginning)
{
    const char *line = asc_text;
    size_t length = strlen(beginning);
    while (line)
    {
        if (!strncmp(line, beginning, length))
        {
            line += length;
            while (*line == ' ' || *line == '\t') line++;
            return line;
        }
        line = strchr(line, '\n');
        if (line) line++;
    }
    return NULL;
}

/* A line of /proc/meminfo in asc_text, in bytes. */
static int asc_kilobytes(const char *beginning, unsigned long long *bytes)
{
    const char *value = asc_behind(beginning);
    if (!value || !asc_is_digit(*value)) return 0;
    *bytes = asc_decimal(&value) * 1024;
    return 1;
}

/* Field `number` of /proc/self/stat in asc_text, as proc_pid_stat(5) counts them, from 4 on. */
static unsigned long long asc_stat_field(int number)
{
    const char *text = strrchr(asc_text, ')');
    for (int field = 2; text && field < number; field++)
    {
        text = strchr(text, ' ');
        if (text) text++;
    }
    return text ? asc_decimal(&text) : 0;
}

/* ---- The map ---- */

struct asc_mapping
{
    size_t low, high;
    char access[4];
    int has_file;
    const char *name;
};

static struct
{
    int file;
    size_t at, end;
    char bytes[4096];
    char line[8192];
} asc_lines;

/* The next line, without its end; what is longer than any line of the kernel is cut. NULL at the end. */
static const char *asc_next_line(void)
{
    size_t length = 0;
    for (;;)
    {
        char c;
        if (asc_lines.at == asc_lines.end)
        {
            ssize_t got = read(asc_lines.file, asc_lines.bytes, sizeof asc_lines.bytes);
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) break;
            asc_lines.at = 0;
            asc_lines.end = (size_t)got;
        }
        c = asc_lines.bytes[asc_lines.at++];
        if (c == '\n')
        {
            asc_lines.line[length] = 0;
            return asc_lines.line;
        }
        if (length < sizeof asc_lines.line - 1) asc_lines.line[length++] = c;
    }
    return NULL;
}

static int asc_open_lines(const char *path)
{
    asc_lines.file = open(path, O_RDONLY | O_CLOEXEC);
    asc_lines.at = asc_lines.end = 0;
    return asc_lines.file >= 0;
}

/* Whether a map has addresses that no pointer here reaches: an emulator shows its own smaps. */
static int asc_is_foreign;

/* A line that begins a mapping: the keys of smaps begin with a capital. */
static int asc_read_mapping(const char *line, struct asc_mapping *mapping)
{
    unsigned long long low, high;
    if (!asc_is_digit(*line) && !(*line >= 'a' && *line <= 'f')) return 0;
    low = asc_hexadecimal(&line);
    if (*line++ != '-') return 0;
    high = asc_hexadecimal(&line);
    if (*line++ != ' ' || strlen(line) < 5) return 0;
    if (high > (size_t)-1) asc_is_foreign = 1;
    mapping->low = (size_t)low;
    mapping->high = (size_t)high;
    memcpy(mapping->access, line, 4);
    line += 5;
    for (int word = 0; word < 2; word++) /* offset, device */
    {
        while (*line && *line != ' ') line++;
        while (*line == ' ') line++;
    }
    mapping->has_file = asc_decimal(&line) != 0;
    while (*line == ' ') line++;
    mapping->name = line;
    return mapping->low < mapping->high;
}

/* Whether it is a page of the kernel that every process sees and none has mapped. */
static int asc_is_gate(const struct asc_mapping *mapping)
{
    return !strcmp(mapping->name, "[vsyscall]") || !strcmp(mapping->name, "[vectors]")
        || !strcmp(mapping->name, "[kuserhelpers]");
}

/* ---- What decides the layout ---- */

enum { ASC_UNKNOWN, ASC_I386, ASC_X86_64, ASC_ARM, ASC_ARM64, ASC_OTHER };
static const char *const asc_machines[] = { NULL, "i386", "x86_64", "arm", "arm64", "other" };

#define ASC_UNLIMITED (~0ULL)
#define ASC_LEGACY 0x0200000u
#define ASC_3_GIB 0x8000000u

static struct
{
    int kernel;
    /* -1 where it is not known. */
    long long personality, legacy, randomized;
    unsigned long long stack_limit, start_of_break, data_segment;
    int has_stack_limit;
    size_t lowest, first_low, first_high;
} asc_facts;

static int asc_machine_of(const char *name)
{
    if (!strncmp(name, "x86_64", 6)) return ASC_X86_64;
    if (name[0] == 'i' && name[1] && !strncmp(name + 2, "86", 2)) return ASC_I386;
    if (!strncmp(name, "aarch64", 7) || !strncmp(name, "armv8", 5)) return ASC_ARM64;
    if (!strncmp(name, "arm", 3)) return ASC_ARM;
    return ASC_OTHER;
}

/* uname tells a 32-bit machine to programs that setarch runs, the file of newer kernels does not. */
static int asc_kernel(void)
{
    struct utsname name;
    int machine;
    if (asc_read("/proc/sys/kernel/arch")) return asc_machine_of(asc_text);
    if (uname(&name) < 0) return ASC_UNKNOWN;
    machine = asc_machine_of(name.machine);
    if (machine == ASC_I386 && (asc_facts.personality < 0 || (asc_facts.personality & 0xFF) == 8))
        return ASC_UNKNOWN;
    return machine;
}

/* The lowest address that mmap gives: a hint below is rounded up to it. */
static size_t asc_find_lowest(void)
{
    void *place = mmap((void *)ASC_PAGE, ASC_PAGE, PROT_NONE, ASC_MAP_FLAGS, -1, 0);
    if (place == MAP_FAILED) return 0;
    munmap(place, ASC_PAGE);
    return (uintptr_t)place < 1 << 24 ? (uintptr_t)place : 0;
}

/* The pages of the image at `base`; answers whether it may lie anywhere. */
static int asc_span(uintptr_t base, size_t *low, size_t *high)
{
    const asc_elf_header *header = (const asc_elf_header *)base;
    size_t lowest = (size_t)-1, highest = 0;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG)) return 0;
    for (unsigned i = 0; i < header->e_phnum; i++)
    {
        const asc_elf_segment *segment =
            (const asc_elf_segment *)(base + header->e_phoff + i * (size_t)header->e_phentsize);
        if (segment->p_type != PT_LOAD) continue;
        if (segment->p_vaddr < lowest) lowest = segment->p_vaddr;
        if (segment->p_vaddr + segment->p_memsz > highest) highest = segment->p_vaddr + segment->p_memsz;
    }
    if (lowest >= highest) return 0;
    lowest &= ~(size_t)(ASC_PAGE - 1);
    highest = (highest + ASC_PAGE - 1) & ~(ASC_PAGE - 1);
    *low = base;
    *high = base + highest - lowest;
    return header->e_type == ET_DYN;
}

/* What the kernel mapped first, flush at the base of all mappings: the loader, else the program. */
static void asc_find_first(void)
{
    size_t count = asc_read("/proc/self/auxv") / (2 * sizeof(size_t)), entry[2], loader = 0, headers = 0;
    size_t low, high;
    for (size_t i = 0; i < count; i++)
    {
        memcpy(entry, asc_text + i * sizeof entry, sizeof entry);
        if (entry[0] == AT_BASE) loader = entry[1];
        if (entry[0] == AT_PHDR) headers = entry[1];
    }
    if (loader || headers)
    {
        size_t base = loader ? loader : headers & ~(ASC_PAGE - 1);
        low = high = 0;
        if ((asc_span(base, &low, &high) || loader) && low < high)
        {
            asc_facts.first_low = low;
            asc_facts.first_high = high;
        }
    }
}

/* A limit of /proc/self/limits in asc_text, and the one behind it. */
static int asc_limit(const char *name, unsigned long long *soft, unsigned long long *hard)
{
    unsigned long long *values[2];
    const char *text = asc_behind(name);
    values[0] = soft;
    values[1] = hard;
    for (int i = 0; text && i < 2; i++)
    {
        while (*text == ' ') text++;
        if (asc_is_digit(*text))
        {
            *values[i] = asc_decimal(&text);
            /* More than any machine has is no limit. */
            if (*values[i] >> 62) *values[i] = ASC_UNLIMITED;
        }
        else if (!strncmp(text, "unlimited", 9))
        {
            *values[i] = ASC_UNLIMITED;
            text += 9;
        }
        else return 0;
    }
    return text != NULL;
}

static void asc_find_facts(void)
{
    const char *text = asc_text;
    unsigned long long hard, start, end;
    memset(&asc_facts, 0, sizeof asc_facts);
    asc_facts.personality = asc_facts.randomized = -1;
    if (asc_read("/proc/self/personality")) asc_facts.personality = (long long)asc_hexadecimal(&text);
    asc_facts.kernel = asc_kernel();
    asc_facts.legacy = asc_number_in("/proc/sys/vm/legacy_va_layout");
    if (asc_read("/proc/self/limits"))
        asc_facts.has_stack_limit = asc_limit("Max stack size", &asc_facts.stack_limit, &hard);
    if (asc_read("/proc/self/stat"))
    {
        asc_facts.randomized = (asc_stat_field(9) & 0x400000) != 0; /* PF_RANDOMIZE */
        start = asc_stat_field(45);
        end = asc_stat_field(46);
        asc_facts.data_segment = start && end >= start ? end - start : ASC_UNLIMITED;
        asc_facts.start_of_break = asc_stat_field(47);
    }
    else asc_facts.data_segment = ASC_UNLIMITED;
    asc_facts.lowest = asc_find_lowest();
    asc_find_first();
}

/* ---- The capture ---- */

static void asc_put_size(unsigned long long bytes)
{
    if (bytes == ASC_UNLIMITED) asc_put("unlimited");
    else asc_put_number(bytes, 10, 0);
}

static void asc_put_limit(const char *key, const char *name)
{
    unsigned long long soft, hard;
    if (!asc_read("/proc/self/limits") || !asc_limit(name, &soft, &hard)) return;
    asc_put_key(key);
    asc_put_size(soft);
    asc_put(" ");
    asc_put_size(hard);
    asc_put("\n");
}

static void asc_put_limits(void)
{
    unsigned long long sizes[4];
    long long number;
    asc_put_limit("limit-address-space", "Max address space");
    asc_put_limit("limit-data", "Max data size");
    if (asc_facts.data_segment != ASC_UNLIMITED) asc_put_decimal("data-segment", asc_facts.data_segment);
    if (asc_read("/sys/module/kernel/parameters/ignore_rlimit_data") && asc_text[0] == 'Y')
        asc_put_flag("limit-data-ignored", 1);
    number = asc_number_in("/proc/sys/vm/max_map_count");
    if (number >= 0) asc_put_decimal("max-map-count", (unsigned long long)number);
    number = asc_number_in("/proc/sys/vm/overcommit_memory");
    if (number >= 0 && number <= 2 && asc_read("/proc/meminfo") && asc_kilobytes("CommitLimit:", &sizes[0])
        && asc_kilobytes("Committed_AS:", &sizes[1]))
    {
        asc_put_key("overcommit");
        asc_put_number((unsigned long long)number, 10, 0);
        number = asc_number_in("/proc/sys/vm/admin_reserve_kbytes");
        sizes[2] = number > 0 ? (unsigned long long)number * 1024 : 0;
        number = asc_number_in("/proc/sys/vm/user_reserve_kbytes");
        sizes[3] = number > 0 ? (unsigned long long)number * 1024 : 0;
        for (int i = 0; i < 4; i++)
        {
            asc_put(" ");
            asc_put_number(sizes[i], 10, 0);
        }
        asc_put("\n");
    }
    if (asc_read("/proc/meminfo") && asc_kilobytes("MemTotal:", &sizes[0])
        && asc_kilobytes("MemAvailable:", &sizes[1]) && asc_kilobytes("SwapTotal:", &sizes[2])
        && asc_kilobytes("SwapFree:", &sizes[3]))
    {
        asc_put_key("memory");
        for (int i = 0; i < 4; i++)
        {
            if (i) asc_put(" ");
            asc_put_number(sizes[i], 10, 0);
        }
        asc_put("\n");
    }
}

static void asc_put_facts(void)
{
    char *close;
    asc_put("# addrspace capture 1\n");
    asc_put_decimal("pid", (unsigned long long)getpid());
    if (asc_read("/proc/self/stat") && strchr(asc_text, '(') && (close = strrchr(asc_text, ')')))
    {
        *close = 0;
        asc_put_field("name", strchr(asc_text, '(') + 1);
    }
    asc_put_decimal("word-size", 8 * sizeof(void *));
    asc_put_field("machine", ASC_MACHINE);
    if (asc_machines[asc_facts.kernel]) asc_put_field("kernel-machine", asc_machines[asc_facts.kernel]);
    asc_put_decimal("page-size", (unsigned long long)sysconf(_SC_PAGESIZE));
    if (asc_facts.personality >= 0) asc_put_address("personality", (unsigned long long)asc_facts.personality);
    if (asc_facts.randomized >= 0) asc_put_flag("randomized", asc_facts.randomized != 0);
    if (asc_facts.has_stack_limit)
    {
        asc_put_key("stack-limit");
        asc_put_size(asc_facts.stack_limit);
        asc_put("\n");
    }
    if (asc_facts.lowest) asc_put_address("lowest-mapping", asc_facts.lowest);
    if (asc_facts.legacy >= 0) asc_put_flag("legacy-va-layout", asc_facts.legacy != 0);
    if (asc_facts.start_of_break) asc_put_address("start-of-break", asc_facts.start_of_break);
    if (asc_facts.first_low)
    {
        asc_put_key("first-mapping");
        asc_put_range(asc_facts.first_low, asc_facts.first_high);
        asc_put("\n");
    }
#ifdef __GLIBC__
    asc_put_field("libc-version", gnu_get_libc_version());
#endif
    asc_put_limits();
}

/* What smaps tells of the mappings. */
struct asc_sums
{
    unsigned long long mapped, resident, swapped, committed;
    size_t mappings, with_flags, with_resident, with_swapped;
};

static void asc_put_trait(const char *key, const struct asc_mapping *mapping)
{
    asc_put_key(key);
    asc_put_range(mapping->low, mapping->high);
    asc_put("\n");
}

/* Flags of two letters each; what the kernel compares when it merges is "distinct" unless it is what
 * new memory has. */
static void asc_put_traits(const struct asc_mapping *mapping, const char *flags, int *is_committed)
{
    static const char usual[] = "rd wr ex mr mw me ac nr sd ";
    int no_reserve = 0, grows_down = 0, has_unusual = 0, is_plain;
    *is_committed = 0;
    while (*flags)
    {
        char flag[4] = { 0, 0, ' ', 0 };
        while (*flags == ' ') flags++;
        if (!flags[0] || !flags[1]) break;
        flag[0] = flags[0];
        flag[1] = flags[1];
        flags += 2;
        if (!strcmp(flag, "nr ")) no_reserve = 1;
        if (!strcmp(flag, "gd ")) grows_down = 1;
        if (!strcmp(flag, "ac ")) *is_committed = 1;
        if (!strstr(usual, flag)) has_unusual = 1;
    }
    is_plain = !mapping->has_file && mapping->access[1] == 'w' && mapping->access[3] == 'p'
        && (!*mapping->name || !strcmp(mapping->name, "[heap]"));
    if (no_reserve) asc_put_trait("no-reserve", mapping);
    if (grows_down) asc_put_trait("grows-down", mapping);
    if (is_plain && !grows_down && (has_unusual || !(*is_committed || no_reserve)))
        asc_put_trait("distinct", mapping);
}

static unsigned long long asc_detail(const char *line, const char *key)
{
    line += strlen(key);
    while (*line == ' ') line++;
    return asc_decimal(&line) * 1024;
}

static int asc_put_map(struct asc_sums *sums)
{
    static char name[sizeof asc_lines.line];
    struct asc_mapping mapping, next;
    const char *line;
    int is_committed;
    memset(sums, 0, sizeof *sums);
    memset(&mapping, 0, sizeof mapping);
    if ((asc_is_foreign || !asc_open_lines("/proc/self/smaps")) && !asc_open_lines("/proc/self/maps"))
        return 0;
    while ((line = asc_next_line()) != NULL)
    {
        if (asc_read_mapping(line, &next))
        {
            mapping = next;
            memcpy(name, next.name, strlen(next.name) + 1);
            mapping.name = name;
            sums->mappings++;
            if (!asc_is_gate(&mapping)) sums->mapped += mapping.high - mapping.low;
            asc_put(line);
            asc_put("\n");
        }
        else if (!strncmp(line, "Rss:", 4))
        {
            sums->with_resident++;
            sums->resident += asc_detail(line, "Rss:");
        }
        else if (!strncmp(line, "Swap:", 5))
        {
            sums->with_swapped++;
            sums->swapped += asc_detail(line, "Swap:");
        }
        else if (!strncmp(line, "VmFlags:", 8) && sums->mappings)
        {
            sums->with_flags++;
            asc_put_traits(&mapping, line + 8, &is_committed);
            if (is_committed) sums->committed += mapping.high - mapping.low;
        }
    }
    close(asc_lines.file);
    return sums->mappings > 0;
}

static void asc_put_sum(int is_known, unsigned long long bytes)
{
    asc_put(" ");
    if (is_known) asc_put_number(bytes, 10, 0);
    else asc_put("-");
}

static void asc_put_sums(const struct asc_sums *sums)
{
    size_t all = sums->mappings;
    if (sums->with_flags == all) asc_put_flag("traits-known", 1);
    if (sums->with_resident != all) return;
    asc_put("# held:");
    asc_put_sum(1, sums->resident);
    asc_put_sum(sums->with_flags == all, sums->committed);
    asc_put_sum(sums->with_swapped == all, sums->swapped);
    asc_put("\n");
}

/* All that is mapped, in bytes. */
static long long asc_mapped(void)
{
    long long pages = asc_number_in("/proc/self/statm");
    return pages < 0 ? -1 : pages * (long long)sysconf(_SC_PAGESIZE);
}

int addrspace_capture(const char *path)
{
    int is_whole = 0, was_foreign, error;
    if (asc_reserved) munmap(asc_reserved, ASC_RESERVE);
    asc_reserved = NULL;
    for (int attempt = 0; attempt < ASC_TRIES && !is_whole; attempt++)
    {
        struct asc_sums sums;
        long long before;
        was_foreign = asc_is_foreign;
        asc_file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (asc_file < 0) return -1;
        asc_out.used = 0;
        asc_out.has_failed = 0;
        asc_find_facts();
        before = asc_mapped();
        asc_put_facts();
        if (!asc_put_map(&sums)) asc_out.has_failed = 1;
        asc_put_sums(&sums);
        asc_flush();
        is_whole = before == (long long)sums.mapped && before == asc_mapped()
            && was_foreign == asc_is_foreign;
        error = errno;
        if (close(asc_file) < 0) return -1;
        errno = error;
        if (asc_out.has_failed) return -1;
    }
    return is_whole ? 0 : 1;
}

/* ---- How many fit ---- */

/* Where the kernel looks for room; the constants of docs/layouts.md. */
struct asc_flavor
{
    size_t end, stack_top, lowest, unmapped, stack_random, most_random;
    /* Whether the second search begins at the base of the first; whether its base is random. */
    int falls_to_base, has_random_fallback;
};

struct asc_layout
{
    size_t lowest, base, unmapped, end;
    int is_legacy;
};

/* What the map shows of the layout. */
struct asc_shape
{
    size_t first, top, stack_end, vdso_low, vdso_high, below;
};

static int asc_is_vdso(const char *name)
{
    return !strcmp(name, "[vdso]") || !strcmp(name, "[vvar]") || !strcmp(name, "[vvar_vclock]");
}

/* `below` becomes the end of the highest mapping that ends at or below `nominal`. */
static int asc_find_shape(struct asc_shape *shape, size_t nominal)
{
    struct asc_mapping mapping;
    const char *line;
    memset(shape, 0, sizeof *shape);
    if (!asc_open_lines("/proc/self/maps")) return 0;
    while ((line = asc_next_line()) != NULL)
    {
        if (!asc_read_mapping(line, &mapping)) continue;
        if (!shape->first) shape->first = mapping.low;
        if (!asc_is_gate(&mapping)) shape->top = mapping.high;
        if (!strcmp(mapping.name, "[stack]")) shape->stack_end = mapping.high;
        if (mapping.high <= nominal) shape->below = mapping.high;
        if (asc_is_vdso(mapping.name))
        {
            if (!shape->vdso_low) shape->vdso_low = mapping.low;
            shape->vdso_high = mapping.high;
        }
    }
    close(asc_lines.file);
    return shape->top > 0;
}

#if defined(__i386__)
static struct asc_flavor asc_flavor_of(const struct asc_shape *shape)
{
    const struct asc_flavor four = { 0xFFFFE000u, 0xFFFFE000u, 0x10000, 0x55555000, 0x7FF, 0xFFFF, 0, 1 };
    const struct asc_flavor two = { 0x80000000u, 0x80000000u, 0x10000, 0x2AAAB000, 0x7FF, 0xFFFF, 0, 0 };
    struct asc_flavor three = { 0xC0000000u, 0xC0000000u, 0x10000, 0x40000000, 0x7FF, 0xFFFF, 0, 0 };
    three.has_random_fallback = asc_facts.kernel == ASC_X86_64;
    if (asc_facts.kernel == ASC_X86_64 && asc_facts.personality >= 0)
        return asc_facts.personality & ASC_3_GIB ? three : four;
    if (shape->top > 0xC0000000u || !shape->stack_end) return four;
    return shape->top > 0x80000000u ? three : two;
}
#elif defined(__arm__)
static struct asc_flavor asc_flavor_of(const struct asc_shape *shape)
{
    const struct asc_flavor compat = { 0xFFFFF000u, 0xFFFF0000u, 0x8000, 0x40000000, 0x7FF, 0xFFFF, 0, 0 };
    const struct asc_flavor three = { 0xBF000000u, 0xBF000000u, 0x8000, 0x40000000, 0x7FF, 0xFFFF, 1, 0 };
    const struct asc_flavor two = { 0x7F000000u, 0x7F000000u, 0x8000, 0x2B000000, 0x7FF, 0x7FFF, 1, 0 };
    if (asc_facts.kernel == ASC_ARM64 || shape->top > 0xC0000000u) return compat;
    return shape->stack_end && shape->top <= 0x7F000000u ? two : three;
}
#elif defined(__x86_64__) && UINTPTR_MAX > 0xFFFFFFFFu
static struct asc_flavor asc_flavor_of(const struct asc_shape *shape)
{
    const struct asc_flavor wide = { 0x7FFFFFFFF000, 0x7FFFFFFFF000, 0x10000, 0x2AAAAAAAB000, 0x3FFFFF,
        0xFFFFFFFF, 0, 1 };
    (void)shape;
    return wide;
}
#else
static struct asc_flavor asc_flavor_of(const struct asc_shape *shape)
{
    const struct asc_flavor none = { 0, 0, 0, 0, 0, 0, 0, 0 };
    (void)shape;
    return none;
}
#endif

/* Where top-down placement begins before it is made random: a gap for the stack, at least 128 MiB and
 * at most five sixths. */
static size_t asc_nominal_base(const struct asc_flavor *flavor)
{
    unsigned long long limit = asc_facts.has_stack_limit ? asc_facts.stack_limit : 8 << 20;
    unsigned long long most = flavor->stack_top / 6 * 5, gap = most;
    unsigned long long padding = ASC_GUARD_GAP, page = ASC_PAGE;
    if (asc_facts.randomized != 0) padding += flavor->stack_random * page;
    if (limit < most) gap = limit + padding;
    if (gap < 128 << 20) gap = 128 << 20;
    if (gap > most) gap = most;
    return (size_t)((flavor->stack_top - gap + page - 1) & ~(page - 1));
}

static int asc_find_layout(struct asc_layout *layout)
{
    struct asc_flavor flavor;
    struct asc_shape shape;
    size_t low = 0, high = 0, nominal, most;
    int is_arm = !strcmp(ASC_MACHINE, "arm");
    asc_find_facts();
    if (!asc_find_shape(&shape, 0)) return 0;
    flavor = asc_flavor_of(&shape);
    if (!flavor.end)
    {
        errno = ENOSYS;
        return 0;
    }
    nominal = asc_nominal_base(&flavor);
    most = flavor.most_random * ASC_PAGE;
    if (!asc_find_shape(&shape, nominal)) return 0;
    layout->lowest = asc_facts.lowest ? asc_facts.lowest : flavor.lowest;
    if (shape.first < layout->lowest) layout->lowest = shape.first;
    layout->end = flavor.end;
    layout->unmapped = flavor.unmapped;
    layout->is_legacy = (asc_facts.personality > 0 && (asc_facts.personality & ASC_LEGACY))
        || asc_facts.legacy > 0
        || (is_arm && asc_facts.has_stack_limit && asc_facts.stack_limit == ASC_UNLIMITED);
    if (asc_facts.first_low)
    {
        low = asc_facts.first_low;
        high = asc_facts.first_high;
    }
    else if (shape.vdso_low && shape.vdso_high <= flavor.stack_top - (128 << 20))
    {
        low = shape.vdso_low;
        high = shape.vdso_high;
    }
    if (layout->is_legacy)
    {
        if (low >= flavor.unmapped && low - flavor.unmapped <= most) layout->unmapped = low;
        layout->base = layout->unmapped;
        return 1;
    }
    layout->base = high ? high : shape.below && nominal - shape.below <= most ? shape.below : nominal;
    /* Both bases move by as much, one down and the other up. */
    if (layout->base <= nominal && asc_facts.randomized != 0 && flavor.has_random_fallback
        && nominal - layout->base <= most)
        layout->unmapped += nominal - layout->base;
    if (flavor.falls_to_base) layout->unmapped = layout->base;
    return 1;
}

/* How many go downward from the highest place in a range. */
static struct asc_run asc_downward(const struct asc_block *block, size_t low, size_t high)
{
    struct asc_run run = { 0, 0, 0 };
    size_t mask = block->alignment - 1, base, step, ask = block->size + block->slack;
    if (high <= low || high - low < ask) return run;
    base = (high - ask + mask) & ~mask;
    if (base < low) return run;
    step = block->slack ? ask & ~mask : block->size;
    run.count = !block->slack ? 1 + (base - low) / step
        : base - low < ask    ? 1
                              : 2 + (base - low - ask) / step;
    run.low = base - (size_t)(run.count - 1) * step;
    run.high = base + block->size;
    return run;
}

static size_t asc_larger(size_t a, size_t b) { return a > b ? a : b; }
static size_t asc_smaller(size_t a, size_t b) { return a < b ? a : b; }

/* How many both searches place in one free range: the second one looks at what the first has left. */
static unsigned long long asc_fit(const struct asc_block *block, const struct asc_layout *layout,
    size_t low, size_t high)
{
    struct asc_run down = { 0, 0, 0 };
    if (!layout->is_legacy)
        down = asc_downward(block, asc_larger(low, layout->lowest), asc_smaller(high, layout->base));
    low = asc_larger(low, layout->unmapped);
    high = asc_smaller(high, layout->end);
    if (!down.count) return asc_upward(block, low, high).count;
    return down.count + asc_upward(block, low, asc_smaller(high, down.low)).count
        + asc_upward(block, asc_larger(low, down.high), high).count;
}

long long addrspace_fits(size_t bytes, size_t alignment)
{
    struct asc_block block = { 0, 0, 1 };
    struct asc_layout layout;
    struct asc_mapping mapping;
    const char *line;
    unsigned long long count = 0, soft = 0, hard = 0, used = 0, ask, by_limit;
    size_t at = 0;
    if (alignment && !asc_is_power(alignment))
    {
        errno = EINVAL;
        return -1;
    }
    if (!asc_find_layout(&layout)) return -1;
    if (bytes > (size_t)-1 - ASC_PAGE) return 0;
    block.size = bytes ? (bytes + ASC_PAGE - 1) & ~(ASC_PAGE - 1) : ASC_PAGE;
    block.alignment = asc_larger(alignment, ASC_PAGE);
    block.slack = block.alignment - ASC_PAGE;
    if (block.slack > (size_t)-1 - block.size) return 0;
    if (!asc_open_lines("/proc/self/maps")) return -1;
    at = layout.lowest;
    while ((line = asc_next_line()) != NULL)
    {
        size_t end;
        if (!asc_read_mapping(line, &mapping)) continue;
        if (asc_is_gate(&mapping)) continue;
        used += mapping.high - mapping.low;
        end = mapping.low;
        if (!strcmp(mapping.name, "[stack]")) end = end > ASC_GUARD_GAP ? end - ASC_GUARD_GAP : 0;
        if (end > at) count += asc_fit(&block, &layout, at, end);
        at = asc_larger(at, mapping.high);
    }
    close(asc_lines.file);
    if (at < layout.end) count += asc_fit(&block, &layout, at, layout.end);
    if (asc_read("/proc/self/limits") && asc_limit("Max address space", &soft, &hard)
        && soft != ASC_UNLIMITED)
    {
        ask = (unsigned long long)block.size + block.slack;
        soft -= soft % ASC_PAGE;
        by_limit = soft < used || soft - used < ask ? 0 : 1 + (soft - used - ask) / block.size;
        if (by_limit < count) count = by_limit;
    }
    return (long long)count;
}

#else

/* =============================== Windows =============================== */

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#include <windows.h>
#include <psapi.h>
#include <tlhelp32.h>

enum { ASC_PATH = 1024, ASC_MOST_THREADS = 1024, ASC_GRANULARITY = 65536 };

static void *asc_reserved;
static HANDLE asc_file = INVALID_HANDLE_VALUE;

int addrspace_reserve(void)
{
    if (!asc_reserved) asc_reserved = VirtualAlloc(NULL, ASC_RESERVE, MEM_RESERVE, PAGE_NOACCESS);
    return asc_reserved ? 0 : -1;
}

static int asc_write(const char *bytes, size_t count)
{
    while (count)
    {
        DWORD done = 0;
        if (!WriteFile(asc_file, bytes, (DWORD)count, &done, NULL) || !done) return 0;
        bytes += done;
        count -= done;
    }
    return 1;
}

/* ---- The system's functions that older ones lack, or that need a library ---- */

typedef LONG(NTAPI *asc_query_t)(HANDLE, int, PVOID, ULONG, PULONG);
typedef LONG(NTAPI *asc_version_t)(OSVERSIONINFOW *);
typedef BOOL(WINAPI *asc_wow64_t)(HANDLE, PBOOL);
typedef DWORD(WINAPI *asc_mapped_name_t)(HANDLE, LPVOID, LPWSTR, DWORD);
typedef BOOL(WINAPI *asc_performance_t)(PPERFORMANCE_INFORMATION, DWORD);
typedef BOOL(WINAPI *asc_held_t)(HANDLE, PPROCESS_MEMORY_COUNTERS, DWORD);

static int asc_find(const char *library, const char *name, void *pointer)
{
    HMODULE module = GetModuleHandleA(library);
    FARPROC found = module ? GetProcAddress(module, name) : NULL;
    memcpy(pointer, &found, sizeof found);
    return found != NULL;
}

/* ---- Threads and heaps ---- */

typedef ULONG_PTR asc_address;

struct asc_thread
{
    DWORD id;
    asc_address block, low, high, wide_block, wide_low, wide_high;
    /* The allocation that the block is cut from, often with others. */
    asc_address block_allocation;
};

static struct asc_thread asc_threads[ASC_MOST_THREADS];
static size_t asc_thread_count;
static HANDLE asc_heaps[256];
static size_t asc_heap_count;
static int asc_is_wow64, asc_is_64bit;

/* Another thread's memory may go while it is read. */
static asc_address asc_word(asc_address at)
{
    asc_address value = 0;
    SIZE_T done;
    if (!ReadProcessMemory(GetCurrentProcess(), (LPCVOID)at, &value, sizeof value, &done)) return 0;
    return value;
}

static int asc_is_narrow(void) { return sizeof(void *) == 4; }

static int asc_read_block(asc_address block, asc_address *low, asc_address *high)
{
    if (!block || asc_word(block + (asc_is_narrow() ? 0x18 : 0x30)) != block) return 0;
    *high = asc_word(block + sizeof(void *));
    *low = asc_word(block + (asc_is_narrow() ? 0xE0C : 0x1478)); /* DeallocationStack */
    if (*low >= *high) *low = *high = 0;
    return 1;
}

/* The 64-bit side of a thread under WOW64: its numbers fit into 32 bits. */
static void asc_read_wide(struct asc_thread *thread)
{
    asc_address block = asc_word(thread->block + 0xF70);
    if (!block || asc_word(block + 0x30) != block) return;
    thread->wide_block = block;
    thread->wide_high = asc_word(block + 8);
    thread->wide_low = asc_word(block + 0x1478);
    if (thread->wide_low >= thread->wide_high) thread->wide_low = thread->wide_high = 0;
}

static asc_address asc_allocation(asc_address at)
{
    MEMORY_BASIC_INFORMATION region;
    if (!VirtualQuery((LPCVOID)at, &region, sizeof region) || region.State == MEM_FREE) return 0;
    return (asc_address)region.AllocationBase;
}

static asc_address asc_environment;

/* ThreadBasicInformation: the thread's environment block, and by that its stack. */
static void asc_add_thread(DWORD id, HANDLE handle)
{
    struct { LONG_PTR status; PVOID block; ULONG_PTR rest[5]; } basic;
    struct asc_thread *thread = &asc_threads[asc_thread_count];
    asc_address block;
    asc_query_t query;
    if (asc_thread_count == ASC_MOST_THREADS) return;
    if (!asc_find("ntdll.dll", "NtQueryInformationThread", &query)) return;
    if (query(handle, 0, &basic, sizeof basic, NULL) < 0) return;
    block = (asc_address)basic.block;
    memset(thread, 0, sizeof *thread);
    thread->id = id;
    if (!asc_read_block(block, &thread->low, &thread->high)) return;
    thread->block = block;
    thread->block_allocation = asc_allocation(block);
    if (asc_is_wow64) asc_read_wide(thread);
    asc_thread_count++;
}

static void asc_find_threads(void)
{
    THREADENTRY32 entry;
    HANDLE list;
    asc_thread_count = 0;
    asc_add_thread(GetCurrentThreadId(), GetCurrentThread());
    if (asc_thread_count)
        asc_environment = asc_word(asc_threads[0].block + (asc_is_narrow() ? 0x30 : 0x60));
    list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (list == INVALID_HANDLE_VALUE) return;
    memset(&entry, 0, sizeof entry);
    entry.dwSize = sizeof entry;
    if (Thread32First(list, &entry))
    {
        do
        {
            HANDLE thread;
            if (entry.th32OwnerProcessID != GetCurrentProcessId()) continue;
            if (entry.th32ThreadID == GetCurrentThreadId()) continue;
            thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, entry.th32ThreadID);
            if (!thread) continue;
            asc_add_thread(entry.th32ThreadID, thread);
            CloseHandle(thread);
        } while (Thread32Next(list, &entry));
    }
    CloseHandle(list);
}

/* ---- The text ---- */

static WCHAR asc_devices[26][128];

static void asc_find_devices(void)
{
    WCHAR drive[3] = { L'A', L':', 0 };
    for (int letter = 0; letter < 26; letter++)
    {
        drive[0] = (WCHAR)(L'A' + letter);
        if (!QueryDosDeviceW(drive, asc_devices[letter], 128)) asc_devices[letter][0] = 0;
    }
}

/* A path in UTF-8, with a drive in the place of a device. */
static void asc_put_path(const WCHAR *path)
{
    static char text[4 * ASC_PATH];
    char drive[3] = { 0, ':', 0 };
    for (int letter = 0; letter < 26 && !drive[0]; letter++)
    {
        size_t length = 0;
        while (asc_devices[letter][length] && asc_devices[letter][length] == path[length]) length++;
        if (length && !asc_devices[letter][length] && path[length] == L'\\')
        {
            drive[0] = (char)('A' + letter);
            path += length;
        }
    }
    if (drive[0]) asc_put(drive);
    else if (path[0] == L'\\' && path[1] == L'?' && path[2] == L'?' && path[3] == L'\\') path += 4;
    if (!WideCharToMultiByte(CP_UTF8, 0, path, -1, text, sizeof text, NULL, NULL)) text[0] = 0;
    asc_put_line(text);
}

static WCHAR asc_path[ASC_PATH];

/* The file behind an allocation into asc_path; answers whether there is one. */
static int asc_find_path(const MEMORY_BASIC_INFORMATION *region)
{
    asc_mapped_name_t ask;
    DWORD length = 0;
    if (region->Type != MEM_IMAGE && region->Type != MEM_MAPPED) return 0;
    /* The name that a module was loaded by; the file may have others, or be mapped without a loader. */
    if (region->Type == MEM_IMAGE)
        length = GetModuleFileNameW((HMODULE)region->AllocationBase, asc_path, ASC_PATH - 1);
    if (!length
        && (asc_find("kernel32.dll", "K32GetMappedFileNameW", &ask)
            || asc_find("psapi.dll", "GetMappedFileNameW", &ask)))
        length = ask(GetCurrentProcess(), region->AllocationBase, asc_path, ASC_PATH - 1);
    asc_path[length < ASC_PATH ? length : ASC_PATH - 1] = 0;
    return length > 0;
}

/* The heap that an allocation is, or is a further segment of; zero where it is none. */
static asc_address asc_heap_of(asc_address allocation)
{
    asc_address kept = 0;
    DWORD mark;
    for (size_t i = 0; i < asc_heap_count; i++)
        if ((asc_address)asc_heaps[i] == allocation) return allocation;
    /* Behind an entry of two words stand the segment's mark, flags, its place in a list, its heap. */
    mark = (DWORD)asc_word(allocation + 2 * sizeof(void *));
    if (mark == 0xDDEEDDEE) kept = allocation;
    else if (mark == 0xFFEEFFEE) kept = asc_word(allocation + (asc_is_narrow() ? 0x18 : 0x28));
    return kept % ASC_GRANULARITY ? 0 : kept;
}

enum { ASC_NOTHING, ASC_PEB, ASC_TEB, ASC_STACK, ASC_STACK64, ASC_SHARED, ASC_BLOCKS, ASC_HEAP };

/* What uses a region, and its thread's id or its heap's address. */
static int asc_use(asc_address low, asc_address high, asc_address allocation, DWORD type,
    unsigned long long *number)
{
    size_t i;
    if (asc_environment >= low && asc_environment < high) return ASC_PEB;
    for (i = 0; i < asc_thread_count; i++)
    {
        const struct asc_thread *thread = &asc_threads[i];
        *number = thread->id;
        if (thread->block >= low && thread->block < high) return ASC_TEB;
        if (thread->wide_block >= low && thread->wide_block < high && thread->wide_block) return ASC_TEB;
        if (thread->low < high && low < thread->high) return ASC_STACK;
        if (thread->wide_low < high && low < thread->wide_high) return ASC_STACK64;
    }
    if (low == 0x7FFE0000) return ASC_SHARED;
    if (type != MEM_PRIVATE) return ASC_NOTHING;
    for (i = 0; i < asc_thread_count; i++)
        if (asc_threads[i].block_allocation == allocation) return ASC_BLOCKS;
    *number = asc_heap_of(allocation);
    return *number ? ASC_HEAP : ASC_NOTHING;
}

static const char *asc_kind(const MEMORY_BASIC_INFORMATION *region, int use, int has_path)
{
    if (use == ASC_STACK || use == ASC_STACK64) return "stack";
    if (use && use != ASC_HEAP) return "system";
    if (region->Type == MEM_IMAGE) return "image";
    if (region->State == MEM_RESERVE) return "reserved";
    if (use == ASC_HEAP) return "heap";
    if (region->Type != MEM_MAPPED) return "anonymous";
    return has_path ? "file" : "shared";
}

static void asc_put_region(const MEMORY_BASIC_INFORMATION *region)
{
    static const char *const names[] = { "", "[peb]", "[teb:", "[stack:", "[stack64:",
        "[shared user data]", "[peb and tebs]", "[heap:0x" };
    const DWORD copies = PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY;
    const DWORD write = PAGE_READWRITE | PAGE_EXECUTE_READWRITE | copies;
    const DWORD read = write | PAGE_READONLY | PAGE_EXECUTE_READ;
    const DWORD execute =
        PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE | PAGE_EXECUTE_WRITECOPY;
    asc_address low = (asc_address)region->BaseAddress, high = low + region->RegionSize;
    asc_address allocation = (asc_address)region->AllocationBase;
    DWORD protection = region->State == MEM_COMMIT ? region->Protect : 0;
    DWORD allowed = protection & (PAGE_NOACCESS | PAGE_GUARD) ? 0 : protection;
    unsigned long long number = 0;
    int use = asc_use(low, high, allocation, region->Type, &number);
    int has_path = !use && asc_find_path(region);
    asc_put_range(low, high);
    asc_put(allowed & read ? " r" : " -");
    asc_put(allowed & write ? "w" : "-");
    asc_put(allowed & execute ? "x" : "-");
    asc_put(region->Type == MEM_MAPPED && !(protection & copies) ? "s " : "p ");
    asc_put_number(low - allocation, 16, 8);
    asc_put(" 00:00 0");
    if (use || has_path) asc_put("                          ");
    asc_put(names[use]);
    if (use == ASC_HEAP) asc_put_number(number, 16, 8);
    else if (use == ASC_TEB || use == ASC_STACK || use == ASC_STACK64) asc_put_number(number, 10, 0);
    if (names[use][0] && names[use][strlen(names[use]) - 1] != ']') asc_put("]");
    if (has_path) asc_put_path(asc_path);
    asc_put("\n");
    asc_put_key("kind");
    asc_put_range(low, high);
    asc_put(" ");
    asc_put(asc_kind(region, use, has_path));
    asc_put("\n");
}

static void asc_put_system(void)
{
    static OSVERSIONINFOW version;
    PERFORMANCE_INFORMATION system;
    PROCESS_MEMORY_COUNTERS held;
    asc_version_t ask_version;
    asc_performance_t ask_system;
    asc_held_t ask_held;
    asc_put_key("windows");
    version.dwOSVersionInfoSize = sizeof version;
    if (asc_find("ntdll.dll", "RtlGetVersion", &ask_version) && ask_version(&version) >= 0)
    {
        asc_put_number(version.dwMajorVersion, 10, 0);
        asc_put(".");
        asc_put_number(version.dwMinorVersion, 10, 0);
        asc_put(".");
        asc_put_number(version.dwBuildNumber, 10, 0);
        asc_put("\n");
    }
    else asc_put("unknown\n");
    asc_put_flag("windows-64-bit", asc_is_64bit);
    if (asc_find("kernel32.dll", "K32GetPerformanceInfo", &ask_system)
        && ask_system(&system, sizeof system) && system.CommitLimit)
    {
        asc_put_key("commit");
        asc_put_number((unsigned long long)system.CommitLimit * system.PageSize, 10, 0);
        asc_put(" ");
        asc_put_number((unsigned long long)system.CommitTotal * system.PageSize, 10, 0);
        asc_put("\n");
    }
    if (asc_find("kernel32.dll", "K32GetProcessMemoryInfo", &ask_held)
        && ask_held(GetCurrentProcess(), &held, sizeof held))
    {
        asc_put_key("held");
        asc_put_number(held.WorkingSetSize, 10, 0);
        asc_put(" ");
        asc_put_number(held.PagefileUsage, 10, 0);
        asc_put(" -\n");
    }
}

/* The next region from `at` on, free ones too; answers where it ends, 0 where there is none. */
static asc_address asc_next(asc_address at, MEMORY_BASIC_INFORMATION *region)
{
    asc_address end;
    if (!VirtualQuery((LPCVOID)at, region, sizeof *region)) return 0;
    end = (asc_address)region->BaseAddress + region->RegionSize;
    return end > at ? end : 0;
}

static void asc_find_width(void)
{
    asc_wow64_t ask;
    BOOL answer = FALSE;
    asc_is_wow64 = asc_is_narrow() && asc_find("kernel32.dll", "IsWow64Process", &ask)
        && ask(GetCurrentProcess(), &answer) && answer;
    asc_is_64bit = asc_is_wow64 || !asc_is_narrow();
}

static void asc_put_image(void)
{
    const char *base = (const char *)GetModuleHandleA(NULL);
    const IMAGE_FILE_HEADER *header;
    DWORD length;
    const WCHAR *file = asc_path;
    header = (const IMAGE_FILE_HEADER *)(base + ((const IMAGE_DOS_HEADER *)base)->e_lfanew + 4);
    length = GetModuleFileNameW(NULL, asc_path, ASC_PATH - 1);
    asc_path[length < ASC_PATH ? length : ASC_PATH - 1] = 0;
    for (DWORD i = 0; i < length; i++)
        if (asc_path[i] == L'\\') file = asc_path + i + 1;
    asc_put_key("name");
    asc_put_path(file);
    asc_put("\n");
    asc_put_decimal("word-size", 8 * sizeof(void *));
    switch (header->Machine)
    {
    case 0x14C: asc_put_field("machine", "i386"); break;
    case 0x8664: asc_put_field("machine", "x86_64"); break;
    case 0x1C0:
    case 0x1C4: asc_put_field("machine", "arm"); break;
    case 0xAA64: asc_put_field("machine", "arm64"); break;
    default: asc_put_field("machine", "other"); break;
    }
    asc_put_flag("large-address-aware", (header->Characteristics & IMAGE_FILE_LARGE_ADDRESS_AWARE) != 0);
}

int addrspace_capture(const char *path)
{
    MEMORY_BASIC_INFORMATION region;
    SYSTEM_INFO info;
    asc_address at = 0, end, first_sum = 0, second_sum = 0;
    if (asc_reserved) VirtualFree(asc_reserved, 0, MEM_RELEASE);
    asc_reserved = NULL;
    asc_file = CreateFileA(path, GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS,
        FILE_ATTRIBUTE_NORMAL, NULL);
    if (asc_file == INVALID_HANDLE_VALUE) return -1;
    asc_out.used = 0;
    asc_out.has_failed = 0;
    asc_find_width();
    asc_find_devices();
    asc_find_threads();
    asc_heap_count = GetProcessHeaps(sizeof asc_heaps / sizeof *asc_heaps, asc_heaps);
    if (asc_heap_count > sizeof asc_heaps / sizeof *asc_heaps) asc_heap_count = 0;
    GetSystemInfo(&info);
    asc_put("# addrspace capture 1\n");
    asc_put_decimal("pid", GetCurrentProcessId());
    asc_put_image();
    asc_put_decimal("page-size", info.dwPageSize);
    asc_put_system();
    /* In any order: what is taken, and where each region ends, must be the same before and after. */
    while ((end = asc_next(at, &region)) != 0)
    {
        first_sum = first_sum * 31 + (region.State == MEM_FREE ? 0 : end + region.State);
        at = end;
    }
    asc_put_address("windows-end", at);
    at = 0;
    while ((end = asc_next(at, &region)) != 0)
    {
        second_sum = second_sum * 31 + (region.State == MEM_FREE ? 0 : end + region.State);
        if (region.State != MEM_FREE) asc_put_region(&region);
        at = end;
    }
    asc_flush();
    CloseHandle(asc_file);
    asc_file = INVALID_HANDLE_VALUE;
    if (asc_out.has_failed) return -1;
    return first_sum == second_sum ? 0 : 1;
}

long long addrspace_fits(size_t bytes, size_t alignment)
{
    MEMORY_BASIC_INFORMATION region;
    struct asc_block block = { 0, 0, ASC_GRANULARITY };
    SYSTEM_INFO info;
    asc_address at, end, low = 0;
    unsigned long long count = 0;
    if (alignment && !asc_is_power(alignment)) return -1;
    GetSystemInfo(&info);
    at = (asc_address)info.lpMinimumApplicationAddress;
    if (bytes > (size_t)-1 - info.dwPageSize) return 0;
    block.size = ((bytes ? bytes : 1) + info.dwPageSize - 1) & ~(size_t)(info.dwPageSize - 1);
    if (alignment > block.alignment) block.alignment = alignment;
    /* Free neighbours are one span, however they are listed. */
    while ((end = asc_next(at, &region)) != 0)
    {
        if (region.State == MEM_FREE)
        {
            if (!low) low = at;
        }
        else
        {
            if (low) count += asc_upward(&block, low, at).count;
            low = 0;
        }
        at = end;
    }
    if (low) count += asc_upward(&block, low, at).count;
    return (long long)count;
}

#endif /* _WIN32 */

#endif /* ADDRSPACE_CAPTURE_IMPLEMENTATION */
