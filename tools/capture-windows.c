/* Writes a capture of a Windows process: its regions, and what decides its layout.
 *
 *     capture-windows PID > program.capture
 *     addrspace inspect program.capture                        (on any Linux machine)
 *
 * One file, for Windows XP and later:
 *
 *     i686-w64-mingw32-gcc -Os -o capture-windows.exe capture-windows.c -lpsapi
 *     x86_64-w64-mingw32-gcc -Os -o capture-windows-64.exe capture-windows.c -lpsapi
 *
 * The 32-bit program reads 32-bit processes, the 64-bit one both. It needs the right to read the
 * process (the same user, or an administrator), does not stop it and changes nothing in it. A map
 * that does not hold still is read again.
 *
 * Status: 0; 64 for wrong arguments, 65 for a process that keeps changing, 66 where there is no such
 * process, 74 where the capture cannot be written, 77 where the process may not be read.
 *
 * The form of a capture is described in docs/capture.md.
 */
#define PSAPI_VERSION 1
#define WIN32_LEAN_AND_MEAN
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0501
#endif
#include <windows.h>
#include <fcntl.h>
#include <io.h>
#include <psapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tlhelp32.h>

enum { OK = 0, USAGE = 64, CHANGING = 65, NOT_FOUND = 66, CANNOT_WRITE = 74, DENIED = 77 };

/* An address of the process: of 64 bits in either build. */
typedef ULONGLONG address_t;

enum { PATH_UNITS = 1024, MOST_THREADS = 4096, MOST_HEAPS = 4096, MOST_READINGS = 20 };

static HANDLE process;
static DWORD process_id;
static int is_64bit_system;
/* Whether its addresses have 32 bits. */
static int is_narrow;

/* ---- What is read ---- */

struct region
{
    address_t low, high, allocation;
    DWORD state, protection, type;
};

struct regions
{
    struct region *all;
    size_t count, room;
    /* Where the last one ends, free ones too: the first address beyond the user space. */
    address_t end;
};

struct thread
{
    DWORD id;
    /* Its environment block; its stack, lowest reserved address first. Zero where not known. */
    address_t block, stack_low, stack_high;
    /* The allocation that the block is cut from, often with others. */
    address_t block_allocation;
    /* The same of the 64-bit side of a thread under WOW64. */
    address_t wide_block, wide_stack_low, wide_stack_high;
};

static struct thread threads[MOST_THREADS];
static size_t thread_count;
static address_t heaps[MOST_HEAPS];
static size_t heap_count;
static address_t environment, image_base;
static WORD image_machine;
/* 1, 0, or -1 where it is not known. */
static int is_large_address_aware = -1;

/* ---- The process's memory ---- */

static int read_memory(address_t at, void *to, size_t size)
{
    SIZE_T done = 0;
    if (at > (ULONG_PTR)-1 - size) return 0;
    return ReadProcessMemory(process, (LPCVOID)(ULONG_PTR)at, to, size, &done) && done == size;
}

/* A number of `width` bytes, zero where it cannot be read. */
static address_t read_number(address_t at, size_t width)
{
    address_t value = 0;
    return read_memory(at, &value, width) ? value : 0;
}

/* A pointer at one place of a 32-bit structure and another of a 64-bit one. */
static address_t read_pointer(address_t base, unsigned narrow, unsigned wide)
{
    return is_narrow ? read_number(base + narrow, 4) : read_number(base + wide, 8);
}

/* ---- The system's functions that no import library has ---- */

typedef LONG(NTAPI *query_process_t)(HANDLE, int, PVOID, ULONG, PULONG);
typedef LONG(NTAPI *query_thread_t)(HANDLE, int, PVOID, ULONG, PULONG);
typedef LONG(NTAPI *get_version_t)(OSVERSIONINFOW *);
typedef BOOL(WINAPI *is_wow64_t)(HANDLE, PBOOL);
typedef VOID(WINAPI *native_info_t)(LPSYSTEM_INFO);
typedef BOOL(WINAPI *performance_t)(PPERFORMANCE_INFORMATION, DWORD);

/* A function, through a pointer of no particular kind. */
static void *function(const char *library, const char *name)
{
    HMODULE module = GetModuleHandleA(library);
    FARPROC found = module ? GetProcAddress(module, name) : NULL;
    void *pointer;
    memcpy(&pointer, &found, sizeof pointer);
    return pointer;
}

