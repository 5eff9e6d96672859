// JNI_OnLoad, and what the library says about itself.
#include <string>

#include "jni_common.hpp"
#include "jni_ids.hpp"

namespace qads_jni {
namespace {

Ids cached_ids;

bool cache_ids(JNIEnv* env) noexcept {
  jclass local = env->FindClass("io/qadataswap/internal/Errors");
  if (local == nullptr) {
    return false;
  }
  cached_ids.errors = static_cast<jclass>(env->NewGlobalRef(local));
  env->DeleteLocalRef(local);
  if (cached_ids.errors == nullptr) {
    return false;
  }
  cached_ids.errors_create = env->GetStaticMethodID(cached_ids.errors, "create", "(I[B)Ljava/lang/RuntimeException;");
  return cached_ids.errors_create != nullptr;
}

}  // namespace

const Ids& ids() noexcept { return cached_ids; }

}  // namespace qads_jni

extern "C" {

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM* vm, void* /*reserved*/) {
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_10) != JNI_OK || !qads_jni::cache_ids(static_cast<JNIEnv*>(env))) {
    return JNI_ERR;
  }
  return JNI_VERSION_10;
}

JNIEXPORT void JNICALL JNI_OnUnload(JavaVM* vm, void* /*reserved*/) {
  void* env = nullptr;
  if (vm->GetEnv(&env, JNI_VERSION_10) == JNI_OK) {
    static_cast<JNIEnv*>(env)->DeleteGlobalRef(qads_jni::ids().errors);
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
