#include "jni_common.hpp"

#include <cstring>

#include "jni_ids.hpp"

namespace qads_jni {

void throw_status(JNIEnv* env, qads_status status, const char* message) noexcept {
  if (env->ExceptionCheck() != JNI_FALSE) {
    return;
  }
  const auto length = static_cast<jsize>(std::strlen(message));
  jbyteArray bytes = env->NewByteArray(length);
  if (bytes == nullptr) {
    return;  // OutOfMemoryError is pending
  }
  env->SetByteArrayRegion(bytes, 0, length, reinterpret_cast<const jbyte*>(message));
  jobject error = env->CallStaticObjectMethod(ids().errors, ids().errors_create, static_cast<jint>(status), bytes);
  if (error != nullptr && env->ExceptionCheck() == JNI_FALSE) {
    env->Throw(static_cast<jthrowable>(error));
  }
}

bool check(JNIEnv* env, qads_status status) noexcept {
  if (status == QADS_OK) {
    return true;
  }
  throw_status(env, status, qads_last_error());
  return false;
}

std::string to_string(JNIEnv* env, jbyteArray bytes) {
  if (bytes == nullptr) {
    return {};
  }
  const jsize length = env->GetArrayLength(bytes);
  std::string text(static_cast<std::size_t>(length), '\0');
  env->GetByteArrayRegion(bytes, 0, length, reinterpret_cast<jbyte*>(text.data()));
  return text;
}

jbyteArray to_bytes(JNIEnv* env, const std::string& bytes) noexcept {
  const auto length = static_cast<jsize>(bytes.size());
  jbyteArray array = env->NewByteArray(length);
  if (array != nullptr) {
    env->SetByteArrayRegion(array, 0, length, reinterpret_cast<const jbyte*>(bytes.data()));
  }
  return array;
}

}  // namespace qads_jni