#define FUNCTION(type, variable, library, name) \
    type variable; \
    { \
        void *pointer_ = function(library, name); \
        memcpy(&variable, &pointer_, sizeof variable); \
    }

static int is_wow64(HANDLE of)
{
    BOOL answer = FALSE;
    FUNCTION(is_wow64_t, ask, "kernel32.dll", "IsWow64Process")
    return ask && ask(of, &answer) && answer;
}

static void find_widths(void)
{
    SYSTEM_INFO info;
    FUNCTION(native_info_t, native, "kernel32.dll", "GetNativeSystemInfo")
    if (native) native(&info);
    else GetSystemInfo(&info);
    is_64bit_system = info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_AMD64
        || info.wProcessorArchitecture == PROCESSOR_ARCHITECTURE_IA64
        || info.wProcessorArchitecture == 12; /* PROCESSOR_ARCHITECTURE_ARM64 */
    is_narrow = !is_64bit_system || is_wow64(process);
}

/* ---- Environment blocks, threads, heaps ---- */

struct basic_process
{
    LONG_PTR status;
    PVOID environment;
    ULONG_PTR rest[4];
};

struct basic_thread
{
    LONG_PTR status;
    PVOID block;
    PVOID process, thread;
    ULONG_PTR rest[3];
};

/* ProcessBasicInformation and ProcessWow64Information. */
static void find_environment(void)
{
    struct basic_process basic;
    FUNCTION(query_process_t, query, "ntdll.dll", "NtQueryInformationProcess")
    if (!query) return;
    if (sizeof(void *) == 8 && is_narrow)
    {
        ULONG_PTR narrow = 0;
        if (query(process, 26, &narrow, sizeof narrow, NULL) >= 0) environment = narrow;
    }
    else if (query(process, 0, &basic, sizeof basic, NULL) >= 0)
        environment = (ULONG_PTR)basic.environment;
    if (environment) image_base = read_pointer(environment, 0x08, 0x10);
}

/* The machine and the flags of the program's own header. */
static void read_image(void)
{
    IMAGE_DOS_HEADER dos;
    struct
    {
        DWORD signature;
        IMAGE_FILE_HEADER file;
    } header;
    if (!image_base || !read_memory(image_base, &dos, sizeof dos)) return;
    if (dos.e_magic != IMAGE_DOS_SIGNATURE || dos.e_lfanew < 0) return;
    if (!read_memory(image_base + (address_t)dos.e_lfanew, &header, sizeof header)) return;
    if (header.signature != IMAGE_NT_SIGNATURE) return;
    image_machine = header.file.Machine;
    is_large_address_aware = (header.file.Characteristics & IMAGE_FILE_LARGE_ADDRESS_AWARE) != 0;
}

static address_t allocation_of(address_t at)
{
    MEMORY_BASIC_INFORMATION info;
    if (!at || !VirtualQueryEx(process, (LPCVOID)(ULONG_PTR)at, &info, sizeof info)) return 0;
    return info.State == MEM_FREE ? 0 : (ULONG_PTR)info.AllocationBase;
}

/* Where a thread's stack is, by its environment block; the block knows its own address. */
static int read_block(address_t block, int narrow, address_t *low, address_t *high)
{
    size_t width = narrow ? 4 : 8;
    if (!block || read_number(block + (narrow ? 0x18 : 0x30), width) != block) return 0;
    *high = read_number(block + width, width);
    *low = read_number(block + (narrow ? 0xE0C : 0x1478), width);
    if (*low >= *high) *low = *high = 0;
    return 1;
}

/* ThreadBasicInformation; under WOW64 the blocks of both sides lead to each other. */
static void read_thread(struct thread *thread, query_thread_t query)
{
    struct basic_thread basic;
    address_t block;
    HANDLE handle = OpenThread(THREAD_QUERY_INFORMATION, FALSE, thread->id);
    if (!handle) return;
    if (query(handle, 0, &basic, sizeof basic, NULL) >= 0)
    {
        block = (ULONG_PTR)basic.block;
        if (!is_narrow)
        {
            if (read_block(block, 0, &thread->stack_low, &thread->stack_high)) thread->block = block;
        }
        else
        {
            if (!read_block(block, 1, &thread->stack_low, &thread->stack_high))
            {
                /* The 64-bit block begins with a pointer to the 32-bit one. */
                block = read_number(block, 4);
                if (!read_block(block, 1, &thread->stack_low, &thread->stack_high)) block = 0;
            }
            thread->block = block;
            if (block && is_64bit_system)
            {
                block = read_number(block + 0xF70, 4);
                if (read_block(block, 0, &thread->wide_stack_low, &thread->wide_stack_high))
                    thread->wide_block = block;
            }
        }
    }
    thread->block_allocation = allocation_of(thread->block);
    CloseHandle(handle);
}

