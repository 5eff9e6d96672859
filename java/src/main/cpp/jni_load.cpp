// JNI_OnLoad, and what the library says about itself.
#include <string>

#include "jni_common.hpp"
#include "jni_events.hpp"
#include "jni_ids.hpp"

namespace qads_jni {
namespace {

Ids cached_ids;

// A global reference, or null with an exception pending.
jclass find(JNIEnv* env, const char* name) noexcept {
  jclass local = env->FindClass(name);
  if (local == nullptr) {
    return nullptr;
  }
  auto* global = static_cast<jclass>(env->NewGlobalRef(local));
  env->DeleteLocalRef(local);
  return global;
}

bool cache_ids(JNIEnv* env) noexcept {
  cached_ids.errors = find(env, "io/qadataswap/internal/Errors");
  if (cached_ids.errors == nullptr) {
    return false;
  }
  cached_ids.errors_create = env->GetStaticMethodID(cached_ids.errors, "create", "(I[B)Ljava/lang/RuntimeException;");
  if (cached_ids.errors_create == nullptr) {
    return false;
  }
  cached_ids.events = find(env, "io/qadataswap/internal/EventSink");
  if (cached_ids.events == nullptr) {
    return false;
  }
  cached_ids.events_tell = env->GetStaticMethodID(cached_ids.events, "tell", "(II[B[BIJJJ)V");
  return cached_ids.events_tell != nullptr;
}

}  // namespace

const Ids& ids() noexcept { return cached_ids; }

}  // namespace qads_jni

extern "C" {

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void* /*reserved*/) {
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_10) != JNI_OK || !qads_jni::cache_ids(static_cast<JNIEnv*>(env)) ||
      !qads_jni::observe_events(vm)) {
    return JNI_ERR;
  }
  return JNI_VERSION_10;
}

JNIEXPORT void JNICALL JNI_OnUnload(JavaVM* vm, void* /*reserved*/) {
  qads_jni::forget_events();
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_10) == JNI_OK) {
    static_cast<JNIEnv*>(env)->DeleteGlobalRef(qads_jni::ids().errors);
    static_cast<JNIEnv*>(env)->DeleteGlobalRef(qads_jni::ids().events);
  }
}

JNIEXPORT jbyteArray JNICALL Java_io_qadataswap_internal_NativeBindings_version(JNIEnv* env, jclass /*type*/) {
  return qads_jni::guarded(env, [&] { return qads_jni::to_bytes(env, qads_version()); });
}

JNIEXPORT jbyteArray JNICALL Java_io_qadataswap_internal_NativeBindings_statusName(JNIEnv* env, jclass /*type*/,
                                                                                   jint status) {
  return qads_jni::guarded(env, [&] { return qads_jni::to_bytes(env, qads_status_name(status)); });
}

}  // extern "C"
