// QADataSwap for C++ programs that use libarrow: a writer of arrow::RecordBatch, Table and RecordBatchReader, an
// arrow::RecordBatchReader over a segment, and an arrow::MemoryPool inside one. Header-only, over qadataswap.h.
//
// Errors are arrow::Status with a qadataswap::StatusDetail, which carries the code: see ErrorCode. Timeouts: negative waits
// for ever, zero looks once. Close may be called from any thread while another one waits in the same object; the waiting
// call then fails with QADS_ERR_CLOSED. Other calls may come from any thread and wait for one another. Destroy an object
// when nobody is inside it. A fork's child must not use its parent's objects.
#ifndef QADATASWAP_ARROW_H
#define QADATASWAP_ARROW_H

#include <arrow/c/bridge.h>
#include <arrow/memory_pool.h>
#include <arrow/record_batch.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <arrow/table.h>
#include <qadataswap/qadataswap.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace qadataswap {

using Milliseconds = std::chrono::milliseconds;

/// What every wait is bounded by where nothing else is said: finite, so that a forgotten reader shows itself.
inline constexpr Milliseconds kDefaultTimeout{30'000};

/// The qads_status behind an arrow::Status.
class StatusDetail : public arrow::StatusDetail {
 public:
  explicit StatusDetail(qads_status code) : code_(code) {}
  const char* type_id() const override { return "qadataswap::StatusDetail"; }
  std::string ToString() const override { return std::string("[qadataswap: ") + qads_status_name(code_) + "]"; }
  qads_status code() const { return code_; }

 private:
  qads_status code_;
};

/// The code that `status` carries; QADS_OK if it is OK or isn't one of ours.
inline qads_status ErrorCode(const arrow::Status& status) {
  const auto& detail = status.detail();
  if (!detail || std::strcmp(detail->type_id(), "qadataswap::StatusDetail") != 0) return QADS_OK;
  return static_cast<const StatusDetail&>(*detail).code();
}

/// OK, or the calling thread's last error as a Status.
inline arrow::Status ToStatus(qads_status code) {
  if (code == QADS_OK) return arrow::Status::OK();
  arrow::StatusCode kind = arrow::StatusCode::IOError;
  switch (code) {
    case QADS_ERR_INVALID:
    case QADS_ERR_SCHEMA_MISMATCH:
    case QADS_ERR_CLOSED:
    case QADS_ERR_FORKED:
      kind = arrow::StatusCode::Invalid;
      break;
    case QADS_ERR_WOULD_NOT_FIT:
    case QADS_ERR_NO_SPACE:
      kind = arrow::StatusCode::CapacityError;
      break;
    case QADS_ERR_NOT_FOUND:
      kind = arrow::StatusCode::KeyError;
      break;
    case QADS_ERR_UNSUPPORTED_TYPE:
      kind = arrow::StatusCode::NotImplemented;
      break;
    case QADS_ERR_NO_MEMORY:
      kind = arrow::StatusCode::OutOfMemory;
      break;
    default:
      break;
  }
  return arrow::Status(kind, qads_last_error(), std::make_shared<StatusDetail>(code));
}

namespace internal {

struct Free {
  void operator()(qads_arena* arena) const { qads_arena_free(arena); }
  void operator()(qads_writer* writer) const { qads_writer_free(writer); }
  void operator()(qads_reader* reader) const { qads_reader_free(reader); }
};

// An ArrowSchema or ArrowArray that is released unless somebody took it over.
template <typename T>
struct Owned {
  T value{};
  Owned() = default;
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (value.release != nullptr) value.release(&value);
  }
};

inline const char* OrNull(const std::string& text) { return text.empty() ? nullptr : text.c_str(); }

}  // namespace internal

/// Memory in a writer's segment: what is built here, Writer::Write publishes without copying it. Get one from
/// Writer::pool(); it must outlive its buffers, as every arrow::MemoryPool, but not the writer. Any thread. An allocation
/// waits for room as a write does, up to the writer's timeout. Published memory is shared with the readers: what is
/// written into it afterwards, they see.
class ArenaMemoryPool : public arrow::MemoryPool {
 public:
  ArenaMemoryPool(std::shared_ptr<qads_arena> arena, Milliseconds timeout)
      : arena_(std::move(arena)), timeout_(timeout) {}

  ~ArenaMemoryPool() override {
    for (const auto& [address, allocation] : allocations_) qads_allocation_release(allocation);
  }