static void find_threads(void)
{
    THREADENTRY32 entry;
    HANDLE list;
    FUNCTION(query_thread_t, query, "ntdll.dll", "NtQueryInformationThread")
    thread_count = 0;
    list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (list == INVALID_HANDLE_VALUE || !query) return;
    entry.dwSize = sizeof entry;
    if (Thread32First(list, &entry))
    {
        do
        {
            if (entry.th32OwnerProcessID == process_id && thread_count < MOST_THREADS)
            {
                struct thread *thread = &threads[thread_count++];
                memset(thread, 0, sizeof *thread);
                thread->id = entry.th32ThreadID;
                read_thread(thread, query);
            }
            entry.dwSize = sizeof entry;
        } while (Thread32Next(list, &entry));
    }
    CloseHandle(list);
}

static void find_heaps(void)
{
    address_t list, first, width = is_narrow ? 4 : 8, index, count;
    heap_count = 0;
    if (!environment) return;
    first = read_pointer(environment, 0x18, 0x30);
    count = read_number(environment + (is_narrow ? 0x88 : 0xE8), 4);
    list = read_pointer(environment, 0x90, 0xF0);
    for (index = 0; list && index < count && heap_count < MOST_HEAPS; index++)
    {
        address_t heap = read_number(list + index * width, (size_t)width);
        if (heap) heaps[heap_count++] = heap;
    }
    if (heap_count == 0 && first) heaps[heap_count++] = first;
}

/* The heap that an allocation is, or is a further segment of; zero where it is none. */
static address_t heap_of(address_t allocation)
{
    static address_t last, kept;
    address_t width = is_narrow ? 4 : 8, mark;
    size_t index;
    if (last == allocation) return kept;
    last = allocation;
    kept = 0;
    for (index = 0; index < heap_count; index++)
        if (heaps[index] == allocation) return kept = allocation;
    /* Behind an entry of two words stand the segment's mark, flags, its place in a list, its heap. */
    mark = read_number(allocation + 2 * width, 4);
    if (mark == 0xDDEEDDEE) kept = allocation;
    else if (mark == 0xFFEEFFEE)
    {
        kept = read_number(allocation + (is_narrow ? 0x18 : 0x28), (size_t)width);
        if (kept % 65536) kept = 0;
    }
    return kept;
}

/* ---- The regions ---- */

/* What a 32-bit process has at most; 64-bit Windows shows more above it. */
static address_t most_end(void)
{
    if (!is_narrow) return (address_t)-1;
    if (is_large_address_aware == 0) return 0x7FFF0000;
    return is_64bit_system ? 0xFFFF0000 : 0x100000000ULL;
}

static void walk(struct regions *found)
{
    address_t at = 0, limit = most_end();
    found->count = 0;
    found->end = 0;
    while (at < limit && at <= (ULONG_PTR)-1)
    {
        MEMORY_BASIC_INFORMATION info;
        address_t low, high;
        if (!VirtualQueryEx(process, (LPCVOID)(ULONG_PTR)at, &info, sizeof info)) break;
        low = (ULONG_PTR)info.BaseAddress;
        high = low + info.RegionSize;
        if (low > at || high <= at) break;
        if (high > limit) high = limit;
        if (info.State != MEM_FREE)
        {
            struct region *region;
            if (found->count == found->room)
            {
                size_t room = found->room ? 2 * found->room : 4096;
                region = realloc(found->all, room * sizeof *region);
                if (!region)
                {
                    fputs("capture-windows: no memory for the list of regions.\n", stderr);
                    exit(CANNOT_WRITE);
                }
                found->all = region;
                found->room = room;
            }
            region = &found->all[found->count++];
            memset(region, 0, sizeof *region);
            region->low = low;
            region->high = high;
            region->allocation = (ULONG_PTR)info.AllocationBase;
            region->state = info.State;
            region->protection = info.State == MEM_COMMIT ? info.Protect : 0;
            region->type = info.Type;
        }
        at = high;
    }
    found->end = at;
}

