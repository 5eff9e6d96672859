#include "channel/lease.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace qads::channel {

qads_lease* LeasePool::open(const ring::Taken& taken) {
  std::unique_ptr<qads_lease> lease(spare_.exchange(nullptr, std::memory_order_acquire));
  try {
    if (!lease) lease = std::make_unique<qads_lease>();
    read(*lease, taken);
  } catch (...) {
    seat_->release(taken.slot);
    throw;
  }
  lease->owners.store(1, std::memory_order_relaxed);
  return lease.release();
}

void LeasePool::read(qads_lease& lease, const ring::Taken& taken) {
  const segment::Segment& segment = seat_->segment();
  with_context([&] { return text("segment '", segment.name(), "', batch ", taken.sequence, ": "); },
               [&] {
                 arrow::read_record(*schema_, {segment.data(), segment.data_size()}, taken.offset, taken.length,
                                    lease.nodes, lease.buffers);
               });
  if (taken.rows != static_cast<std::uint64_t>(lease.nodes.front().length)) {
    throw Error(Code::kCorrupt,
                text("segment '", segment.name(), "' is corrupt: slot ", taken.slot, " of batch ", taken.sequence,
                     " says ", taken.rows, " rows, its record ", lease.nodes.front().length));
  }
  lease.pool = shared_from_this();
  lease.slot = taken.slot;
  lease.holds_slot = true;
  lease.bytes = taken.length;
  const std::uint32_t known = taken.flags & (QADS_BATCH_FIRST | QADS_BATCH_LAST);
  lease.info = {taken.sequence, 0, lease.nodes.front().length, known, 0};
}

void LeasePool::release(qads_lease* lease) noexcept {
  if (lease->pool->seat().in_child()) return;  // the batch is the parent's
  if (lease->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  const std::shared_ptr<LeasePool> pool = std::move(lease->pool);  // may be the last one to keep the seat
  if (lease->holds_slot) pool->seat().release(lease->slot);
  lease->holds_slot = false;
  lease->copy.reset();
  delete pool->spare_.exchange(lease, std::memory_order_acq_rel);
}

void LeasePool::copy_out(qads_lease& lease) {
  if (!lease.holds_slot) return;
  lease.copy = arrow::copy_batch(*schema_, lease.nodes.data(), lease.buffers.data());
  lease.buffers = lease.copy->buffers;
  lease.holds_slot = false;
  seat_->release(lease.slot);
}

void LeasePool::export_array(qads_lease* lease, ArrowArray* out) {
  const arrow::Owner owner{[](void* context) noexcept { release(static_cast<qads_lease*>(context)); }, lease};
  arrow::export_batch(*lease->pool->schema(), lease->nodes.data(), lease->buffers.data(), owner, out);
}

}  // namespace qads::channel