  using arrow::MemoryPool::Allocate;
  using arrow::MemoryPool::Free;
  using arrow::MemoryPool::Reallocate;

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override {
    if (size < 0) return arrow::Status::Invalid("negative allocation of ", size, " bytes");
    if (alignment > 64) return arrow::Status::Invalid("alignment of ", alignment, " bytes; a segment aligns to 64");
    if (size == 0) {
      *out = Nothing();
      return arrow::Status::OK();
    }
    void* address = nullptr;
    qads_allocation* allocation = nullptr;
    ARROW_RETURN_NOT_OK(ToStatus(qads_arena_allocate(arena_.get(), size, timeout_.count(), &address, &allocation)));
    {
      std::lock_guard lock(mutex_);
      allocations_.emplace(address, allocation);
    }
    statistics_.DidAllocateBytes(size);
    *out = static_cast<uint8_t*>(address);
    return arrow::Status::OK();
  }

  /// Shrinking keeps the memory where it is, so that a builder's last resize costs nothing.
  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** ptr) override {
    if (new_size < 0) return arrow::Status::Invalid("negative allocation of ", new_size, " bytes");
    if (new_size <= old_size && new_size > 0) {
      statistics_.DidReallocateBytes(old_size, new_size);
      return arrow::Status::OK();
    }
    uint8_t* moved = nullptr;
    ARROW_RETURN_NOT_OK(Allocate(new_size, alignment, &moved));
    const int64_t kept = std::min(old_size, new_size);
    if (kept > 0) std::memcpy(moved, *ptr, static_cast<size_t>(kept));
    Free(*ptr, old_size, alignment);
    *ptr = moved;
    return arrow::Status::OK();
  }

  void Free(uint8_t* buffer, int64_t size, int64_t /*alignment*/) override {
    if (buffer == Nothing()) return;
    qads_allocation* allocation = nullptr;
    {
      std::lock_guard lock(mutex_);
      const auto found = allocations_.find(buffer);
      if (found == allocations_.end()) return;
      allocation = found->second;
      allocations_.erase(found);
    }
    qads_allocation_release(allocation);
    statistics_.DidFreeBytes(size);
  }

  int64_t bytes_allocated() const override { return statistics_.bytes_allocated(); }
  int64_t max_memory() const override { return statistics_.max_memory(); }
  int64_t total_bytes_allocated() const override { return statistics_.total_bytes_allocated(); }
  int64_t num_allocations() const override { return statistics_.num_allocations(); }
  std::string backend_name() const override { return "qadataswap"; }

 private:
  // What an allocation of no bytes points at, as in libarrow's own pools.
  static uint8_t* Nothing() {
    alignas(64) static std::array<uint8_t, 64> nothing{};
    return nothing.data();
  }

  std::shared_ptr<qads_arena> arena_;
  Milliseconds timeout_;
  std::mutex mutex_;
  std::unordered_map<void*, qads_allocation*> allocations_;
  arrow::internal::MemoryPoolStats statistics_;
};

enum class Overflow { kBlock = QADS_OVERFLOW_BLOCK, kDropOldest = QADS_OVERFLOW_DROP_OLDEST };
enum class Lifetime {
  kDefault = QADS_LIFETIME_DEFAULT,
  kUntilDrained = QADS_LIFETIME_UNTIL_DRAINED,
  kUntilClosed = QADS_LIFETIME_UNTIL_CLOSED,
  kKeep = QADS_LIFETIME_KEEP
};
enum class Takeover { kReplace = QADS_TAKEOVER_REPLACE, kRefuse = QADS_TAKEOVER_REFUSE };
enum class Wait {
  kAdaptive = QADS_WAIT_ADAPTIVE,
  kBusy = QADS_WAIT_BUSY,
  kSleep = QADS_WAIT_SLEEP,
  kPoll = QADS_WAIT_POLL,
};
enum class Start { kEarliest = QADS_START_EARLIEST, kLatest = QADS_START_LATEST };
/// What a reader that was overrun gets: an error once, or the next batch, with the loss counted in BatchInfo and Stats.
enum class Loss { kError = QADS_LOSS_ERROR, kCount = QADS_LOSS_COUNT };
/// How a stream is written.
enum class Messages { kOne, kPerBatch };

/// Options of a writer and its segment; what is absent keeps the default of qads_arena_options.
struct WriterOptions {
  std::string name{};
  std::string directory{};  ///< empty: environment QADS_DIR, else /dev/shm
  std::optional<int64_t> capacity{};
  std::optional<int64_t> schema_capacity{};
  std::optional<int32_t> slots{};
  std::optional<int32_t> reader_capacity{};
  std::optional<uint32_t> mode{};
  Overflow overflow = Overflow::kBlock;
  Lifetime lifetime = Lifetime::kDefault;
  Takeover takeover = Takeover::kReplace;
  Wait wait = Wait::kAdaptive;
  Milliseconds evict_after{0};  ///< zero: never
  bool populate = false;
  bool huge_pages = false;
  Milliseconds timeout = kDefaultTimeout;  ///< bounds each wait for room of every write and allocation
};

