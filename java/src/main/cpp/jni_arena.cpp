// Segments: create, attach, look at, allocate in, list, remove.
#include <array>
#include <limits>
#include <vector>

#include "jni_common.hpp"

using qads_jni::check;
using qads_jni::guarded;
using qads_jni::OptionalText;
using qads_jni::to_handle;
using qads_jni::to_jlong;

namespace {

// The order in which NativeBindings.createArena passes its numbers.
enum ArenaOption : std::size_t {
  kFlags,
  kCapacity,
  kSchemaCapacity,
  kSlots,
  kReaderCapacity,
  kOverflow,
  kLifetime,
  kTakeover,
  kMode,
  kEvictAfterMs,
  kArenaOptions
};

// Java's Long.MIN_VALUE leaves an option as it is.
template <typename Number>
void set_unless_default(Number& option, jlong given) {
  if (given != std::numeric_limits<jlong>::min()) {
    option = static_cast<Number>(given);
  }
}

jlongArray to_longs(JNIEnv* env, const std::vector<jlong>& numbers) {
  const auto length = static_cast<jsize>(numbers.size());
  jlongArray array = env->NewLongArray(length);
  if (array != nullptr) {
    env->SetLongArrayRegion(array, 0, length, numbers.data());
  }
  return array;
}

}  // namespace