static int are_same(const struct regions *one, const struct regions *other)
{
    return one->count == other->count && one->end == other->end
        && (one->count == 0 || !memcmp(one->all, other->all, one->count * sizeof *one->all));
}

/* ---- Paths ---- */

/* What the system calls each drive: \Device\HarddiskVolume2 for C:. */
static WCHAR devices[26][PATH_UNITS];

static void find_devices(void)
{
    WCHAR drive[3] = L"A:";
    for (int letter = 0; letter < 26; letter++)
    {
        drive[0] = (WCHAR)(L'A' + letter);
        if (!QueryDosDeviceW(drive, devices[letter], PATH_UNITS)) devices[letter][0] = 0;
    }
}

/* The path with a drive in the place of a device. */
static void shorten(WCHAR *path)
{
    WCHAR rest[PATH_UNITS];
    for (int letter = 0; letter < 26; letter++)
    {
        size_t length = wcslen(devices[letter]);
        if (length && !wcsncmp(path, devices[letter], length) && path[length] == L'\\')
        {
            wcscpy(rest, path + length);
            path[0] = (WCHAR)(L'A' + letter);
            path[1] = L':';
            wcscpy(path + 2, rest);
            return;
        }
    }
    if (!wcsncmp(path, L"\\??\\", 4) || !wcsncmp(path, L"\\\\?\\", 4))
        memmove(path, path + 4, (wcslen(path + 4) + 1) * sizeof *path);
}

/* A text in one line of UTF-8. */
static const char *in_utf8(const WCHAR *text)
{
    static char bytes[4 * PATH_UNITS];
    if (!WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, sizeof bytes, NULL, NULL)) bytes[0] = 0;
    for (char *byte = bytes; *byte; byte++)
        if ((unsigned char)*byte < 0x20 || *byte == 0x7F) *byte = '?';
    return bytes;
}

/* The file behind an allocation, empty where there is none. */
static const char *path_of(const struct region *region)
{
    static address_t last;
    static char kept[4 * PATH_UNITS];
    WCHAR path[PATH_UNITS] = L"";
    if (region->type != MEM_IMAGE && region->type != MEM_MAPPED) return "";
    if (last == region->allocation && last) return kept;
    LPVOID base = (LPVOID)(ULONG_PTR)region->allocation;
    /* The name that a module was loaded by; the file may have others, or be mapped without a loader. */
    if ((region->type != MEM_IMAGE
            || !GetModuleFileNameExW(process, (HMODULE)base, path, PATH_UNITS - 2))
        && !GetMappedFileNameW(process, base, path, PATH_UNITS - 2))
        path[0] = 0;
    path[PATH_UNITS - 1] = 0;
    shorten(path);
    strcpy(kept, in_utf8(path));
    last = region->allocation;
    return kept;
}

/* ---- The text ---- */

static void put_hex(address_t value)
{
    DWORD high = (DWORD)(value >> 32), low = (DWORD)value;
    if (high) printf("%lx%08lx", (unsigned long)high, (unsigned long)low);
    else printf("%08lx", (unsigned long)low);
}

/* printf of old C libraries knows no number of 64 bits. */
static void put_decimal(address_t value)
{
    char digits[24];
    size_t count = sizeof digits;
    digits[--count] = 0;
    do digits[--count] = (char)('0' + value % 10);
    while (value /= 10);
    fputs(digits + count, stdout);
}

static int is_inside(address_t at, const struct region *region)
{
    return at && at >= region->low && at < region->high;
}

/* Where every process sees what the system tells all. */
static const address_t shared_user_data = 0x7FFE0000;

/* What a region is, by the first of what uses it: its name, and its kind where that is not told by
   how it was made. */
