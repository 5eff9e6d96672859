// Writers.
#include <array>
#include <vector>

#include "jni_common.hpp"
#include "jni_schema.hpp"

using qads_jni::check;
using qads_jni::guarded;
using qads_jni::to_handle;
using qads_jni::to_jlong;

static_assert(sizeof(qads_node) == 3 * sizeof(jlong), "a node is three numbers in NativeBindings.writerWriteFlat");
static_assert(sizeof(qads_buffer) == 2 * sizeof(jlong), "a buffer is two numbers in NativeBindings.writerWriteFlat");

extern "C" {

JNIEXPORT jlong JNICALL Java_io_qadataswap_internal_NativeBindings_createWriter(JNIEnv* env, jclass /*type*/,
                                                                                jlong arena, jint wait) {
  return guarded(env, [&]() -> jlong {
    qads_writer_options options;
    qads_writer_options_init(&options);
    options.wait = wait;
    qads_writer* writer = nullptr;
    check(env, qads_create_writer(to_handle<qads_arena>(arena), nullptr, &options, &writer));
    return to_jlong(writer);
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerSetSchema(JNIEnv* env, jclass /*type*/,
                                                                                  jlong writer, jbyteArray schema) {
  guarded(env, [&] {
    const qads_jni::LentSchema lent(qads_jni::to_string(env, schema));
    check(env, qads_writer_set_schema(to_handle<qads_writer>(writer), lent.get()));
  });
}

// tables: the nodes, three numbers each, then the buffers, two numbers each.
JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerWriteFlat(JNIEnv* env, jclass /*type*/,
                                                                                  jlong writer, jlongArray tables,
                                                                                  jint nodes, jint buffers, jint flags,
                                                                                  jlong timeout_ms) {
  guarded(env, [&] {
    thread_local std::vector<jlong> scratch;
    const std::size_t size = static_cast<std::size_t>(nodes) * 3 + static_cast<std::size_t>(buffers) * 2;
    if (scratch.size() < size) {
      scratch.resize(size);
    }
    env->GetLongArrayRegion(tables, 0, static_cast<jsize>(size), scratch.data());
    qads_flat_batch batch{};
    batch.node_count = nodes;
    batch.buffer_count = buffers;
    batch.nodes = reinterpret_cast<const qads_node*>(scratch.data());
    batch.buffers = reinterpret_cast<const qads_buffer*>(scratch.data() + static_cast<std::size_t>(nodes) * 3);
    check(env, qads_writer_write_flat(to_handle<qads_writer>(writer), &batch, static_cast<std::uint32_t>(flags),
                                      timeout_ms));
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerGiveUpMessage(JNIEnv* env, jclass /*type*/,
                                                                                      jlong writer) {
  guarded(env, [&] { check(env, qads_writer_give_up_message(to_handle<qads_writer>(writer))); });
}

// Three numbers a column: bytes copied, bytes referenced, reason.
JNIEXPORT jlongArray JNICALL Java_io_qadataswap_internal_NativeBindings_writerGetLastWrite(JNIEnv* env, jclass /*type*/,
                                                                                           jlong writer) {
  return guarded(env, [&]() -> jlongArray {
    auto* handle = to_handle<qads_writer>(writer);
    std::vector<qads_column_report> reports(64);
    std::int64_t count = 0;
    if (!check(env,
               qads_writer_get_last_write(handle, reports.data(), static_cast<std::int64_t>(reports.size()), &count))) {
      return nullptr;
    }
    if (count > static_cast<std::int64_t>(reports.size())) {
      reports.resize(static_cast<std::size_t>(count));
      if (!check(env, qads_writer_get_last_write(handle, reports.data(), count, &count))) {
        return nullptr;
      }
    }
    std::vector<jlong> numbers;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) && i < reports.size(); ++i) {
      numbers.insert(numbers.end(), {reports[i].bytes_copied, reports[i].bytes_referenced, reports[i].reason});
    }
    jlongArray array = env->NewLongArray(static_cast<jsize>(numbers.size()));
    if (array != nullptr) {
      env->SetLongArrayRegion(array, 0, static_cast<jsize>(numbers.size()), numbers.data());
    }
    return array;
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerWaitReaders(JNIEnv* env, jclass /*type*/,
                                                                                    jlong writer, jint readers,
                                                                                    jlong timeout_ms) {
  guarded(env, [&] { check(env, qads_writer_wait_readers(to_handle<qads_writer>(writer), readers, timeout_ms)); });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerWaitDrained(JNIEnv* env, jclass /*type*/,
                                                                                    jlong writer, jlong timeout_ms) {
  guarded(env, [&] { check(env, qads_writer_wait_drained(to_handle<qads_writer>(writer), timeout_ms)); });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerFinish(JNIEnv* env, jclass /*type*/,
                                                                               jlong writer) {
  guarded(env, [&] { check(env, qads_writer_finish(to_handle<qads_writer>(writer))); });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerClose(JNIEnv* env, jclass /*type*/,
                                                                              jlong writer) {
  guarded(env, [&] { check(env, qads_writer_close(to_handle<qads_writer>(writer))); });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_writerFree(JNIEnv* /*env*/, jclass /*type*/,
                                                                             jlong writer) {
  qads_writer_free(to_handle<qads_writer>(writer));
}

}  // extern "C"