extern "C" {

JNIEXPORT jlong JNICALL Java_io_qadataswap_internal_NativeBindings_createArena(JNIEnv* env, jclass /*type*/,
                                                                               jbyteArray name, jbyteArray directory,
                                                                               jlongArray numbers) {
  return guarded(env, [&]() -> jlong {
    std::array<jlong, kArenaOptions> given{};
    env->GetLongArrayRegion(numbers, 0, static_cast<jsize>(given.size()), given.data());
    const OptionalText name_text(env, name);
    const OptionalText directory_text(env, directory);
    qads_arena_options options;
    qads_arena_options_init(&options);
    options.flags = static_cast<std::uint32_t>(given[kFlags]);
    options.directory = directory_text.get();
    set_unless_default(options.capacity, given[kCapacity]);
    set_unless_default(options.schema_capacity, given[kSchemaCapacity]);
    set_unless_default(options.slots, given[kSlots]);
    set_unless_default(options.reader_capacity, given[kReaderCapacity]);
    options.overflow = static_cast<std::int32_t>(given[kOverflow]);
    options.lifetime = static_cast<std::int32_t>(given[kLifetime]);
    options.takeover = static_cast<std::int32_t>(given[kTakeover]);
    options.mode = static_cast<std::uint32_t>(given[kMode]);
    options.evict_after_ms = given[kEvictAfterMs];
    qads_arena* arena = nullptr;
    check(env, qads_create_arena(name_text.get(), &options, &arena));
    return to_jlong(arena);
  });
}

JNIEXPORT jlong JNICALL Java_io_qadataswap_internal_NativeBindings_attachArena(JNIEnv* env, jclass /*type*/,
                                                                               jbyteArray name, jbyteArray directory,
                                                                               jint flags, jlong timeout_ms) {
  return guarded(env, [&]() -> jlong {
    const OptionalText name_text(env, name);
    const OptionalText directory_text(env, directory);
    qads_attach_options options;
    qads_attach_options_init(&options);
    options.flags = static_cast<std::uint32_t>(flags);
    options.directory = directory_text.get();
    options.timeout_ms = timeout_ms;
    qads_arena* arena = nullptr;
    check(env, qads_attach_arena(name_text.get(), &options, &arena));
    return to_jlong(arena);
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_arenaClose(JNIEnv* env, jclass /*type*/,
                                                                             jlong arena) {
  guarded(env, [&] { check(env, qads_arena_close(to_handle<qads_arena>(arena))); });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_arenaFree(JNIEnv* /*env*/, jclass /*type*/,
                                                                            jlong arena) {
  qads_arena_free(to_handle<qads_arena>(arena));
}

// result: [address, allocation]
JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_arenaAllocate(JNIEnv* env, jclass /*type*/,
                                                                                jlong arena, jlong size,
                                                                                jlong timeout_ms, jlongArray result) {
  guarded(env, [&] {
    void* address = nullptr;
    qads_allocation* allocation = nullptr;
    if (check(env, qads_arena_allocate(to_handle<qads_arena>(arena), size, timeout_ms, &address, &allocation))) {
      const std::array<jlong, 2> both{to_jlong(address), to_jlong(allocation)};
      env->SetLongArrayRegion(result, 0, 2, both.data());
    }
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_allocationRelease(JNIEnv* /*env*/, jclass /*type*/,
                                                                                    jlong allocation) {
  qads_allocation_release(to_handle<qads_allocation>(allocation));
}

// The fields of qads_arena_info in their order, without struct_size; the uuid as two big-endian numbers at the end.
JNIEXPORT jlongArray JNICALL Java_io_qadataswap_internal_NativeBindings_arenaGetInfo(JNIEnv* env, jclass /*type*/,
                                                                                     jlong arena) {
  return guarded(env, [&]() -> jlongArray {
    qads_arena_info info{};
    info.struct_size = sizeof(info);
    if (!check(env, qads_arena_get_info(to_handle<qads_arena>(arena), &info))) {
      return nullptr;
    }
    std::array<std::uint64_t, 2> uuid{};
    for (std::size_t i = 0; i < sizeof(info.uuid); ++i) {
      uuid.at(i / 8) = (uuid.at(i / 8) << 8) | info.uuid[i];
    }
    return to_longs(env, {info.layout_major,
                          info.layout_minor,
                          info.slots,
                          info.reader_capacity,
                          info.overflow,
                          info.lifetime,
                          info.writer_alive,
                          info.finished,
                          info.has_schema,
                          info.capacity,
                          info.evict_after_ms,
                          info.writer_pid,
                          info.created_unix_ns,
                          to_jlong(info.head),
                          to_jlong(info.tail),
                          to_jlong(info.superseded_unread),
                          to_jlong(info.messages),
                          to_jlong(info.rows),
                          to_jlong(info.bytes_copied),
                          to_jlong(info.bytes_referenced),
                          to_jlong(info.dropped_batches),
                          to_jlong(info.stalls),
                          to_jlong(info.stalled_ns),
                          to_jlong(info.evicted_readers),
                          to_jlong(info.reaped_readers),
                          to_jlong(info.reserved_bytes),
                          to_jlong(uuid[0]),
                          to_jlong(uuid[1])});
  });
}

// Ten numbers a reader: the fields of qads_reader_state in their order.
JNIEXPORT jlongArray JNICALL Java_io_qadataswap_internal_NativeBindings_arenaGetReaders(JNIEnv* env, jclass /*type*/,
                                                                                        jlong arena) {
  return guarded(env, [&]() -> jlongArray {
    std::array<qads_reader_state, 64> states{};
    std::int32_t count = 0;
    if (!check(env, qads_arena_get_readers(to_handle<qads_arena>(arena), states.data(),
                                           static_cast<std::int32_t>(states.size()), &count))) {
      return nullptr;
    }
    std::vector<jlong> numbers;
    for (std::size_t i = 0; i < static_cast<std::size_t>(count) && i < states.size(); ++i) {
      const qads_reader_state& state = states.at(i);
      numbers.insert(numbers.end(),
                     {state.entry, state.alive, state.evicted, state.held_batches, state.pid, state.attached_unix_ns,
                      state.oldest_held_ns, to_jlong(state.position), to_jlong(state.lag), to_jlong(state.lost)});
    }
    return to_longs(env, numbers);
  });
}

// The names, one after another, each followed by a zero byte.
JNIEXPORT jbyteArray JNICALL Java_io_qadataswap_internal_NativeBindings_list(JNIEnv* env, jclass /*type*/,
                                                                             jbyteArray directory) {
  return guarded(env, [&]() -> jbyteArray {
    const OptionalText directory_text(env, directory);
    std::string names;
    const auto visit = [](void* context, const char* name) -> int {
      static_cast<std::string*>(context)->append(name).push_back('\0');
      return 0;
    };
    return check(env, qads_list(directory_text.get(), visit, &names)) ? qads_jni::to_bytes(env, names) : nullptr;
  });
}

JNIEXPORT void JNICALL Java_io_qadataswap_internal_NativeBindings_remove(JNIEnv* env, jclass /*type*/, jbyteArray name,
                                                                         jbyteArray directory, jint flags) {
  guarded(env, [&] {
    const OptionalText name_text(env, name);
    const OptionalText directory_text(env, directory);
    check(env, qads_remove(name_text.get(), directory_text.get(), static_cast<std::uint32_t>(flags)));
  });
}

}  // extern "C"
