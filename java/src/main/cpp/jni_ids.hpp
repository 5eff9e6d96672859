// Classes and methods of Java that the JNI layer calls, looked up once in JNI_OnLoad.
#pragma once

#include <jni.h>

namespace qads_jni {

struct Ids {
  jclass errors = nullptr;            // io.qadataswap.internal.Errors, a global reference
  jmethodID errors_create = nullptr;  // static RuntimeException create(int, byte[])
  jclass events = nullptr;            // io.qadataswap.internal.EventSink, a global reference
  jmethodID events_tell = nullptr;    // static void tell(int, int, byte[], byte[], int, long, long, long)
};

const Ids& ids() noexcept;

}  // namespace qads_jni
