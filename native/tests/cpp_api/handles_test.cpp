// Every exported function, called with null handles, with closed ones, and with numbers that make no sense.
#include <functional>
#include <thread>

#include "cpp_api/segment_test.hpp"

namespace qadataswap::test {
namespace {

struct Call {
  const char* name;
  std::function<qads_status()> run;
};

// All calls that take a handle; `h` has the handles to use, which may be null.
struct Calls {
  explicit Calls(const CHandles& handles) : h(handles) {
    info.struct_size = sizeof(info);
    stats.struct_size = sizeof(stats);
  }

  std::vector<Call> OnWriter() {
    return {
        {"set_schema", [this] { return qads_writer_set_schema(h.writer, &schema); }},
        {"write", [this] { return qads_writer_write(h.writer, &array, nullptr, 0, 0); }},
        {"write_flat", [this] { return qads_writer_write_flat(h.writer, &flat, 0, 0); }},
        {"write_stream",
         [this] {
           Must(arrow::ExportRecordBatchReader(Must(arrow::RecordBatchReader::Make({Numbers(0, 1)})), &stream));
           const qads_status status = qads_writer_write_stream(h.writer, &stream, 0, 0);
           EXPECT_EQ(stream.release, nullptr) << "a stream that is given away is released in any case";
           return status;
         }},
        {"get_last_write", [this] { return qads_writer_get_last_write(h.writer, nullptr, 0, &count); }},
        {"wait_readers", [this] { return qads_writer_wait_readers(h.writer, 1, 0); }},
        {"wait_drained", [this] { return qads_writer_wait_drained(h.writer, 0); }},
    };
  }

  std::vector<Call> OnReader() {
    return {
        {"get_schema", [this] { return qads_reader_get_schema(h.reader, 0, &schema_out); }},
        {"next", [this] { return qads_reader_next(h.reader, 0, &array_out, nullptr); }},
        {"next_flat", [this] { return qads_reader_next_flat(h.reader, 0, &flat, nullptr); }},
        {"next_message", [this] { return qads_reader_next_message(h.reader, 0, &stream, nullptr); }},
        {"wait", [this] { return qads_reader_wait(h.reader, 0); }},
    };
  }

  std::vector<Call> OnArena() {
    return {
        {"create_writer", [this] { return qads_create_writer(h.arena, nullptr, nullptr, &writer); }},
        {"attach_reader", [this] { return qads_attach_reader(h.arena, nullptr, &reader); }},
        {"allocate", [this] { return qads_arena_allocate(h.arena, 10, 0, &address, &allocation); }},
        {"get_info", [this] { return qads_arena_get_info(h.arena, &info); }},
        {"get_readers", [this] { return qads_arena_get_readers(h.arena, nullptr, 0, &readers); }},
    };
  }