/// The one writer of a new segment.
class Writer {
 public:
  /// Creates the segment and its writer. The schema may come with the first write instead; readers see it from then on.
  static arrow::Result<std::unique_ptr<Writer>> Create(const WriterOptions& options,
                                                       const std::shared_ptr<arrow::Schema>& schema = nullptr) {
    qads_arena_options arena_options;
    qads_arena_options_init(&arena_options);
    arena_options.directory = internal::OrNull(options.directory);
    arena_options.capacity = options.capacity.value_or(arena_options.capacity);
    arena_options.schema_capacity = options.schema_capacity.value_or(arena_options.schema_capacity);
    arena_options.slots = options.slots.value_or(arena_options.slots);
    arena_options.reader_capacity = options.reader_capacity.value_or(arena_options.reader_capacity);
    arena_options.mode = options.mode.value_or(arena_options.mode);
    arena_options.overflow = static_cast<int32_t>(options.overflow);
    arena_options.lifetime = static_cast<int32_t>(options.lifetime);
    arena_options.takeover = static_cast<int32_t>(options.takeover);
    arena_options.evict_after_ms = options.evict_after.count();
    if (options.populate) arena_options.flags |= QADS_ARENA_POPULATE;
    if (options.huge_pages) arena_options.flags |= QADS_ARENA_HUGE_PAGES;
    qads_arena* arena = nullptr;
    ARROW_RETURN_NOT_OK(ToStatus(qads_create_arena(options.name.c_str(), &arena_options, &arena)));
    std::unique_ptr<Writer> made(new Writer(std::shared_ptr<qads_arena>(arena, internal::Free()), options.timeout));
    const arrow::Status status = made->CreateWriter(options.wait, schema);
    if (status.ok()) return made;
    made.reset();
    (void)qads_remove(options.name.c_str(), arena_options.directory, 0);  // nobody was to find it yet
    return status;
  }

  /// Closes. Without Finish before, readers are told that the stream broke off.
  ~Writer() { (void)Close(); }

  /// Publishes one batch as one message (or as a part of one, with QADS_WRITE_MORE in `flags`). Waits for room.
  arrow::Status Write(const arrow::RecordBatch& batch, uint32_t flags = 0) {
    internal::Owned<ArrowArray> array;
    internal::Owned<ArrowSchema> schema;
    const bool known = IsKnown(batch.schema());
    ARROW_RETURN_NOT_OK(arrow::ExportRecordBatch(batch, &array.value, known ? nullptr : &schema.value));
    ARROW_RETURN_NOT_OK(ToStatus(
        qads_writer_write(writer_.get(), &array.value, known ? nullptr : &schema.value, flags, timeout_.count())));
    if (!known) Remember(batch.schema());
    return arrow::Status::OK();
  }

  /// Publishes the table as one message of as many batches as its chunks make.
  arrow::Status Write(const arrow::Table& table) {
    // Not owned: the stream is released before this returns.
    return Write(std::make_shared<arrow::TableBatchReader>(table));
  }

  /// Publishes all that `reader` has left: one message in all, or one a batch. The timeout bounds each batch's wait.
  arrow::Status Write(std::shared_ptr<arrow::RecordBatchReader> reader, Messages messages = Messages::kOne) {
    ArrowArrayStream stream{};
    ARROW_RETURN_NOT_OK(arrow::ExportRecordBatchReader(std::move(reader), &stream));
    const uint32_t flags = messages == Messages::kPerBatch ? uint32_t{QADS_WRITE_MESSAGE_PER_BATCH} : 0U;
    return ToStatus(qads_writer_write_stream(writer_.get(), &stream, flags, timeout_.count()));
  }

  /// Where to build batches that needn't be copied. The pool must outlive them; it may outlive the writer.
  const std::shared_ptr<ArenaMemoryPool>& pool() const { return pool_; }

  arrow::Status WaitReaders(int32_t readers, Milliseconds timeout = kDefaultTimeout) {
    return ToStatus(qads_writer_wait_readers(writer_.get(), readers, timeout.count()));
  }

  /// Waits until every attached reader has read all that was published.
  arrow::Status WaitDrained(Milliseconds timeout = kDefaultTimeout) {
    return ToStatus(qads_writer_wait_drained(writer_.get(), timeout.count()));
  }

