// Readers.
#include <poll.h>

#include <array>

#include "jni_common.hpp"
#include "jni_schema.hpp"

using qads_jni::check;
using qads_jni::guarded;
using qads_jni::to_handle;
using qads_jni::to_jlong;

namespace {

// What NativeBindings.readerNextFlat finds before the tables; BatchTables.java has the same list.
enum HeadOfBatch : std::size_t {
  kLease,
  kSequence,
  kFlags,
  kLostBefore,
  kLength,
  kNodeCount,
  kBufferCount,
  kNodes,
  kBuffers,
  kHead
};

// Waiting that ends with nothing isn't an exception: these come back as numbers.
bool is_answer(qads_status status) noexcept {
  return status == QADS_OK || status == QADS_ERR_TIMEOUT || status == QADS_END_OF_STREAM;
}

jint answer(JNIEnv* env, qads_status status) noexcept {
  if (!is_answer(status)) {
    check(env, status);
  }
  return status;
}

void set_tables(JNIEnv* env, jlongArray out, jsize at, const void* nodes, jsize node_numbers, const void* buffers,
                jsize buffer_numbers) {
  env->SetLongArrayRegion(out, at, node_numbers, static_cast<const jlong*>(nodes));
  env->SetLongArrayRegion(out, at + node_numbers, buffer_numbers, static_cast<const jlong*>(buffers));
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_io_qadataswap_internal_NativeBindings_attachReader(JNIEnv* env, jclass /*type*/,
                                                                                jlong arena, jint start, jint wait,
                                                                                jint loss) {
  return guarded(env, [&]() -> jlong {
    qads_reader_options options;
    qads_reader_options_init(&options);
    options.start = start;
    options.wait = wait;
    options.loss = loss;
    qads_reader* reader = nullptr;
    check(env, qads_attach_reader(to_handle<qads_arena>(arena), &options, &reader));
    return to_jlong(reader);
  });
}

JNIEXPORT jbyteArray JNICALL Java_io_qadataswap_internal_NativeBindings_readerGetSchema(JNIEnv* env, jclass /*type*/,
                                                                                        jlong reader,
                                                                                        jlong timeout_ms) {
  return guarded(env, [&]() -> jbyteArray {
    ArrowSchema schema{};
    if (!check(env, qads_reader_get_schema(to_handle<qads_reader>(reader), timeout_ms, &schema))) {
      return nullptr;
    }
    const struct Release {
      ArrowSchema* schema;
      ~Release() { schema->release(schema); }
    } release{&schema};
    return qads_jni::to_bytes(env, qads_jni::encode_schema(schema));
  });
}

// out: the head, then the nodes, three numbers each, and the buffers, two numbers each, if they fit: else batchTables.
JNIEXPORT jint JNICALL Java_io_qadataswap_internal_NativeBindings_readerNextFlat(JNIEnv* env, jclass /*type*/,
                                                                                 jlong reader, jlong timeout_ms,
                                                                                 jlongArray out) {
  return guarded(env, [&]() -> jint {
    qads_flat_batch batch{};
    qads_batch_info info{};
    const qads_status status = qads_reader_next_flat(to_handle<qads_reader>(reader), timeout_ms, &batch, &info);
    if (status != QADS_OK) {
      return answer(env, status);
    }
    std::array<jlong, kHead> head{};
    head[kLease] = to_jlong(batch.lease);
    head[kSequence] = to_jlong(info.sequence);
    head[kFlags] = info.flags;
    head[kLostBefore] = to_jlong(info.lost_before);
    head[kLength] = info.length;
    head[kNodeCount] = batch.node_count;
    head[kBufferCount] = batch.buffer_count;
    head[kNodes] = to_jlong(batch.nodes);
    head[kBuffers] = to_jlong(batch.buffers);
    env->SetLongArrayRegion(out, 0, static_cast<jsize>(head.size()), head.data());
    const auto nodes = static_cast<jsize>(batch.node_count * 3);
    const auto buffers = static_cast<jsize>(batch.buffer_count * 2);
    if (env->GetArrayLength(out) >= static_cast<jsize>(kHead) + nodes + buffers) {
      set_tables(env, out, static_cast<jsize>(kHead), batch.nodes, nodes, batch.buffers, buffers);
    }
    return QADS_OK;
  });
}

// The tables of a batch, by the addresses and counts in `head`, into the larger array `out`, the head too.
JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_batchTables(JNIEnv* env, jclass /*type*/,
                                                                              jlongArray small, jlongArray out) {
  guarded(env, [&] {
    std::array<jlong, kHead> head{};
    env->GetLongArrayRegion(small, 0, static_cast<jsize>(head.size()), head.data());
    env->SetLongArrayRegion(out, 0, static_cast<jsize>(head.size()), head.data());
    set_tables(env, out, static_cast<jsize>(kHead), to_handle<const void>(head[kNodes]),
               static_cast<jsize>(head[kNodeCount] * 3), to_handle<const void>(head[kBuffers]),
               static_cast<jsize>(head[kBufferCount] * 2));
  });
}

// Waits on the reader's descriptor, so that loads of other threads go on meanwhile.
JNIEXPORT jboolean JNICALL Java_io_qadataswap_internal_NativeBindings_readerIsReadable(JNIEnv* env, jclass /*type*/,
                                                                                       jlong reader, jint timeout_ms) {
  return guarded(env, [&]() -> jboolean {
    pollfd what{};
    what.events = POLLIN;
    if (!check(env, qads_reader_get_fd(to_handle<qads_reader>(reader), &what.fd))) return JNI_FALSE;
    return poll(&what, 1, timeout_ms) > 0 ? JNI_TRUE : JNI_FALSE;
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_leaseRelease(JNIEnv* /*env*/, jclass /*type*/,
                                                                               jlong lease) {
  qads_lease_release(to_handle<qads_lease>(lease));
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_leaseRetain(JNIEnv* /*env*/, jclass /*type*/,
                                                                              jlong lease) {
  qads_lease_retain(to_handle<qads_lease>(lease));
}

// out: the fields of qads_reader_stats in their order, without struct_size.
JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_readerGetStats(JNIEnv* env, jclass /*type*/,
                                                                                 jlong reader, jlongArray out) {
  guarded(env, [&] {
    qads_reader_stats stats{};
    stats.struct_size = sizeof(stats);
    if (check(env, qads_reader_get_stats(to_handle<qads_reader>(reader), &stats))) {
      const std::array<jlong, 8> numbers{stats.held_batches,      to_jlong(stats.position), to_jlong(stats.head),
                                         to_jlong(stats.batches), to_jlong(stats.rows),     to_jlong(stats.bytes),
                                         to_jlong(stats.lost),    to_jlong(stats.sleeps)};
      env->SetLongArrayRegion(out, 0, static_cast<jsize>(numbers.size()), numbers.data());
    }
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_readerClose(JNIEnv* env, jclass /*type*/,
                                                                              jlong reader) {
  guarded(env, [&] { check(env, qads_reader_close(to_handle<qads_reader>(reader))); });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_readerFree(JNIEnv* /*env*/, jclass /*type*/,
                                                                             jlong reader) {
  qads_reader_free(to_handle<qads_reader>(reader));
}

}  // extern "C"
