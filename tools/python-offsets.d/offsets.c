/* Prints where CPython of the headers it is compiled with keeps what a stack is read by, as a row
   of PythonOffsets+Versions.swift. See tools/python-offsets. */
#define Py_BUILD_CORE 1
#include <Python.h>
#include <frameobject.h>
#include <stddef.h>
#include <stdio.h>

#if PY_VERSION_HEX >= 0x030b0000
#include <internal/pycore_frame.h>
#endif
#if PY_VERSION_HEX >= 0x03070000 && PY_VERSION_HEX < 0x03080000
#include <internal/pystate.h>
#elif PY_VERSION_HEX >= 0x03080000 && PY_VERSION_HEX < 0x030c0000
#include <internal/pycore_pystate.h>
#if PY_VERSION_HEX >= 0x03090000
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#endif
#elif PY_VERSION_HEX >= 0x030c0000
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#endif

#define ROW(name, value) printf("  " name ": %ld,\n", (long)(value))
#define NONE(name) printf("  " name ": nil,\n")

int main(void) {
#if PY_VERSION_HEX >= 0x03070000
  ROW("interpreters", offsetof(_PyRuntimeState, interpreters.head));
#else
  NONE("interpreters");
#endif
#if PY_VERSION_HEX >= 0x030b0000
  ROW("threads", offsetof(PyInterpreterState, threads.head));
#elif PY_VERSION_HEX >= 0x03080000
  ROW("threads", offsetof(struct _is, tstate_head));
#else
  ROW("threads", offsetof(PyInterpreterState, tstate_head));
#endif
#if PY_VERSION_HEX >= 0x03080000
  ROW("nextInterpreter", offsetof(struct _is, next));
#else
  ROW("nextInterpreter", offsetof(PyInterpreterState, next));
#endif
  ROW("nextThread", offsetof(PyThreadState, next));
  ROW("interpreter", offsetof(PyThreadState, interp));
  ROW("threadID", offsetof(PyThreadState, thread_id));
#if PY_VERSION_HEX >= 0x030b0000
  ROW("nativeThreadID", offsetof(PyThreadState, native_thread_id));
#else
  NONE("nativeThreadID");
#endif
#if PY_VERSION_HEX >= 0x030d0000
  NONE("evaluation");
  ROW("frame", offsetof(PyThreadState, current_frame));
#elif PY_VERSION_HEX >= 0x030b0000
  ROW("evaluation", offsetof(PyThreadState, cframe));
  ROW("frame", offsetof(_PyCFrame, current_frame));
#else
  NONE("evaluation");
  ROW("frame", offsetof(PyThreadState, frame));
#endif
#if PY_VERSION_HEX >= 0x030b0000
  ROW("previousFrame", offsetof(_PyInterpreterFrame, previous));
#if PY_VERSION_HEX >= 0x030d0000
  ROW("code", offsetof(_PyInterpreterFrame, f_executable));
  ROW("instruction", offsetof(_PyInterpreterFrame, instr_ptr));
#else
  ROW("code", offsetof(_PyInterpreterFrame, f_code));
  ROW("instruction", offsetof(_PyInterpreterFrame, prev_instr));
#endif
  ROW("owner", offsetof(_PyInterpreterFrame, owner));
#if PY_VERSION_HEX < 0x030c0000
  ROW("isEntry", offsetof(_PyInterpreterFrame, is_entry));
#else
  NONE("isEntry");
#endif
#else
  ROW("previousFrame", offsetof(PyFrameObject, f_back));
  ROW("code", offsetof(PyFrameObject, f_code));
  ROW("instruction", offsetof(PyFrameObject, f_lasti));
  NONE("owner");
  NONE("isEntry");
#endif
  ROW("fileName", offsetof(PyCodeObject, co_filename));
  ROW("name", offsetof(PyCodeObject, co_name));
#if PY_VERSION_HEX >= 0x030b0000
  ROW("qualifiedName", offsetof(PyCodeObject, co_qualname));
#else
  NONE("qualifiedName");
#endif
  ROW("firstLine", offsetof(PyCodeObject, co_firstlineno));
#if PY_VERSION_HEX >= 0x030a0000
  ROW("lines", offsetof(PyCodeObject, co_linetable));
#else
  ROW("lines", offsetof(PyCodeObject, co_lnotab));
#endif
#if PY_VERSION_HEX >= 0x030b0000
  ROW("instructions", offsetof(PyCodeObject, co_code_adaptive));
#else
  NONE("instructions");
#endif
#if PY_MAJOR_VERSION >= 3
  ROW("bytesData", offsetof(PyBytesObject, ob_sval));
#else
  ROW("bytesData", offsetof(PyStringObject, ob_sval));
#endif
  ROW("bytesSize", offsetof(PyVarObject, ob_size));
#if PY_MAJOR_VERSION >= 3
  ROW("textLength", offsetof(PyASCIIObject, length));
  ROW("textState", offsetof(PyASCIIObject, state));
  ROW("asciiData", sizeof(PyASCIIObject));
  ROW("compactData", sizeof(PyCompactUnicodeObject));
#endif
  return 0;
}