  /// What the last successful write copied and what it published in place, column by column, and why.
  arrow::Result<std::vector<qads_column_report>> LastWrite() const {
    int64_t count = 0;
    ARROW_RETURN_NOT_OK(ToStatus(qads_writer_get_last_write(writer_.get(), nullptr, 0, &count)));
    std::vector<qads_column_report> report(static_cast<size_t>(count));
    ARROW_RETURN_NOT_OK(ToStatus(qads_writer_get_last_write(writer_.get(), report.data(), count, &count)));
    report.resize(std::min(report.size(), static_cast<size_t>(count)));
    return report;
  }

  /// Statistics of the writer and the state of the segment. Doesn't block.
  arrow::Result<qads_arena_info> Info() const {
    qads_arena_info info{};
    info.struct_size = sizeof(info);
    ARROW_RETURN_NOT_OK(ToStatus(qads_arena_get_info(arena_.get(), &info)));
    return info;
  }

  /// The readers that are attached: how far behind each is, and what it holds. Doesn't block.
  arrow::Result<std::vector<qads_reader_state>> Readers() const {
    std::vector<qads_reader_state> readers(64);  // as many as a segment can have
    int32_t count = 0;
    ARROW_RETURN_NOT_OK(
        ToStatus(qads_arena_get_readers(arena_.get(), readers.data(), static_cast<int32_t>(readers.size()), &count)));
    readers.resize(std::min(readers.size(), static_cast<size_t>(count)));
    return readers;
  }

  /// Marks the end of the stream; readers come to it after the last batch. Waits for nobody. Twice is fine.
  arrow::Status Finish() { return ToStatus(qads_writer_finish(writer_.get())); }

  /// Lets go of the segment. Batches still in it stay readable. Twice is fine; any thread.
  arrow::Status Close() {
    const qads_status writer = writer_ ? qads_writer_close(writer_.get()) : QADS_OK;
    ARROW_RETURN_NOT_OK(ToStatus(writer));
    return ToStatus(qads_arena_close(arena_.get()));
  }

 private:
  Writer(std::shared_ptr<qads_arena> arena, Milliseconds timeout)
      : arena_(std::move(arena)), timeout_(timeout), pool_(std::make_shared<ArenaMemoryPool>(arena_, timeout)) {}

  arrow::Status CreateWriter(Wait wait, const std::shared_ptr<arrow::Schema>& schema) {
    internal::Owned<ArrowSchema> c_schema;
    if (schema) ARROW_RETURN_NOT_OK(arrow::ExportSchema(*schema, &c_schema.value));
    qads_writer_options options;
    qads_writer_options_init(&options);
    options.wait = static_cast<int32_t>(wait);
    qads_writer* writer = nullptr;
    ARROW_RETURN_NOT_OK(
        ToStatus(qads_create_writer(arena_.get(), schema ? &c_schema.value : nullptr, &options, &writer)));
    writer_.reset(writer);
    schema_ = schema;
    return arrow::Status::OK();
  }

  // The core compares schemas; one that it has accepted needn't be exported again.
  bool IsKnown(const std::shared_ptr<arrow::Schema>& schema) {
    std::lock_guard lock(mutex_);
    return schema_ == schema;
  }
  void Remember(const std::shared_ptr<arrow::Schema>& schema) {
    std::lock_guard lock(mutex_);
    schema_ = schema;
  }

  std::shared_ptr<qads_arena> arena_;
  Milliseconds timeout_;
  std::shared_ptr<ArenaMemoryPool> pool_;
  std::mutex mutex_;
  std::shared_ptr<arrow::Schema> schema_;
  std::unique_ptr<qads_writer, internal::Free> writer_;
};

struct ReaderOptions {
  std::string name{};
  std::string directory{};                 ///< empty: environment QADS_DIR, else /dev/shm
  Milliseconds attach_timeout{0};          ///< how long Open waits for the name to appear
  Milliseconds timeout = kDefaultTimeout;  ///< bounds Open's wait for the schema, and each read without its own
  Start start = Start::kEarliest;
  Wait wait = Wait::kAdaptive;
  Loss loss = Loss::kError;
  bool offline = false;  ///< the segment is a copy of a file: see QADS_ATTACH_OFFLINE
};

