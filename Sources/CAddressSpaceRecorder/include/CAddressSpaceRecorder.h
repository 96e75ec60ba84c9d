/* The C edge of the recorder: verbs that return 0 or -errno, take buffers that the caller owns, and
   call back nowhere. */
#ifndef C_ADDRESS_SPACE_RECORDER_H
#define C_ADDRESS_SPACE_RECORDER_H

#include "asp_swift_names.h"
#include "asp_process.h"
#include "asp_memory.h"
#include "asp_registers.h"
#include "asp_symbols.h"
#include "asp_trace.h"
#include "asp_unwind.h"

#endif
