#include "asp_unwinder.h"

/* How far above the stack pointer the next frame may be. */
static const uint64_t MOST_FRAME_SIZE = 1 << 20;

/* In i386's __kernel_vsyscall the three registers that it saved are on the stack, and ebp is an
   argument of the call. It goes on with pop %ebp, pop %edx, pop %ecx, ret. */
static bool leave_vsyscall(struct asp_unwinder *unwinder, const struct asp_walk *walk,
                           struct asp_caller *caller) {
  static const uint8_t rest[4] = {0x5d, 0x5a, 0x59, 0xc3};
  uint8_t code[sizeof rest];
  uint64_t ip, fp;
  if (walk->at.word_bits != 32 || walk->count != 1) return false;
  if (!asp_pages_read(&unwinder->pages, walk->at.ip, code, sizeof code)) return false;
  for (size_t i = 0; i < sizeof rest; i++) {
    if (code[i] != rest[i]) return false;
  }
  if (!asp_pages_word(&unwinder->pages, 32, walk->at.sp, &fp)) return false;
  if (!asp_pages_word(&unwinder->pages, 32, walk->at.sp + 12, &ip)) return false;
  *caller = (struct asp_caller){
      .ip = ip, .sp = walk->at.sp + 16, .fp = fp, .origin = ASP_FRAME_FRAME_POINTER};
  return true;
}

bool asp_walk_frame_pointer(struct asp_unwinder *unwinder, struct asp_walk *walk) {
  struct asp_caller caller;
  if (leave_vsyscall(unwinder, walk, &caller) && asp_walk_add(unwinder, walk, &caller)) return true;
  int bits = walk->at.word_bits;
  uint64_t word = (uint64_t)bits / 8, place = walk->at.fp, ip, fp;
  if (place < walk->at.sp || place - walk->at.sp > MOST_FRAME_SIZE || place % word != 0) {
    return false;
  }
  if (!asp_pages_word(&unwinder->pages, bits, place, &fp)) return false;
  if (!asp_pages_word(&unwinder->pages, bits, place + word, &ip)) return false;
  caller = (struct asp_caller){
      .ip = ip, .sp = place + 2 * word, .fp = fp, .origin = ASP_FRAME_FRAME_POINTER};
  return asp_walk_add(unwinder, walk, &caller);
}