static const char *name_of(const struct region *region, const char **kind)
{
    static char name[64];
    size_t index;
    *kind = NULL;
    if (is_inside(environment, region))
    {
        *kind = "system";
        return "[peb]";
    }
    for (index = 0; index < thread_count; index++)
    {
        const struct thread *thread = &threads[index];
        if (is_inside(thread->block, region) || is_inside(thread->wide_block, region))
        {
            *kind = "system";
            sprintf(name, "[teb:%lu]", (unsigned long)thread->id);
            return name;
        }
        if (thread->stack_low < region->high && region->low < thread->stack_high)
        {
            *kind = "stack";
            sprintf(name, "[stack:%lu]", (unsigned long)thread->id);
            return name;
        }
        if (thread->wide_stack_low < region->high && region->low < thread->wide_stack_high)
        {
            *kind = "stack";
            sprintf(name, "[stack64:%lu]", (unsigned long)thread->id);
            return name;
        }
    }
    if (region->low == shared_user_data)
    {
        *kind = "system";
        return "[shared user data]";
    }
    if (region->type != MEM_PRIVATE) return path_of(region);
    for (index = 0; index < thread_count; index++)
        if (threads[index].block_allocation == region->allocation)
        {
            *kind = "system";
            return "[peb and tebs]";
        }
    if (heap_of(region->allocation))
    {
        address_t heap = heap_of(region->allocation);
        DWORD high = (DWORD)(heap >> 32), low = (DWORD)heap;
        if (region->state != MEM_RESERVE) *kind = "heap";
        if (high) sprintf(name, "[heap:0x%lx%08lx]", (unsigned long)high, (unsigned long)low);
        else sprintf(name, "[heap:0x%08lx]", (unsigned long)low);
        return name;
    }
    return "";
}

static const char *kind_of(const struct region *region, const char *name)
{
    if (region->type == MEM_IMAGE) return "image";
    if (region->state == MEM_RESERVE) return "reserved";
    if (region->type != MEM_MAPPED) return "anonymous";
    return *name ? "file" : "shared";
}

static int has(const struct region *region, DWORD bits)
{
    return !(region->protection & (PAGE_NOACCESS | PAGE_GUARD)) && (region->protection & bits);
}

static void put_region(const struct region *region)
{
    const DWORD execute = PAGE_EXECUTE | PAGE_EXECUTE_READ | PAGE_EXECUTE_READWRITE
        | PAGE_EXECUTE_WRITECOPY;
    const DWORD copies = PAGE_WRITECOPY | PAGE_EXECUTE_WRITECOPY;
    const DWORD write = PAGE_READWRITE | PAGE_EXECUTE_READWRITE | copies;
    const char *kind, *name = name_of(region, &kind);
    put_hex(region->low);
    putchar('-');
    put_hex(region->high);
    printf(" %c%c%c%c ", has(region, write | PAGE_READONLY | PAGE_EXECUTE_READ) ? 'r' : '-',
        has(region, write) ? 'w' : '-', has(region, execute) ? 'x' : '-',
        region->type == MEM_MAPPED && !(region->protection & copies) ? 's' : 'p');
    put_hex(region->low - region->allocation);
    fputs(" 00:00 0", stdout);
    if (*name) printf("                          %s", name);
    putchar('\n');
}

static void put_kind(const struct region *region)
{
    const char *kind, *name = name_of(region, &kind);
    fputs("# kind: ", stdout);
    put_hex(region->low);
    putchar('-');
    put_hex(region->high);
    printf(" %s\n", kind ? kind : kind_of(region, name));
}

static const char *machine_name(void)
{
    switch (image_machine)
    {
    case IMAGE_FILE_MACHINE_I386: return "i386";
    case IMAGE_FILE_MACHINE_AMD64: return "x86_64";
    case IMAGE_FILE_MACHINE_ARM:
    case 0x1C4: return "arm"; /* IMAGE_FILE_MACHINE_ARMNT */
    case 0xAA64: return "arm64"; /* IMAGE_FILE_MACHINE_ARM64 */
    default: return image_machine ? "other" : NULL;
    }
}

static void put_name(void)
{
    WCHAR path[PATH_UNITS] = L"";
    const WCHAR *file;
    if (!GetProcessImageFileNameW(process, path, PATH_UNITS - 2)) return;
    file = wcsrchr(path, L'\\');
    printf("# name: %s\n", in_utf8(file ? file + 1 : path));
}

