// The core's events on their way to Java.
#pragma once

#include <jni.h>

namespace qads_jni {

// From JNI_OnLoad, when the IDs are known. False: no memory.
bool observe_events(JavaVM* vm) noexcept;

// From JNI_OnUnload, before the IDs go.
void forget_events() noexcept;

}  // namespace qads_jni
