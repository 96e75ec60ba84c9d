#include <string.h>

#include "asp_unwinder.h"

/* Wine, since 7.0, runs its system calls on a stack of their own. On i386 its dispatcher keeps the
   registers of the Windows program in a struct, of which ebp points to the saved ebp while the call
   is under way, and goes on after it with lea -0x34(%ebp),%esp; mov (%esp),%ecx. Before the saved
   ebp are, among others: */
enum {
  SAVED_IP = 0x2c,
  SAVED_SP = 0x28,
};

static const uint8_t dispatcher[] = {0x8d, 0x65, 0xcc, 0x8b, 0x0c, 0x24};

static bool is_in_dispatcher(struct asp_unwinder *unwinder, const struct asp_walk *walk) {
  uint8_t code[sizeof dispatcher];
  return walk->at.word_bits == 32 && !walk->is_exact &&
         asp_pages_read(&unwinder->pages, walk->at.ip, code, sizeof code) &&
         memcmp(code, dispatcher, sizeof code) == 0;
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

bool asp_walk_wine(struct asp_unwinder *unwinder, struct asp_walk *walk) {
  uint64_t ip, sp, fp, place = walk->at.fp;
  if (!is_in_dispatcher(unwinder, walk)) return false;
  if (!asp_pages_word(&unwinder->pages, 32, place - SAVED_IP, &ip)) return false;
  if (!asp_pages_word(&unwinder->pages, 32, place - SAVED_SP, &sp)) return false;
  if (!asp_pages_word(&unwinder->pages, 32, place, &fp)) return false;
  struct asp_caller caller = {
      .ip = ip, .sp = sp, .fp = fp, .is_other_stack = true, .origin = ASP_FRAME_UNWOUND};
  walk->is_windows = true;
  if (!asp_walk_add(unwinder, walk, &caller)) {
    walk->is_windows = false;
    return false;
  }
  leave_stub(unwinder, walk);
  return true;
}
