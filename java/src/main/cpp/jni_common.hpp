// What every file of the JNI layer uses: arguments in, errors out. The layer converts and nothing else.
#pragma once

#include <jni.h>

#include <cstdint>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "qadataswap/qadataswap.h"

namespace qads_jni {

// Throws the Java exception of this status; `message` is UTF-8. Does nothing while another exception is pending.
void throw_status(JNIEnv* env, qads_status status, const char* message) noexcept;

// Throws what the library just said if the status is an error; true if it was QADS_OK.
bool check(JNIEnv* env, qads_status status) noexcept;

// The one place where C++ exceptions end: runs `call`, turns what it throws into a Java exception.
template <class Call>
auto guarded(JNIEnv* env, Call&& call) noexcept -> decltype(call()) {
  using Result = decltype(call());
  try {
    return std::forward<Call>(call)();
  } catch (const std::bad_alloc&) {
    throw_status(env, QADS_ERR_NO_MEMORY, "no memory left in this process");
  } catch (const std::exception& error) {
    throw_status(env, QADS_ERR_INTERNAL, error.what());
  } catch (...) {
    throw_status(env, QADS_ERR_INTERNAL, "unknown C++ exception");
  }
  return Result();
}

// A pointer crosses JNI as a number.
template <class Handle>
Handle* to_handle(jlong address) noexcept {
  return reinterpret_cast<Handle*>(static_cast<std::uintptr_t>(address));  // NOLINT(performance-no-int-to-ptr)
}

inline jlong to_jlong(const void* pointer) noexcept {
  return static_cast<jlong>(reinterpret_cast<std::uintptr_t>(pointer));
}

inline jlong to_jlong(std::uint64_t number) noexcept { return static_cast<jlong>(number); }

// The bytes of a Java byte[]; "" for null.
std::string to_string(JNIEnv* env, jbyteArray bytes);

// A new byte[], or null with an exception pending.
jbyteArray to_bytes(JNIEnv* env, const std::string& bytes) noexcept;

// A UTF-8 argument that may be null.
class OptionalText {
 public:
  OptionalText(JNIEnv* env, jbyteArray bytes) : present_(bytes != nullptr), text_(to_string(env, bytes)) {}
  const char* get() const noexcept { return present_ ? text_.c_str() : nullptr; }

 private:
  bool present_;
  std::string text_;
};

}  // namespace qads_jni
