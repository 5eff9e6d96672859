// Writing batches and messages: checks the schema, plans the normal form, cuts what is too large, publishes. Thread-safe:
// one call at a time; close() at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "arrow/flatten.hpp"
#include "arrow/schema.hpp"
#include "channel/c_stream.hpp"
#include "channel/publisher.hpp"
#include "qadataswap/qadataswap.h"

namespace qads::channel {

class Writer {
 public:
  Writer(std::shared_ptr<Publisher> publisher, ring::WaitMode mode, Interruption interruption);

  void set_schema(const ArrowSchema& schema);

  // As in qadataswap.h; `schema` may be nullptr once it is known.
  void write(const ArrowArray& batch, const ArrowSchema* schema, std::uint32_t flags, std::int64_t timeout_ms);
  void write_flat(const qads_flat_batch& batch, std::uint32_t flags, std::int64_t timeout_ms);
  // Doesn't release the stream.
  void write_stream(ArrowArrayStream& stream, std::uint32_t flags, std::int64_t timeout_ms);

  void give_up_message();

  std::vector<qads_column_report> last_write();
  void wait_readers(std::int32_t readers, std::int64_t timeout_ms);
  void wait_drained(std::int64_t timeout_ms);
  void finish();
  void close();

 private:
  // The right to be the one call at a time, for as long as it lives.
  class Turn {
   public:
    Turn(Writer& writer, std::int64_t timeout_ms) : writer_(writer) { writer_.take_turn(timeout_ms); }
    ~Turn() { writer_.end_turn(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    Writer& writer_;
  };

  // Waits for the other call's end as that waits for room: as long as the timeout says, until close, until interrupted.
  void take_turn(std::int64_t timeout_ms);
  void end_turn();
  void wait_for_turn(std::int64_t timeout_ms);
  bool is_our_turn() const { return turn_of_.load(std::memory_order_relaxed) == std::this_thread::get_id(); }
  void require_open() const;
  void require_unfinished() const;
  std::string about() const;
  void apply_schema(const ArrowSchema* schema);
  template <typename Work>
  void or_give_up(Work work);
  void write_all(ArrowArrayStream& stream, std::uint32_t flags, std::int64_t timeout_ms);
  CArray next_of(ArrowArrayStream& stream);
  void write_as_message(CArray batch, ArrowArrayStream& stream, std::int64_t timeout_ms);
  template <typename Batch>
  void write_batch(const Batch& batch, std::int64_t rows, bool more, std::int64_t timeout_ms);
  template <typename Batch>
  void write_pieces(const Batch& batch, std::int64_t rows, bool more, std::int64_t timeout_ms);
  template <typename Batch>
  void write_rows(const Batch& batch, std::int64_t row, std::int64_t rows, bool last, std::int64_t timeout_ms);
  void leave_message();
  void close_if_the_stream_did();
  void add_to_report();
  Patience patience(std::int64_t timeout_ms) const { return {mode_, timeout_ms, closed_, interruption_}; }

  std::shared_ptr<Publisher> publisher_;
  ring::WaitMode mode_;
  Interruption interruption_;
  std::timed_mutex mutex_;
  std::atomic<std::thread::id> turn_of_{};  // who has the mutex; only ever equal to the thread that stored it
  std::shared_ptr<const arrow::Schema> schema_;
  std::unique_ptr<arrow::Flattener> flattener_;
  std::vector<qads_column_report> report_;         // of the last write that succeeded
  std::vector<qads_column_report> report_so_far_;  // of the one in progress
  bool in_message_ = false;                        // batches of a message that isn't complete were published
  std::atomic<bool> finished_{false};
  std::atomic<bool> closed_{false};
  bool closed_by_stream_ = false;  // the one being written
};

}  // namespace qads::channel