/// One reader of a segment. Batches lie in the segment, read-only and without a copy; each keeps its slot until its last
/// buffer is let go, from any thread, also after the reader is gone. A slot that is held isn't free for the writer.
class Reader : public arrow::RecordBatchReader {
 public:
  /// Attaches, and waits for the schema.
  static arrow::Result<std::shared_ptr<Reader>> Open(const ReaderOptions& options) {
    qads_attach_options attach_options;
    qads_attach_options_init(&attach_options);
    attach_options.directory = internal::OrNull(options.directory);
    attach_options.timeout_ms = options.attach_timeout.count();
    if (options.offline) attach_options.flags |= QADS_ATTACH_OFFLINE;
    qads_arena* attached = nullptr;
    ARROW_RETURN_NOT_OK(ToStatus(qads_attach_arena(options.name.c_str(), &attach_options, &attached)));
    const std::unique_ptr<qads_arena, internal::Free> arena(attached);

    qads_reader_options reader_options;
    qads_reader_options_init(&reader_options);
    reader_options.start = static_cast<int32_t>(options.start);
    reader_options.wait = static_cast<int32_t>(options.wait);
    reader_options.loss = static_cast<int32_t>(options.loss);
    qads_reader* reader = nullptr;
    ARROW_RETURN_NOT_OK(ToStatus(qads_attach_reader(arena.get(), &reader_options, &reader)));
    std::shared_ptr<Reader> made(new Reader(reader, options.timeout));

    ArrowSchema c_schema{};
    ARROW_RETURN_NOT_OK(ToStatus(qads_reader_get_schema(reader, options.timeout.count(), &c_schema)));
    ARROW_ASSIGN_OR_RAISE(made->schema_, arrow::ImportSchema(&c_schema));
    return made;
  }

  std::shared_ptr<arrow::Schema> schema() const override { return schema_; }

  using arrow::RecordBatchReader::ReadNext;

  /// The next batch; null at the end of the stream. Waits up to the options' timeout.
  arrow::Status ReadNext(std::shared_ptr<arrow::RecordBatch>* batch) override {
    return ReadNext(timeout_).Value(batch);
  }

  /// The same with its own timeout. `info` gets the batch's place in the stream and in its message.
  arrow::Result<std::shared_ptr<arrow::RecordBatch>> ReadNext(Milliseconds timeout, qads_batch_info* info = nullptr) {
    ArrowArray array{};
    const qads_status status = qads_reader_next(reader_.get(), timeout.count(), &array, info);
    if (status == QADS_END_OF_STREAM) return nullptr;
    ARROW_RETURN_NOT_OK(ToStatus(status));
    return arrow::ImportRecordBatch(&array, schema_);
  }

  /// The next whole message; null at the end of the stream. `timeout` is for all of it.
  arrow::Result<std::shared_ptr<arrow::Table>> NextMessage(Milliseconds timeout, qads_batch_info* info = nullptr) {
    ArrowArrayStream stream{};
    const qads_status status = qads_reader_next_message(reader_.get(), timeout.count(), &stream, info);
    if (status == QADS_END_OF_STREAM) return nullptr;
    ARROW_RETURN_NOT_OK(ToStatus(status));
    ARROW_ASSIGN_OR_RAISE(auto batches, arrow::ImportRecordBatchReader(&stream));
    return batches->ToTable();
  }
  arrow::Result<std::shared_ptr<arrow::Table>> NextMessage() { return NextMessage(timeout_); }

  /// OK once a batch is there to be read, without taking it; else what reading would fail with (also at the end).
  arrow::Status WaitNext(Milliseconds timeout) { return ToStatus(qads_reader_wait(reader_.get(), timeout.count())); }

  /// A descriptor for epoll and its like, readable while there is something to read: then call ReadNext with a timeout of 0,
  /// up to its QADS_ERR_TIMEOUT. Only to be waited on; it is closed with this object. See qads_reader_get_fd.
  arrow::Result<int> FileDescriptor() {
    int fd = -1;
    ARROW_RETURN_NOT_OK(ToStatus(qads_reader_get_fd(reader_.get(), &fd)));
    return fd;
  }

  /// Doesn't block, also while another thread waits in this reader.
  arrow::Result<qads_reader_stats> Stats() const {
    qads_reader_stats stats{};
    stats.struct_size = sizeof(stats);
    ARROW_RETURN_NOT_OK(ToStatus(qads_reader_get_stats(reader_.get(), &stats)));
    return stats;
  }

  /// Gives up the reader's place. Batches still held stay valid. Twice is fine; any thread.
  arrow::Status Close() override { return ToStatus(qads_reader_close(reader_.get())); }

 private:
  Reader(qads_reader* reader, Milliseconds timeout) : reader_(reader), timeout_(timeout) {}

  std::unique_ptr<qads_reader, internal::Free> reader_;
  Milliseconds timeout_;
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace qadataswap

#endif  // QADATASWAP_ARROW_H
