#include "channel/lease.hpp"

#include <cstddef>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace qads::channel {

namespace {

// In the place of the spare lease once the reader has gone.
alignas(qads_lease) std::byte retired_mark;
qads_lease* const kRetired = reinterpret_cast<qads_lease*>(&retired_mark);  // never dereferenced

}  // namespace

qads_lease* LeasePool::open(const ring::Taken& taken) {
  std::unique_ptr<qads_lease> lease(spare_.exchange(nullptr, std::memory_order_acquire));
  try {
    if (!lease) {
      lease = std::make_unique<qads_lease>();
      lease->pool = shared_from_this();
    }
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
                 known_.read(*schema_, {segment.data(), segment.data_size()}, taken.slot, taken.offset, taken.length,
                             lease.nodes, lease.buffers);
               });
  if (taken.rows != static_cast<std::uint64_t>(lease.nodes.front().length)) {
    throw Error(Code::kCorrupt,
                text("segment '", segment.name(), "' is corrupt: slot ", taken.slot, " of batch ", taken.sequence,
                     " says ", taken.rows, " rows, its record ", lease.nodes.front().length));
  }
  lease.slot = taken.slot;
  lease.holds_slot = true;
  lease.bytes = taken.length;
  const std::uint32_t known = taken.flags & (QADS_BATCH_FIRST | QADS_BATCH_LAST);
  lease.info = {taken.sequence, 0, lease.nodes.front().length, known, 0};
}

void LeasePool::release(qads_lease* lease) noexcept {
  LeasePool& pool = *lease->pool;
  if (pool.seat().in_child()) return;  // the batch is the parent's
  // The only owner needn't count down: nobody else may add one.
  if (lease->owners.load(std::memory_order_acquire) != 1 &&
      lease->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) {
    return;
  }
  if (lease->holds_slot) pool.seat().release(lease->slot);
  lease->holds_slot = false;
  lease->copy.reset();
  pool.recycle(lease);
}

void LeasePool::recycle(qads_lease* lease) noexcept {
  qads_lease* seen = spare_.load(std::memory_order_acquire);
  do {
    if (seen == kRetired) {
      delete lease;  // and perhaps the pool with it
      return;
    }
  } while (!spare_.compare_exchange_weak(seen, lease, std::memory_order_acq_rel, std::memory_order_acquire));
  delete seen;  // it kept the pool until here; nothing of the pool may be used behind this line
}

void LeasePool::retire() noexcept { delete spare_.exchange(kRetired, std::memory_order_acq_rel); }

void LeasePool::copy_out(qads_lease& lease) {
  if (!lease.holds_slot) return;
  lease.copy = arrow::copy_batch(*schema_, lease.nodes.data(), lease.buffers.data());
  lease.buffers = lease.copy->buffers;
  lease.holds_slot = false;
  seat_->release(lease.slot);
}

void LeasePool::export_array(qads_lease* lease, ArrowArray* out) {
  const arrow::Owner owner{.release = [](void* context) noexcept { release(static_cast<qads_lease*>(context)); },
                           .context = lease,
                           .memory = &lease->tree};
  arrow::export_batch(*lease->pool->schema(), lease->nodes.data(), lease->buffers.data(), owner, out);
}

}  // namespace qads::channel
