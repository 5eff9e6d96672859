// Read-only memory full of one bits or of zeros: the validity of columns without nulls, which the segment doesn't store and
// Java's vectors insist on. Read-only, because a vector that writes into it would change every such column at once.
#include <sys/mman.h>

#include <cstring>

#include "jni_common.hpp"

extern "C" {

// `size` bytes of value 0 or 255 that live as long as the process.
JNIEXPORT jlong JNICALL Java_io_qadataswap_internal_NativeBindings_constantBytes(JNIEnv* env, jclass /*type*/,
                                                                                 jint value, jlong size) {
  return qads_jni::guarded(env, [&]() -> jlong {
    const auto bytes = static_cast<std::size_t>(size);
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      throw std::bad_alloc();
    }
    if (value != 0) {
      std::memset(memory, value, bytes);
    }
    if (mprotect(memory, bytes, PROT_READ) != 0) {
      munmap(memory, bytes);
      throw std::bad_alloc();
    }
    return qads_jni::to_jlong(memory);
  });
}

}  // extern "C"