static void put_version(void)
{
    OSVERSIONINFOW version;
    FUNCTION(get_version_t, ask, "ntdll.dll", "RtlGetVersion")
    memset(&version, 0, sizeof version);
    version.dwOSVersionInfoSize = sizeof version;
    if (ask && ask(&version) >= 0)
        printf("# windows: %lu.%lu.%lu\n", (unsigned long)version.dwMajorVersion,
            (unsigned long)version.dwMinorVersion, (unsigned long)version.dwBuildNumber);
    else puts("# windows: unknown");
}

static void put_limits(void)
{
    PERFORMANCE_INFORMATION system;
    PROCESS_MEMORY_COUNTERS held;
    FUNCTION(performance_t, ask, "psapi.dll", "GetPerformanceInfo")
    if (ask && ask(&system, sizeof system) && system.CommitLimit)
    {
        fputs("# commit: ", stdout);
        put_decimal((address_t)system.CommitLimit * system.PageSize);
        putchar(' ');
        put_decimal((address_t)system.CommitTotal * system.PageSize);
        putchar('\n');
    }
    if (GetProcessMemoryInfo(process, &held, sizeof held))
    {
        fputs("# held: ", stdout);
        put_decimal(held.WorkingSetSize);
        putchar(' ');
        put_decimal(held.PagefileUsage);
        fputs(" -\n", stdout);
    }
}

static void put_capture(const struct regions *found)
{
    SYSTEM_INFO info;
    size_t index;
    GetSystemInfo(&info);
    printf("# addrspace capture 1\n# pid: %lu\n", (unsigned long)process_id);
    put_name();
    printf("# word-size: %d\n", is_narrow ? 32 : 64);
    if (machine_name()) printf("# machine: %s\n", machine_name());
    printf("# page-size: %lu\n", (unsigned long)info.dwPageSize);
    put_version();
    printf("# windows-64-bit: %s\n", is_64bit_system ? "yes" : "no");
    if (is_large_address_aware >= 0)
        printf("# large-address-aware: %s\n", is_large_address_aware ? "yes" : "no");
    fputs("# windows-end: 0x", stdout);
    put_hex(found->end);
    putchar('\n');
    put_limits();
    for (index = 0; index < found->count; index++) put_kind(&found->all[index]);
    for (index = 0; index < found->count; index++) put_region(&found->all[index]);
}

/* ---- The program ---- */

static int fail(int status, const char *sentence)
{
    fprintf(stderr, "capture-windows: process %lu %s\n", (unsigned long)process_id, sentence);
    return status;
}

static DWORD number(const char *text)
{
    DWORD value = 0;
    if (!*text) return 0;
    for (; *text; text++)
    {
        if (*text < '0' || *text > '9' || value > 400000000) return 0;
        value = value * 10 + (DWORD)(*text - '0');
    }
    return value;
}

int main(int count, char **arguments)
{
    static struct regions readings[2];
    int reading;
    process_id = count == 2 ? number(arguments[1]) : 0;
    if (!process_id)
    {
        fputs("usage: capture-windows PID > FILE\n", stderr);
        return USAGE;
    }
    process = OpenProcess(PROCESS_QUERY_INFORMATION | PROCESS_VM_READ, FALSE, process_id);
    if (!process)
        return GetLastError() == ERROR_ACCESS_DENIED
            ? fail(DENIED, "may not be read. Run this as its user, or as an administrator.")
            : fail(NOT_FOUND, "does not exist.");
    find_widths();
    if (sizeof(void *) == 4 && !is_narrow)
        return fail(USAGE, "is a 64-bit one. Read it with the 64-bit build of this program.");
    find_environment();
    read_image();
    find_devices();
    /* Of one moment when two readings are the same, and the threads are those of that moment. */
    walk(&readings[0]);
    for (reading = 1; reading < MOST_READINGS; reading++)
    {
        find_threads();
        find_heaps();
        walk(&readings[reading % 2]);
        if (are_same(&readings[0], &readings[1])) break;
    }
    if (readings[0].count == 0) return fail(NOT_FOUND, "has no memory: it may have ended.");
    if (reading == MOST_READINGS) return fail(CHANGING, "keeps changing. Suspend it and try again.");
    _setmode(_fileno(stdout), _O_BINARY);
    put_capture(&readings[0]);
    if (fflush(stdout) || ferror(stdout))
    {
        fputs("capture-windows: the capture cannot be written.\n", stderr);
        return CANNOT_WRITE;
    }
    return OK;
}