  const CHandles& h;
  ArrowSchema schema{};
  ArrowArray array{};
  ArrowArrayStream stream{};
  ArrowSchema schema_out{};
  ArrowArray array_out{};
  qads_flat_batch flat{};
  qads_arena_info info{};
  qads_reader_stats stats{};
  qads_writer* writer = nullptr;
  qads_reader* reader = nullptr;
  qads_allocation* allocation = nullptr;
  void* address = nullptr;
  int64_t count = 0;
  int32_t readers = 0;
};

class Handles : public SegmentTest {
 protected:
  // One batch was written and none read.
  void Open(CHandles* h) {
    qads_arena_options options;
    qads_arena_options_init(&options);
    options.capacity = 1 << 20;
    ASSERT_EQ(qads_create_arena("handles", &options, &h->arena), QADS_OK) << qads_last_error();
    ASSERT_EQ(qads_create_writer(h->arena, nullptr, nullptr, &h->writer), QADS_OK) << qads_last_error();
    ASSERT_EQ(qads_attach_arena("handles", nullptr, &h->attached), QADS_OK) << qads_last_error();
    ASSERT_EQ(qads_attach_reader(h->attached, nullptr, &h->reader), QADS_OK) << qads_last_error();
    internal::Owned<ArrowArray> array;
    internal::Owned<ArrowSchema> schema;
    Must(arrow::ExportRecordBatch(*Numbers(0, 10), &array.value, &schema.value));
    ASSERT_EQ(qads_writer_write(h->writer, &array.value, &schema.value, 0, 0), QADS_OK) << qads_last_error();
  }
};

void ExpectAll(const std::vector<Call>& calls, qads_status wanted, const std::string& part) {
  for (const Call& call : calls) {
    EXPECT_EQ(call.run(), wanted) << call.name << ": " << qads_last_error();
    EXPECT_THAT(qads_last_error(), testing::HasSubstr(part)) << call.name;
  }
}

TEST_F(Handles, ThatAreNullAreInvalid) {
  const CHandles none;
  Calls calls(none);
  ExpectAll(calls.OnWriter(), QADS_ERR_INVALID, "null");
  ExpectAll(calls.OnReader(), QADS_ERR_INVALID, "null");
  ExpectAll(calls.OnArena(), QADS_ERR_INVALID, "null");
  ExpectAll({{"get_stats", [&] { return qads_reader_get_stats(nullptr, &calls.stats); }},
             {"export_stream", [&] { return qads_reader_export_stream(nullptr, 0, &calls.stream); }},
             {"finish", [] { return qads_writer_finish(nullptr); }},
             {"arena_close", [] { return qads_arena_close(nullptr); }},
             {"writer_close", [] { return qads_writer_close(nullptr); }},
             {"reader_close", [] { return qads_reader_close(nullptr); }}},
            QADS_ERR_INVALID, "null");
  // Those that free take null as free() does.
  qads_arena_free(nullptr);
  qads_writer_free(nullptr);
  qads_reader_free(nullptr);
  qads_allocation_release(nullptr);
  qads_lease_release(nullptr);
  qads_lease_retain(nullptr);
  qads_arena_options_init(nullptr);
  qads_attach_options_init(nullptr);
  qads_writer_options_init(nullptr);
  qads_reader_options_init(nullptr);
}

TEST_F(Handles, ThatAreClosedSaySo) {
  CHandles h;
  Open(&h);
  Calls calls(h);
  EXPECT_EQ(qads_writer_finish(h.writer), QADS_OK);
  for (int twice = 0; twice < 2; ++twice) {
    EXPECT_EQ(qads_writer_close(h.writer), QADS_OK);
    EXPECT_EQ(qads_reader_close(h.reader), QADS_OK);
    EXPECT_EQ(qads_arena_close(h.arena), QADS_OK);
    ExpectAll(calls.OnWriter(), QADS_ERR_CLOSED, "handles");
    ExpectAll(calls.OnReader(), QADS_ERR_CLOSED, "handles");
    ExpectAll(calls.OnArena(), QADS_ERR_CLOSED, "handles");
  }
  EXPECT_EQ(qads_remove("handles", nullptr, QADS_REMOVE_UNREAD), QADS_OK) << qads_last_error();
}

TEST_F(Handles, NeedSomewhereToPutWhatTheyGive) {
  CHandles h;
  Open(&h);
  qads_arena* const arena = h.arena;
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  std::uint64_t bytes = 0;
  ExpectAll({{"create_arena", [] { return qads_create_arena("other", nullptr, nullptr); }},
             {"create_arena without a name",
              [] {
                qads_arena* out = nullptr;
                return qads_create_arena(nullptr, nullptr, &out);
              }},
             {"attach_arena", [] { return qads_attach_arena("handles", nullptr, nullptr); }},
             {"create_writer", [=] { return qads_create_writer(arena, nullptr, nullptr, nullptr); }},
             {"attach_reader", [=] { return qads_attach_reader(arena, nullptr, nullptr); }},
             {"allocate without an address", [&] { return qads_arena_allocate(arena, 1, 0, nullptr, &allocation); }},
             {"allocate", [&] { return qads_arena_allocate(arena, 1, 0, &address, nullptr); }},
             {"get_info", [=] { return qads_arena_get_info(arena, nullptr); }},
             {"get_readers", [=] { return qads_arena_get_readers(arena, nullptr, 0, nullptr); }},
             {"set_schema", [&] { return qads_writer_set_schema(h.writer, nullptr); }},
             {"write", [&] { return qads_writer_write(h.writer, nullptr, nullptr, 0, 0); }},
             {"write_flat", [&] { return qads_writer_write_flat(h.writer, nullptr, 0, 0); }},
             {"write_stream", [&] { return qads_writer_write_stream(h.writer, nullptr, 0, 0); }},
             {"get_last_write", [&] { return qads_writer_get_last_write(h.writer, nullptr, 0, nullptr); }},
             {"get_schema", [&] { return qads_reader_get_schema(h.reader, 0, nullptr); }},
             {"next", [&] { return qads_reader_next(h.reader, 0, nullptr, nullptr); }},
             {"next_flat", [&] { return qads_reader_next_flat(h.reader, 0, nullptr, nullptr); }},
             {"next_message", [&] { return qads_reader_next_message(h.reader, 0, nullptr, nullptr); }},
             {"export_stream", [&] { return qads_reader_export_stream(h.reader, 0, nullptr); }},
             {"get_stats", [&] { return qads_reader_get_stats(h.reader, nullptr); }},
             {"list", [] { return qads_list(nullptr, nullptr, nullptr); }},
             {"remove", [] { return qads_remove(nullptr, nullptr, 0); }},
             {"find", [] { return qads_find("handles", nullptr, nullptr, nullptr); }},
             {"memory_left", [] { return qads_memory_left(nullptr, nullptr, 0); }},
             {"memory_left without a text", [&] { return qads_memory_left(&bytes, nullptr, 1); }}},
            QADS_ERR_INVALID, "null");
  ArrowArray array{};
  EXPECT_EQ(qads_reader_next(h.reader, 0, &array, nullptr), QADS_OK) << "the batch is still there";
  array.release(&array);
  EXPECT_EQ(qads_writer_finish(h.writer), QADS_OK);
  EXPECT_EQ(qads_reader_next(h.reader, 0, &array, nullptr), QADS_END_OF_STREAM);
}

TEST_F(Handles, OfAnArenaThatWasOnlyAttachedCannotWrite) {
  CHandles h;
  Open(&h);
  qads_writer* writer = nullptr;
  EXPECT_EQ(qads_create_writer(h.attached, nullptr, nullptr, &writer), QADS_ERR_INVALID);
  EXPECT_THAT(qads_last_error(), testing::HasSubstr("handles"));
  void* address = nullptr;
  qads_allocation* allocation = nullptr;
  EXPECT_EQ(qads_arena_allocate(h.attached, 1, 0, &address, &allocation), QADS_ERR_INVALID);
  EXPECT_EQ(qads_create_writer(h.arena, nullptr, nullptr, &writer), QADS_ERR_EXISTS) << "one writer is all";
  EXPECT_EQ(qads_writer_finish(h.writer), QADS_OK);
  qads_writer_free(h.writer);
  h.writer = nullptr;
  qads_arena_free(h.arena);
  h.arena = nullptr;
  EXPECT_EQ(qads_remove("handles", nullptr, QADS_REMOVE_UNREAD), QADS_OK) << qads_last_error();
}

TEST_F(Handles, KeepWhatTheCallingThreadsLastErrorWas) {
  EXPECT_EQ(qads_remove("missing", nullptr, 0), QADS_ERR_NOT_FOUND);
  std::thread([] { EXPECT_STREQ(qads_last_error(), ""); }).join();
  EXPECT_THAT(qads_last_error(), testing::HasSubstr("missing"));
}

TEST_F(Handles, NumbersThatASegmentCannotHaveAreInvalidAndNamed) {
  struct Row {
    const char* field;
    std::function<void(qads_arena_options&)> set;
    std::string number;
  };
  const std::vector<Row> rows{
      {"capacity", [](auto& o) { o.capacity = -1; }, "-1"},
      {"capacity", [](auto& o) { o.capacity = 0; }, "0"},
      {"capacity", [](auto& o) { o.capacity = INT64_MAX; }, std::to_string(INT64_MAX)},
      {"schema_capacity", [](auto& o) { o.schema_capacity = -5; }, "-5"},
      {"slots", [](auto& o) { o.slots = 0; }, "0"},
      {"slots", [](auto& o) { o.slots = -2; }, "-2"},
      {"slots", [](auto& o) { o.slots = 65536; }, "65536"},
      {"reader_capacity", [](auto& o) { o.reader_capacity = 65; }, "65"},
      {"overflow", [](auto& o) { o.overflow = 9; }, "9"},
      {"lifetime", [](auto& o) { o.lifetime = -1; }, "-1"},
      {"takeover", [](auto& o) { o.takeover = 7; }, "7"},
      {"evict_after_ms", [](auto& o) { o.evict_after_ms = -3; }, "-3"},
      {"struct_size", [](auto& o) { o.struct_size = 3; }, "3"},
  };
  for (const Row& row : rows) {
    qads_arena_options options;
    qads_arena_options_init(&options);
    row.set(options);
    qads_arena* arena = nullptr;
    EXPECT_EQ(qads_create_arena("numbers", &options, &arena), QADS_ERR_INVALID) << row.field;
    const std::string message = qads_last_error();
    EXPECT_THAT(message, testing::HasSubstr(row.field));
    EXPECT_THAT(message, testing::HasSubstr(row.number));
    EXPECT_THAT(message, testing::HasSubstr("numbers")) << "the message names the segment";
    EXPECT_EQ(arena, nullptr);
  }
}

TEST_F(Handles, EveryCodeHasItsOwnName) {
  std::vector<std::string> names;
  for (qads_status code = QADS_ERR_INTERNAL; code <= QADS_OK; ++code) names.emplace_back(qads_status_name(code));
  const size_t count = names.size();
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  EXPECT_EQ(names.size(), count);
  EXPECT_STRNE(qads_status_name(12345), nullptr);
  EXPECT_THAT(qads_version(), testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+"));
}

}  // namespace
}  // namespace qadataswap::test
