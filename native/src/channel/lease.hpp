// A batch in a reader's hands: its tables, and the hold on its slot, or a private copy of it. Plain reference counting,
// because the last owner may be any thread, in any language, after the reader has gone.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "arrow/copy_out.hpp"
#include "arrow/known_records.hpp"
#include "arrow/rebuild.hpp"
#include "arrow/schema.hpp"
#include "qadataswap/qadataswap.h"
#include "ring/reader_seat.hpp"

namespace qads::channel {

class LeasePool;

}  // namespace qads::channel

// The C ABI's opaque handle of a batch.
struct qads_lease {
  std::atomic<std::int32_t> owners{1};
  std::shared_ptr<qads::channel::LeasePool> pool;  // keeps the seat, the mapping and the schema
  bool holds_slot = false;
  std::uint32_t slot = 0;
  qads_batch_info info{};
  std::uint64_t bytes = 0;
  std::vector<qads_node> nodes;
  std::vector<qads_buffer> buffers;
  std::vector<std::byte> tree;                     // of the ArrowArrays that it was handed out as
  std::unique_ptr<qads::arrow::CopiedBatch> copy;  // once the batch was copied out of the ring
};

namespace qads::channel {

// What every lease of one reader needs, and a lease to use again: whoever lets go of a batch before, or just after, taking
// the next one makes this allocate nothing.
class LeasePool : public std::enable_shared_from_this<LeasePool> {
 public:
  explicit LeasePool(std::unique_ptr<ring::ReaderSeat> seat) : seat_(std::move(seat)) {}
  LeasePool(const LeasePool&) = delete;
  LeasePool& operator=(const LeasePool&) = delete;

  ring::ReaderSeat& seat() { return *seat_; }
  const arrow::Schema* schema() const { return schema_.get(); }
  const std::shared_ptr<const arrow::Schema>& shared_schema() const { return schema_; }
  void set_schema(std::shared_ptr<const arrow::Schema> schema) { schema_ = std::move(schema); }

  // The reader's last call: no batch will be opened any more, so nothing is kept to be used again.
  void retire() noexcept;

  // Takes over the hold on `taken.slot`, also if it throws (kCorrupt: a bad record).
  qads_lease* open(const ring::Taken& taken);
  // One owner less. The last one lets go of the slot.
  static void release(qads_lease* lease) noexcept;
  // Copies the batch into private memory and lets go of its slot.
  void copy_out(qads_lease& lease);
  // Hands the batch out, once, as an ArrowArray that owns one share of the lease; on failure the share stays with the
  // caller.
  static void export_array(qads_lease* lease, ArrowArray* out);

 private:
  void read(qads_lease& lease, const ring::Taken& taken);
  void recycle(qads_lease* lease) noexcept;

  std::unique_ptr<ring::ReaderSeat> seat_;
  std::shared_ptr<const arrow::Schema> schema_;
  arrow::KnownRecords known_;
  // Exchanged whole: whoever gets it owns it. It keeps the pool, too; retire() breaks the circle.
  std::atomic<qads_lease*> spare_{nullptr};
};

}  // namespace qads::channel
