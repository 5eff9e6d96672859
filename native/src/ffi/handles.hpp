// What the opaque handles of the C ABI are.
#pragma once

#include <atomic>
#include <memory>

#include "channel/publisher.hpp"
#include "channel/reader.hpp"
#include "channel/writer.hpp"
#include "ffi/guard.hpp"
#include "segment/segment.hpp"

struct qads_arena : qads::ffi::Handle {
  std::shared_ptr<qads::segment::Segment> segment;
  std::shared_ptr<qads::channel::Publisher> publisher;  // of arenas that this process created
  std::atomic<bool> has_writer{false};
  std::atomic<bool> closed{false};
};

struct qads_writer : qads::ffi::Handle {
  std::unique_ptr<qads::channel::Writer> writer;
};

struct qads_reader : qads::ffi::Handle {
  std::shared_ptr<qads::channel::Reader> reader;  // shared with exported streams
};

struct qads_allocation : qads::ffi::Handle {
  std::shared_ptr<qads::channel::Publisher> publisher;
  qads::arena::Block* block = nullptr;
};

namespace qads::ffi {

inline ring::WaitMode wait_mode(std::int32_t mode) {
  return static_cast<ring::WaitMode>(in_range(mode, QADS_WAIT_ADAPTIVE, QADS_WAIT_POLL, "wait"));
}

}  // namespace qads::ffi
