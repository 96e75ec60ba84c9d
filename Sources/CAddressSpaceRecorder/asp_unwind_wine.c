#include <string.h>

#include "asp_unwinder.h"

/* Wine, since 7.0, runs its system calls on a stack of their own. On i386 its dispatchers keep the
   registers of the Windows program in a struct, of which these are counted from its beginning: */
enum {
  SAVED_IP = 0x08,
  SAVED_SP = 0x0c,
  SAVED_EBX = 0x20,
  SAVED_EDI = 0x2c,
  SAVED_ESI = 0x30,
  SAVED_FP = 0x34,
};

/* That of system calls has the address of the saved ebp in ebp while the call is under way, and goes
   on after it with lea -0x34(%ebp),%esp; mov (%esp),%ecx. */
static const uint8_t system_call[] = {0x8d, 0x65, 0xcc, 0x8b, 0x0c, 0x24};

/* That of calls into libraries has the struct above the one argument on the stack, and goes on with
   lea 0x10(%esp),%esp; testw $0xffff,0x2(%esp). */
static const uint8_t library_call[] = {0x8d, 0x64, 0x24, 0x10, 0x66, 0xf7,
                                       0x44, 0x24, 0x02, 0xff, 0xff};

static bool is_at(struct asp_unwinder *unwinder, const struct asp_walk *walk, const uint8_t *wanted,
                  size_t size) {
  uint8_t code[sizeof library_call];
  return walk->at.word_bits == 32 && !walk->is_exact &&
         asp_pages_read(&unwinder->pages, walk->at.ip, code, size) &&
         memcmp(code, wanted, size) == 0;
}

/* What calls the dispatcher is a stub that has no frame, and returns at once: ret or ret $n. */
static void leave_stub(struct asp_unwinder *unwinder, struct asp_walk *walk) {
  uint8_t code[3];
  uint64_t ip;
  if (!asp_pages_read(&unwinder->pages, walk->at.ip, code, sizeof code)) return;
  if (code[0] != 0xc2 && code[0] != 0xc3) return;
  if (!asp_pages_word(&unwinder->pages, 32, walk->at.sp, &ip)) return;
  uint64_t arguments = code[0] == 0xc2 ? (uint64_t)code[1] | (uint64_t)code[2] << 8 : 0;
  struct asp_caller caller = {.ip = ip,
                              .sp = walk->at.sp + 4 + arguments,
                              .fp = walk->at.fp,
                              .origin = ASP_FRAME_UNWOUND};
  asp_walk_add(unwinder, walk, &caller);
}

/* By them Wine's own functions may find their frames, for they call what leaves ebp as it likes. */
static void take_registers(struct asp_unwinder *unwinder, struct asp_walk *walk, uint64_t place) {
  static const struct {
    int number, place;
  } saved[] = {{3, SAVED_EBX}, {6, SAVED_ESI}, {7, SAVED_EDI}};
  for (size_t i = 0; i < sizeof saved / sizeof *saved; i++) {
    uint64_t *value = &walk->at.values[saved[i].number];
    if (!asp_pages_word(&unwinder->pages, 32, place + (uint64_t)saved[i].place, value)) return;
  }
  walk->known_at = walk->count;
}

bool asp_walk_wine(struct asp_unwinder *unwinder, struct asp_walk *walk) {
  uint64_t ip, sp, fp, place;
  bool is_system_call = is_at(unwinder, walk, system_call, sizeof system_call);
  if (is_system_call) {
    place = walk->at.fp - SAVED_FP;
  } else if (is_at(unwinder, walk, library_call, sizeof library_call)) {
    place = walk->at.sp + 0x10;
  } else {
    return false;
  }
  if (!asp_pages_word(&unwinder->pages, 32, place + SAVED_IP, &ip)) return false;
  if (!asp_pages_word(&unwinder->pages, 32, place + SAVED_SP, &sp)) return false;
  if (!asp_pages_word(&unwinder->pages, 32, place + SAVED_FP, &fp)) return false;
  struct asp_caller caller = {
      .ip = ip, .sp = sp, .fp = fp, .is_other_stack = true, .origin = ASP_FRAME_UNWOUND};
  walk->is_windows = true;
  if (!asp_walk_add(unwinder, walk, &caller)) {
    walk->is_windows = false;
    return false;
  }
  if (is_system_call) leave_stub(unwinder, walk);
  take_registers(unwinder, walk, place);
  return true;
}
